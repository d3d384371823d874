/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/place.c - finding the socket with an empty environment and nothing inherited (F100)
 *
 * Only places that nobody else can write are looked at: a directory of ours with mode 0700, or the system's,
 * which root owns. And whoever listens must be root or of our uid.
 */
#include "libmach/connection/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "libmach/connection/descriptor.h"
#include "wire/attach.h"

#define SYSTEM_SOCKET "/run/machd/default.sock"
#define ANCESTORS_MAX 256

static bool is_ours(const char *directory)
{
    struct stat stat;
    return lstat(directory, &stat) == 0 && S_ISDIR(stat.st_mode) && stat.st_uid == geteuid() &&
           !(stat.st_mode & 077);
}

static bool is_directory(const char *path)
{
    struct stat stat;
    return lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode);
}

static bool use_directory(char directory[PLACE_MAX], bool make)
{
    if (make && mkdir(directory, 0700) != 0 && errno != EEXIST)
        return false;
    return is_ours(directory);
}

bool place_directory(char directory[PLACE_MAX], bool make)
{
    unsigned uid = geteuid();
    const char *runtime = getauxval(AT_SECURE) ? NULL : getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && runtime[0] == '/' && strlen(runtime) < PLACE_MAX - 8 && is_directory(runtime)) {
        snprintf(directory, PLACE_MAX, "%s/machd", runtime);
        return use_directory(directory, make);
    }
    snprintf(directory, PLACE_MAX, "/run/user/%u", uid);
    if (is_directory(directory)) {
        snprintf(directory, PLACE_MAX, "/run/user/%u/machd", uid);
        return use_directory(directory, make);
    }
    snprintf(directory, PLACE_MAX, "/tmp/machd-%u", uid);
    return use_directory(directory, make);
}

/* ---- connecting ---- */

static bool is_trusted(int socket)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && is_trusted(fd))
        return descriptor_high(fd);
    close(fd);
    return -1;
}

/* ---- ancestors ---- */

struct process_stat {
    int parent;
    unsigned long long start_time; /* clock ticks since boot */
};

/* The command in parentheses may hold anything, so fields are counted from the last ')'. */
static bool read_stat(int pid, struct process_stat *stat)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    const char *at = strrchr(text, ')');
    return at != NULL &&
           sscanf(at + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &stat->parent, &stat->start_time) == 2;
}

static int connect_ancestor(const char *directory)
{
    struct process_stat stat;
    char path[PLACE_MAX + 64];
    int pid = getpid();
    for (int i = 0; i < ANCESTORS_MAX && pid > 0 && read_stat(pid, &stat); i++) {
        snprintf(path, sizeof path, "%s/%d.%llu.sock", directory, pid, stat.start_time);
        int fd = connect_to(path);
        if (fd >= 0)
            return fd;
        pid = stat.parent;
    }
    return -1;
}

/* ---- all of it ---- */

int place_connect_default(void)
{
    char directory[PLACE_MAX], path[PLACE_MAX + 16];
    if (!place_directory(directory, false))
        return -1;
    snprintf(path, sizeof path, "%s/default.sock", directory);
    return connect_to(path);
}

int place_connect(void)
{
    char directory[PLACE_MAX];
    const char *named = getauxval(AT_SECURE) ? NULL : getenv(ATTACH_ENV);
    if (named != NULL && named[0] != '\0')
        return connect_to(named);
    int fd = -1;
    if (place_directory(directory, false))
        fd = connect_ancestor(directory);
    if (fd < 0)
        fd = place_connect_default();
    if (fd < 0)
        fd = connect_to(SYSTEM_SOCKET);
    return fd;
}
