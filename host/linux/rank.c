/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/rank.c - machd's own place in the scheduler */
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/log.h"
#include "host/linux/rank.h"

#define FLAG_RESET_ON_FORK 1u
#define ROUND_ROBIN_PRIORITY 2u /* one step above what clients may get */

struct attributes { /* sched_setattr(2), which glibc 2.36 does not declare */
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

static const char *name = "as it was";
static bool may_raise_others;

bool rank_set(int32_t tid, uint32_t policy, int nice, uint32_t priority)
{
    struct attributes attributes = {
        .size = sizeof(attributes),
        .policy = policy,
        .flags = FLAG_RESET_ON_FORK,
        .nice = nice,
        .priority = priority,
    };
    return syscall(SYS_sched_setattr, tid, &attributes, 0) == 0;
}

/* Containers lie about uid 0, so what counts is what the effective capabilities say. */
static bool has_cap_sys_nice(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1u << CAP_SYS_NICE);
}

bool rank_may_raise_others(void)
{
    return may_raise_others;
}

void rank_raise(enum rank_policy policy)
{
    may_raise_others = has_cap_sys_nice();
    if (policy == RANK_NONE)
        return;
    if (policy == RANK_AUTO && rank_set(0, SCHED_RR, 0, ROUND_ROBIN_PRIORITY))
        name = "round robin";
    else if (rank_set(0, SCHED_OTHER, -20, 0))
        name = "nice -20";
    else
        log_detail("machd runs at the rank of its clients: it may not raise itself");
}

const char *rank_name(void)
{
    return name;
}
