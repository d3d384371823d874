/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/timers.h"

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    const struct timer *x = container_of(a, struct timer, node), *y = container_of(b, struct timer, node);
    if (x->deadline != y->deadline)
        return x->deadline < y->deadline ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void timers_init(struct timers *timers)
{
    tree_init(&timers->tree, compare);
    timers->order = 0;
}

void timer_set(struct timers *timers, struct timer *timer, uint64_t deadline)
{
    timer_clear(timers, timer);
    timer->deadline = deadline;
    timer->order = ++timers->order;
    tree_insert(&timers->tree, &timer->node);
}

void timer_clear(struct timers *timers, struct timer *timer)
{
    if (timer_is_set(timer))
        tree_remove(&timers->tree, &timer->node);
}

static struct timer *first(const struct timers *timers)
{
    struct tree_node *node = tree_first(&timers->tree);
    return node ? container_of(node, struct timer, node) : NULL;
}

uint64_t timers_next(const struct timers *timers)
{
    const struct timer *timer = first(timers);
    return timer ? timer->deadline : TIMERS_NO_DEADLINE;
}

struct timer *timers_take_due(struct timers *timers, uint64_t now)
{
    struct timer *timer = first(timers);
    if (!timer || timer->deadline > now)
        return NULL;
    timer_clear(timers, timer);
    return timer;
}
