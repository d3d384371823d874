/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/turnstile.h"

#include "kernel/sched/policy.h"

/* How far XNU lets a push run, in threads beyond the limit (T41). */
enum { HOPS_OF_NEW_WAIT = 2, HOPS_OF_CHANGE = 1 };

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    const struct turnstile *x = container_of(a, struct turnstile, node),
                           *y = container_of(b, struct turnstile, node);
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void pushers_init(struct pushers *pushers)
{
    tree_init(&pushers->tree, compare);
}

static int strongest(const struct pushers *pushers)
{
    const struct tree_node *node = tree_first(&pushers->tree);
    return node ? container_of(node, struct turnstile, node)->priority : 0;
}

static struct pushers *pushers_of(const struct inheritor *inheritor)
{
    switch (inheritor->kind) {
    case INHERITOR_NONE: return NULL;
    case INHERITOR_THREAD: return &inheritor->thread->pushers;
    case INHERITOR_TURNSTILE: return &inheritor->turnstile->pushers;
    }
    return NULL;
}

static void link(struct turnstile *turnstile)
{
    struct pushers *pushers = pushers_of(&turnstile->inheritor);
    if (pushers)
        tree_insert(&pushers->tree, &turnstile->node);
}

static void unlink(struct turnstile *turnstile)
{
    if (tree_is_linked(&turnstile->node))
        tree_remove(&pushers_of(&turnstile->inheritor)->tree, &turnstile->node);
}

int turnstile_measure(const struct turnstile *turnstile)
{
    const struct waiter *waiter = turnstile->waiters ? waitq_first(turnstile->waiters) : NULL;
    int pushed = strongest(&turnstile->pushers);
    return waiter && waiter->priority > pushed ? waiter->priority : pushed;
}

/* ---- the walk ---- */

static void set_base(struct sched *sched, struct sched_thread *thread, int base)
{
    struct waitq *queue = thread->waiter.queue;
    uint64_t order = thread->waiter.order;
    if (queue)
        waitq_remove(&thread->waiter);
    thread->waiter.priority = base;
    if (queue)
        waitq_insert(queue, &thread->waiter, order);
    if (!list_is_linked(&thread->changed))
        list_append(&sched->changed, &thread->changed);
}

/* True if the base changed, so that what the thread waits for must follow. */
static bool refresh_thread(struct sched *sched, struct sched_thread *thread)
{
    thread->push = sched_push(strongest(&thread->pushers));
    int base = sched_base_of(thread, thread->push);
    if (base == sched_base(thread))
        return false;
    set_base(sched, thread, base);
    return true;
}

/* The only one that pushes there: its place in the order is the same whatever its priority. */
static bool is_alone(const struct turnstile *turnstile)
{
    return tree_is_linked(&turnstile->node) && !turnstile->node.parent && !turnstile->node.child[0] &&
           !turnstile->node.child[1];
}

static bool refresh_turnstile(struct turnstile *turnstile)
{
    int priority = turnstile_measure(turnstile);
    if (priority == turnstile->priority)
        return false;
    if (is_alone(turnstile)) {
        turnstile->priority = priority;
        return true;
    }
    unlink(turnstile);
    turnstile->priority = priority;
    link(turnstile);
    return true;
}

/* Goes on from a turnstile as long as something changes. `hops`: threads that may still be changed. */
static void walk_turnstiles(struct sched *sched, struct turnstile *at, uint32_t hops)
{
    while (at && refresh_turnstile(at)) {
        struct inheritor *inheritor = &at->inheritor;
        ++*sched->steps;
        switch (inheritor->kind) {
        case INHERITOR_NONE: return;
        case INHERITOR_TURNSTILE: at = inheritor->turnstile; break;
        case INHERITOR_THREAD:
            if (hops-- == 0 || !refresh_thread(sched, inheritor->thread))
                return;
            at = inheritor->thread->blocked_on;
            break;
        }
    }
}

static uint32_t hops(const struct sched *sched, uint32_t more)
{
    return sched->max_hop ? sched->max_hop + more : UINT32_MAX;
}

static void walk_inheritor(struct sched *sched, const struct inheritor *inheritor)
{
    uint32_t limit = hops(sched, HOPS_OF_NEW_WAIT);
    switch (inheritor->kind) {
    case INHERITOR_NONE: return;
    case INHERITOR_THREAD:
        if (refresh_thread(sched, inheritor->thread))
            walk_turnstiles(sched, inheritor->thread->blocked_on, limit - 1);
        return;
    case INHERITOR_TURNSTILE: walk_turnstiles(sched, inheritor->turnstile, limit); return;
    }
}

/* ---- what may happen to a turnstile ---- */

void turnstile_init(struct turnstile *turnstile, const struct waitq *waiters, uint64_t order)
{
    *turnstile = (struct turnstile){ .waiters = waiters, .order = order };
    pushers_init(&turnstile->pushers);
}

void turnstile_destroy(struct sched *sched, struct turnstile *turnstile)
{
    ASSERT(tree_is_empty(&turnstile->pushers.tree) &&
           (!turnstile->waiters || waitq_is_empty(turnstile->waiters)));
    turnstile_set_inheritor(sched, turnstile, inheritor_none());
}

static bool is_same(const struct inheritor *a, const struct inheritor *b)
{
    return a->kind == b->kind && (a->kind == INHERITOR_NONE || a->thread == b->thread);
}

void turnstile_set_inheritor(struct sched *sched, struct turnstile *turnstile, struct inheritor inheritor)
{
    struct inheritor before = turnstile->inheritor;
    if (is_same(&before, &inheritor)) {
        turnstile->inheritor.reason = inheritor.reason;
        return;
    }
    unlink(turnstile);
    turnstile->inheritor = inheritor;
    link(turnstile);
    ++*sched->steps;
    if (turnstile->priority == 0)
        return;
    walk_inheritor(sched, &inheritor);
    walk_inheritor(sched, &before);
}

void turnstile_block(struct sched *sched, struct turnstile *turnstile, struct sched_thread *thread)
{
    ASSERT(!thread->blocked_on && thread->waiter.queue == turnstile->waiters);
    thread->blocked_on = turnstile;
    walk_turnstiles(sched, turnstile, hops(sched, HOPS_OF_NEW_WAIT));
}

void turnstile_unblock(struct sched *sched, struct sched_thread *thread)
{
    struct turnstile *turnstile = thread->blocked_on;
    ASSERT(!thread->waiter.queue);
    thread->blocked_on = NULL;
    walk_turnstiles(sched, turnstile, UINT32_MAX);
}

void turnstile_thread_changed(struct sched *sched, struct sched_thread *thread)
{
    ++*sched->steps;
    if (refresh_thread(sched, thread))
        walk_turnstiles(sched, thread->blocked_on, hops(sched, HOPS_OF_CHANGE));
}

void turnstile_thread_ends(struct sched *sched, struct sched_thread *thread)
{
    ASSERT(!thread->blocked_on && !thread->waiter.queue);
    for (struct tree_node *node; (node = tree_first(&thread->pushers.tree)); ++*sched->steps) {
        struct turnstile *turnstile = container_of(node, struct turnstile, node);
        unlink(turnstile);
        turnstile->inheritor = inheritor_none();
    }
    if (list_is_linked(&thread->changed))
        list_remove(&thread->changed);
    list_remove(&thread->link);
}

bool turnstile_thread_is_settled(const struct sched_thread *thread)
{
    return thread->push == sched_push(strongest(&thread->pushers)) &&
           sched_base(thread) == sched_base_of(thread, thread->push);
}

/* ---- the way back ---- */

static struct turnstile *first_pusher(const struct pushers *pushers)
{
    struct tree_node *node = tree_first(&pushers->tree);
    return node ? container_of(node, struct turnstile, node) : NULL;
}

/* The thread that makes the turnstile as strong as it is; what is left of *max_p counts down. NULL: too far away. */
static const struct sched_thread *strongest_waiter(const struct turnstile *turnstile, uint32_t *max_p)
{
    for (; turnstile && *max_p > 0; --*max_p) {
        struct waiter *waiter = turnstile->waiters ? waitq_first(turnstile->waiters) : NULL;
        struct turnstile *pusher = first_pusher(&turnstile->pushers);
        if (waiter && (!pusher || waiter->priority >= pusher->priority))
            return sched_thread_of_waiter(waiter);
        turnstile = pusher;
    }
    return NULL;
}

const struct sched_thread *turnstile_source(const struct sched_thread *thread, uint32_t max)
{
    while (thread && sched_base(thread) > sched_base_of(thread, 0))
        thread = strongest_waiter(first_pusher(&thread->pushers), &max);
    return thread;
}
