/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/check.c - the invariants of kqueues, from scratch */
#include "kernel/ipc/link.h"
#include "kernel/kqueue/knote.h"
#include "kernel/kqueue/workloop.h"

/* Within a limit of hops a priority may be one of the past (T41). */
static void check_priority(const struct kqueue *kqueue, const struct turnstile *turnstile)
{
    ASSERT(kqueue->all->ipc->sched.max_hop > 0 || turnstile->priority == turnstile_measure(turnstile));
}

struct counted {
    uint32_t n_pending, n_overcommit, n_of_class[SCHED_QOS_COUNT];
};

static void check_monitor(const struct knote *knote)
{
    const struct monitor *monitor = &knote->monitor;
    ASSERT(!monitor->port || !monitor->set);
    ASSERT(list_is_linked(&monitor->of_source) == (monitor->port || monitor->set));
    ASSERT(!monitor->workloop || monitor->workloop == &knote->kqueue->push);
    check_priority(knote->kqueue, &monitor->stash);
    list_for_each(node, &monitor->stashed)
    {
        const struct port *port = list_entry(node, struct port, stashed);
        ASSERT(port->stashed_on == monitor && !port_is_dead(port));
        ASSERT(port->link == LINK_KNOTE || port->link == LINK_STASH);
    }
}

static void check_knote(const struct knote *knote, struct counted *counted)
{
    ASSERT((knote->state == KNOTE_FIRED) == tree_is_linked(&knote->pending));
    ASSERT(knote->kept_class == SCHED_QOS_NONE || knote->state == KNOTE_DISABLED);
    ASSERT(!list_is_linked(&knote->again));
    counted->n_pending += knote->state == KNOTE_FIRED;
    counted->n_overcommit += ((uint32_t)knote->event.qos & 0x80000000u) != 0;
    counted->n_of_class[knote->class]++;
    if (knote->filter == &port_filter)
        check_monitor(knote);
    else if (knote->filter == &process_filter)
        ASSERT(list_is_linked(&knote->process.link) == (knote->process.subject != NULL));
}

static void check_push(const struct kqueue *kqueue)
{
    struct inheritor expected = workloop_inheritor(kqueue);
    const struct inheritor *inheritor = &kqueue->push.inheritor;
    ASSERT(inheritor->kind == expected.kind && inheritor->reason == expected.reason);
    ASSERT(inheritor->kind == INHERITOR_NONE || inheritor->thread == expected.thread);
    check_priority(kqueue, &kqueue->push);
}

/* A thread is requested exactly when the loop has something to tell and nobody works for it (T131, T140). */
static void check_workers(const struct kqueue *kqueue)
{
    bool wants = !tree_is_empty(&kqueue->pending) && !kqueue->servicer && !kqueue->owner &&
                 kqueue->all->pool.is_set_up && !kqueue->all->is_dead;
    ASSERT(kqueue->all->is_dead || wants == tree_is_linked(&kqueue->request));
    ASSERT(!kqueue->servicer || kqueue->servicer->services == kqueue);
    ASSERT(!kqueue->servicer || kqueue->servicer != kqueue->owner);
    ASSERT((kqueue->owner != NULL) == list_is_linked(&kqueue->owned));
    ASSERT(!kqueue->owner || kqueue->owned_class == workloop_class(kqueue));
    check_push(kqueue);
}

static void check_kqueue(const struct kqueue *kqueue)
{
    struct counted counted = { 0 };
    uint32_t n_pending = 0;
    for (struct tree_node *node = tree_first(&kqueue->knotes); node; node = tree_next(node))
        check_knote(container_of(node, struct knote, node), &counted);
    for (struct tree_node *node = tree_first(&kqueue->pending); node; node = tree_next(node))
        n_pending++;
    ASSERT(n_pending == counted.n_pending && kqueue->n_overcommit == counted.n_overcommit);
    for (int qos = SCHED_QOS_NONE + 1; qos < SCHED_QOS_COUNT; qos++)
        ASSERT(kqueue->n_of_class[qos] == counted.n_of_class[qos]);
    ASSERT(kqueue->n_held == 0);
    if (kqueue->kind == KQUEUE_WORKLOOP)
        check_workers(kqueue);
}

static void check_pool(const struct task *task, const struct pool *pool)
{
    uint32_t n_threads = 0, n_parked = 0, n_ordinary = 0, n_running = 0, n_counted = 0;
    list_for_each(node, &task->threads)
    {
        const struct thread *thread = list_entry(node, struct thread, link);
        const struct kqueue *kqueue = thread->services;
        n_threads += thread->is_pooled;
        n_parked += thread->ipc.sched.waiter.queue == &pool->parked;
        ASSERT(!kqueue || (kqueue->servicer == thread && thread->is_pooled));
        n_ordinary += kqueue && kqueue->is_ordinary;
        n_running += kqueue && kqueue->is_ordinary && kqueue->is_running;
        ASSERT(!kqueue || !kqueue->is_ordinary || kqueue->is_running == (thread->ipc.wait == WAIT_NONE));
    }
    for (int qos = 0; qos < SCHED_QOS_COUNT; qos++)
        n_counted += pool->n_running[qos];
    ASSERT(pool->n_threads == n_threads && pool->n_parked == n_parked);
    ASSERT(pool->n_ordinary == n_ordinary && n_counted == n_running);
}

void kqueue_check(const struct task *task)
{
    const struct kqueues *all = task->kqueues;
    if (!all)
        return;
    for (struct tree_node *node = tree_first(&all->by_id); node; node = tree_next(node))
        check_kqueue(container_of(node, struct kqueue, node));
    check_pool(task, &all->pool);
}
