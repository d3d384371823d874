/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/close.c - close, which ends a kqueue at once: what it watches, and what its ports push, goes with the descriptor
 *
 * All other ways to close one (dup2, close_range, the C library's own) are noticed by the next kqueue(). A vfork child, or one
 * made behind the C library's back, closes its copy of the descriptor, and nothing of its parent's.
 */
#include <unistd.h>

#include "libmach/connection/real.h"
#include "libmach/kqueue/kqueue.h"

#define EXPORT __attribute__((visibility("default")))

FIND_REAL(close)

EXPORT int close(int fd)
{
    if (!kqueue_may_be(fd))
        return REAL(close)(fd);
    struct kqueue *kq = kqueue_take(fd);
    int result = REAL(close)(fd);
    if (kq != NULL)
        kqueue_closed(kq, fd);
    return result;
}
