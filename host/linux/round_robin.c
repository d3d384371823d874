/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/round_robin.h"

#include "host/linux/machd.h"
#include "host/linux/priority.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"
#include "host/linux/rank.h"

#define BUDGET (20 * MILLISECOND)
#define LOOKS_AT_ONCE                                                                                        \
    16u /* each reads a file: two processes of root may push on thousands of each other's threads */
#define LOOKS_PAUSE (1 * MILLISECOND)
#define FIRST_LOOK (1 * MILLISECOND) /* most pushes end before, and then nobody had to measure anything */

bool round_robin_is_needed(const struct process *process, const struct process *from)
{
    return from != process && process_uid(process) == 0 && rank_may_raise_others();
}

static void look_later(struct machd *m, struct niceness *nice, uint64_t at)
{
    nice->look_at = at;
    if (!m->look_at_urgent || at < m->look_at_urgent)
        m->look_at_urgent = at;
}

void round_robin_begins(struct machd *m, struct niceness *nice)
{
    if (list_is_linked(&nice->urgent_link))
        return;
    nice->ran = 0;
    list_append(&m->urgent, &nice->urgent_link);
    look_later(m, nice, m->now + FIRST_LOOK);
}

void round_robin_ends(struct niceness *nice)
{
    if (list_is_linked(&nice->urgent_link))
        list_remove(&nice->urgent_link);
}

/* The first look finds what it had run before, less what may have been this push. */
static void look(struct machd *m, struct niceness *nice, uint64_t now)
{
    uint64_t ran = proc_read_runtime(nice->process->pid, nice->tid);
    if (!nice->ran)
        nice->ran = ran > FIRST_LOOK ? ran - FIRST_LOOK : 1;
    uint64_t spent = ran > nice->ran ? ran - nice->ran : 0;
    if (spent < BUDGET) {
        look_later(m, nice, now + BUDGET - spent);
        return;
    }
    list_remove(&nice->urgent_link);
    priority_spent(m, nice);
}

/* Whoever was looked at goes to the end, so that all have their turn when there are too many. */
void round_robin_run(struct machd *m, uint64_t now)
{
    uint32_t n = 0;
    if (!m->look_at_urgent || now < m->look_at_urgent)
        return;
    m->look_at_urgent = 0;
    list_for_each_safe(node, &m->urgent)
    {
        struct niceness *nice = list_entry(node, struct niceness, urgent_link);
        if (now < nice->look_at) {
            look_later(m, nice, nice->look_at);
            continue;
        }
        if (n++ == LOOKS_AT_ONCE) {
            look_later(m, nice, now + LOOKS_PAUSE);
            return;
        }
        list_remove(node);
        list_append(&m->urgent, node);
        look(m, nice, now);
    }
}

uint64_t round_robin_deadline(const struct machd *m)
{
    return m->look_at_urgent ? m->look_at_urgent : KERNEL_NO_DEADLINE;
}
