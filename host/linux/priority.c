/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/priority.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/process.h"
#include "host/linux/rank.h"
#include "host/linux/round_robin.h"

/* Mach priorities, and the niceness that each gets; between them by proportion. */
static const struct {
    int base, nice;
} scale[] = { { 0, 19 }, { 4, 19 }, { 31, 0 }, { 47, -10 }, { 63, -15 }, { 127, -15 } };

enum { LOWERED_AT_ONCE = 32 }; /* a task with thousands of threads may lower them all in one trap */

/* RLIMIT_NICE counts downwards from here: 20 less the limit is the lowest niceness allowed. */
enum { LIMIT_OF_NICE_0 = 20 };

static int nice_of(int base)
{
    unsigned i = 1;
    while (base > scale[i].base)
        i++;
    return scale[i - 1].nice + (base - scale[i - 1].base) * (scale[i].nice - scale[i - 1].nice) /
                                   (scale[i].base - scale[i - 1].base);
}

/* ---- what is allowed ---- */

/* Raising a thread again after it was lowered needs a right of ours, or the target's own limit. */
static bool may_apply(const struct process *process)
{
    struct rlimit limit;
    if (rank_may_raise_others())
        return true;
    return prlimit(process->pid, RLIMIT_NICE, NULL, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= LIMIT_OF_NICE_0);
}

static int bounded(const struct process *process, int nice)
{
    return nice < 0 && (process_uid(process) != 0 || !rank_may_raise_others()) ? 0 : nice;
}

const char *priority_policy(void)
{
    return rank_may_raise_others()
               ? "niceness, and round robin for pushes between root's processes"
               : "niceness from 0 up, where the program's RLIMIT_NICE permits; CAP_SYS_NICE would permit all";
}

/* ---- applying ---- */

/* Ids are used again and clients may lie about them: the thread must be one of its process now. */
static bool is_there(const struct niceness *nice)
{
    return syscall(SYS_tgkill, nice->process->pid, nice->tid, 0) == 0;
}

static bool has_policy(const struct niceness *nice, int policy)
{
    return (sched_getscheduler(nice->tid) & ~SCHED_RESET_ON_FORK) == policy;
}

static bool set(const struct niceness *nice)
{
    return nice->wanted == NICE_ROUND_ROBIN ? rank_set(nice->tid, SCHED_RR, 0, ROUND_ROBIN_OF_CLIENTS)
                                            : rank_set(nice->tid, SCHED_OTHER, nice->wanted, 0);
}

static void apply(struct machd *m, struct niceness *nice)
{
    if (!is_there(nice) || (nice->applied != NICE_ROUND_ROBIN && !has_policy(nice, SCHED_OTHER)))
        return;
    if (set(nice)) {
        nice->applied = nice->wanted;
        if (nice->applied == NICE_ROUND_ROBIN)
            round_robin_begins(m, nice);
        else
            round_robin_ends(nice);
        nice->process->is_reniced = true;
        m->count.reniced++;
    }
}

/* It is not to be lowered any more. */
static void stay(struct niceness *nice)
{
    if (list_is_linked(&nice->lowering_link))
        list_remove(&nice->lowering_link);
}

static void want(struct machd *m, struct niceness *nice, int value)
{
    if (value == NICE_ROUND_ROBIN && value == nice->applied)
        round_robin_begins(m, nice); /* it may have come to us as such (priority_found) */
    if (value == nice->wanted)
        return;
    if (value != 0 && nice->applied == 0 && !may_apply(nice->process))
        return;
    nice->wanted = (int8_t)value;
    stay(nice);
    if (value < nice->applied)
        apply(m, nice);
    else if (value > nice->applied)
        list_append(&m->lowering, &nice->lowering_link);
}

/* The next one has a budget of its own, also if it comes before the thread has been lowered. */
static void end_push(struct niceness *nice)
{
    nice->is_spent = false;
    round_robin_ends(nice);
}

void priority_changed(struct machd *m, struct niceness *nice, int base, struct process *from)
{
    int value = nice->timeshare = (int8_t)bounded(nice->process, nice_of(base));
    if (from == nice->process)
        end_push(nice);
    else if (value < 0 && !nice->is_spent && round_robin_is_needed(nice->process, from))
        value = NICE_ROUND_ROBIN;
    want(m, nice, value);
}

void priority_spent(struct machd *m, struct niceness *nice)
{
    if (nice->wanted != NICE_ROUND_ROBIN)
        return;
    nice->is_spent = true;
    want(m, nice, nice->timeshare);
}

bool priority_run(struct machd *m)
{
    struct list *node;
    if (!list_is_empty(&m->outstanding))
        return false;
    for (int i = 0; i < LOWERED_AT_ONCE && (node = list_pop(&m->lowering)); i++)
        apply(m, list_entry(node, struct niceness, lowering_link));
    return !list_is_empty(&m->lowering);
}

void priority_forget(struct niceness *nice)
{
    stay(nice);
    round_robin_ends(nice);
}

/* ---- threads that come from elsewhere ---- */

void priority_found(struct niceness *nice)
{
    long value =
        syscall(SYS_getpriority, PRIO_PROCESS, nice->tid); /* 20 less the niceness; negative: an error */
    priority_forget(nice);
    nice->timeshare = (int8_t)(value < 0 ? 0 : LIMIT_OF_NICE_0 - value);
    nice->applied = nice->wanted = has_policy(nice, SCHED_RR) ? NICE_ROUND_ROBIN : nice->timeshare;
}

void priority_hand_over(struct machd *m, struct niceness *from, struct niceness *to)
{
    bool is_lowering = list_is_linked(&from->lowering_link);
    priority_forget(from);
    to->wanted = from->wanted;
    to->applied = from->applied;
    to->timeshare = from->timeshare;
    if (to->applied == NICE_ROUND_ROBIN)
        round_robin_begins(m, to);
    from->wanted = from->applied = 0;
    if (is_lowering)
        list_append(&m->lowering, &to->lowering_link);
}
