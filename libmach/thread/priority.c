/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/priority.c - getpriority and setpriority, which know Darwin's kinds beside the C library's (T11) */
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/thread/qos.h"

static int unknown(void)
{
    errno = ENOTSUP;
    return -1;
}

__attribute__((visibility("default"))) int setpriority(__priority_which_t which, id_t who, int priority)
{
    if ((int)which == PRIO_DARWIN_ROLE)
        return role_set(who, priority);
    if ((int)which == PRIO_DARWIN_THREAD || (int)which == PRIO_DARWIN_PROCESS)
        return background_set((int)which, who, priority);
    if ((int)which == PRIO_DARWIN_GPU)
        return unknown();
    return (int)syscall(SYS_setpriority, which, who, priority);
}

/* The system call answers 20 less the niceness, to keep clear of errors. */
__attribute__((visibility("default"))) int getpriority(__priority_which_t which, id_t who)
{
    enum { ZERO_IS = 20 };
    if ((int)which == PRIO_DARWIN_ROLE)
        return role_get(who);
    if ((int)which == PRIO_DARWIN_THREAD || (int)which == PRIO_DARWIN_PROCESS)
        return background_get((int)which, who);
    if ((int)which == PRIO_DARWIN_GPU)
        return unknown();
    long result = syscall(SYS_getpriority, which, who);
    return result < 0 ? -1 : (int)(ZERO_IS - result);
}
