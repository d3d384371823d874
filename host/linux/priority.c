/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/priority.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/rank.h"

/* Mach priorities, and the niceness that each gets; between them by proportion. */
static const struct {
    int base, nice;
} scale[] = { { 0, 19 }, { 4, 19 }, { 31, 0 }, { 47, -10 }, { 63, -15 }, { 127, -15 } };

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
    return nice < 0 && (process->user->uid != 0 || !rank_may_raise_others()) ? 0 : nice;
}

const char *priority_policy(const struct machd *m)
{
    (void)m;
    return rank_may_raise_others()
               ? "niceness"
               : "niceness from 0 up, where the program's RLIMIT_NICE permits; CAP_SYS_NICE would permit all";
}

/* ---- applying ---- */

/* Ids are used again and clients may lie about them: the thread must be one of its process now. */
static bool is_there(const struct trap_thread *t)
{
    return syscall(SYS_tgkill, t->process->pid, t->tid, 0) == 0;
}

static bool is_timeshare(const struct trap_thread *t)
{
    return (sched_getscheduler(t->tid) & ~SCHED_RESET_ON_FORK) == SCHED_OTHER;
}

static void apply(struct machd *m, struct trap_thread *t)
{
    if (!is_there(t) || !is_timeshare(t))
        return;
    if (rank_set(t->tid, SCHED_OTHER, t->nice_wanted, 0)) {
        t->nice_applied = t->nice_wanted;
        m->count.reniced++;
    }
}

void priority_changed(struct machd *m, struct trap_thread *t, int base)
{
    int nice = bounded(t->process, nice_of(base));
    if (nice == t->nice_wanted)
        return;
    if (nice != 0 && t->nice_applied == 0 && !may_apply(t->process))
        return;
    t->nice_wanted = (int8_t)nice;
    priority_forget(t);
    if (nice < t->nice_applied)
        apply(m, t);
    else if (nice > t->nice_applied)
        list_append(&m->lowering, &t->lowering_link);
}

void priority_run(struct machd *m)
{
    if (!list_is_empty(&m->outstanding))
        return;
    for (struct list *node; (node = list_pop(&m->lowering));)
        apply(m, list_entry(node, struct trap_thread, lowering_link));
}

void priority_forget(struct trap_thread *t)
{
    if (list_is_linked(&t->lowering_link))
        list_remove(&t->lowering_link);
}
