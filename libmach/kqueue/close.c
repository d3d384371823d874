/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/close.c - close, which ends a kqueue at once: what it watches, and what its ports push, goes with the descriptor
 *
 * All other ways to close one (dup2, close_range, the C library's own) are noticed by the next kqueue(). A vfork child, or one
 * made behind the C library's back, closes its copy of the descriptor, and nothing of its parent's.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <unistd.h>

#include "libmach/kqueue/kqueue.h"

#define EXPORT __attribute__((visibility("default")))

static int close_really(int fd)
{
    static _Atomic(int (*)(int)) real;
    int (*function)(int) = atomic_load_explicit(&real, memory_order_relaxed);
    if (function == NULL) {
        function = (int (*)(int))dlsym(RTLD_NEXT, "close");
        atomic_store_explicit(&real, function, memory_order_relaxed);
    }
    return function(fd);
}

EXPORT int close(int fd)
{
    if (!kqueue_may_be(fd))
        return close_really(fd);
    struct kqueue *kq = kqueue_take(fd);
    int result = close_really(fd);
    if (kq != NULL)
        kqueue_closed(kq, fd);
    return result;
}
