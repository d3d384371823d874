/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static int reopen_for_reading(int fd)
{
    char path[40];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int result = open(path, O_RDONLY | O_CLOEXEC);
    return result >= 0 ? result : -errno;
}

/* The mapping is made before the seal: FUTURE_WRITE leaves it writable and refuses all later ones. */
static int map_and_seal(int fd, size_t size, void **map_p)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    if (fcntl(fd, F_ADD_SEALS, seals) == 0) {
        *map_p = map;
        return 0;
    }
    int error = -errno;
    munmap(map, size);
    return error;
}

static int make(int fd, size_t size, void **map_p)
{
    if (fchmod(fd, 0400) != 0 || ftruncate(fd, (off_t)size) != 0)
        return -errno;
    int reader = reopen_for_reading(fd);
    int error = reader < 0 ? reader : map_and_seal(fd, size, map_p);
    if (error && reader >= 0)
        close(reader);
    return error ? error : reader;
}

int shared_make(const char *name, size_t size, void **map_p, int *fd_p)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    int reader = make(fd, size, map_p);
    close(fd);
    if (reader < 0)
        return reader;
    *fd_p = reader;
    return 0;
}
