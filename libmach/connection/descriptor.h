/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/descriptor.h - descriptors of the library's own: away from the low numbers, which programs expect to get,
 * and close in bulk */
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DESCRIPTOR_LOWEST = 512 };

/* Not interposed, no cancellation point, and without a look whether it is a kqueue. */
static inline void descriptor_close(int fd)
{
    syscall(SYS_close, fd);
}

/* fd, which is closed, under a high number; fd itself if there is none, or if it is no descriptor. */
static inline int descriptor_high(int fd)
{
    int high = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, DESCRIPTOR_LOWEST) : -1;
    if (high < 0)
        return fd;
    descriptor_close(fd);
    return high;
}
