/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/workq.c - what a thread of the pool does between two callbacks, and workloops made ahead of time */
#include <errno.h>

#include "kernel/kqueue/calls.h"
#include "kernel/kqueue/workloop.h"

static void finish(struct thread *thread, int error)
{
    thread->ipc.reply.result = (uint32_t)error;
}

int workq_setup(struct thread *thread)
{
    struct kqueues *all = kqueues_of(thread->task, true);
    if (!all)
        return ENOMEM;
    if (all->pool.is_set_up)
        return EBUSY;
    all->pool.is_set_up = true;
    for (struct tree_node *node = tree_first(&all->by_id); node; node = tree_next(node), all->ipc->steps++)
        workloop_update(container_of(node, struct kqueue, node));
    return 0;
}

/* ---- bound ---- */

/* The last spare thread may have been taken for this one. */
static uint64_t wish(const struct thread *thread)
{
    const struct pool *pool = &thread->task->kqueues->pool;
    return pool->n_parked == 0 && pool->n_threads < POOL_THREADS_MAX ? KEVENT_REPLY_SPAWN : 0;
}

static void call_back(struct thread *thread, struct reply *reply)
{
    reply_end(reply, wish(thread));
    thread->ipc.reply.value[1] = thread->services ? thread->services->id : 0;
}

/* The changes that its callback left, and what is pending then (T135). False: the thread serves no more. */
static bool serve_on(struct thread *thread, struct reply *reply, uint32_t n_changes)
{
    struct kqueue *kqueue = thread->services;
    struct knote *waits;
    changes_apply(reply, kqueue, n_changes, KEVENT_FLAG_WORKLOOP, &waits);
    if (reply->n > 0) {
        workloop_servicer_is_back(kqueue, true);
        return true;
    }
    if (!tree_is_empty(&kqueue->pending) && !kqueue->owner && !pool_wants(pool_of(kqueue), kqueue)) {
        workloop_servicer_is_back(kqueue, true);
        reply_fetch(reply, kqueue);
    }
    return reply->n > 0;
}

/* ---- parking ---- */

static void park(struct thread *thread)
{
    pool_park(&thread->task->kqueues->pool, thread, thread->ipc.event.deadline);
}

static int join(struct thread *thread)
{
    struct kqueues *all = thread->task->kqueues;
    if (!all || !all->pool.is_set_up)
        return EINVAL;
    if (thread->is_pooled)
        return 0;
    if (all->pool.n_threads == POOL_THREADS_MAX)
        return EAGAIN;
    all->pool.n_threads++;
    thread->is_pooled = true;
    return 0;
}

static void come_back(struct thread *thread, uint32_t n_changes)
{
    struct reply reply;
    const struct ipc_thread *ipc = &thread->ipc;
    if (!reply_begin(&reply, thread, ipc->event.n_events, n_changes, ipc->event.area)) {
        finish(thread, ENOMEM);
        return;
    }
    kqueue_hold(thread->services);
    struct kqueue *kqueue = thread->services;
    bool is_called = serve_on(thread, &reply, n_changes);
    if (!is_called)
        workloop_unbind(kqueue);
    kqueue_release(kqueue);
    bool has_news = is_called || reply.n_sources > 0;
    call_back(thread, &reply);
    if (!has_news)
        park(thread);
}

void workq_park(struct thread *thread, uint64_t n_changes, uint64_t n_events, uint64_t area, uint64_t idle)
{
    struct ipc_thread *ipc = &thread->ipc;
    int error = join(thread);
    if (error == 0 && (n_changes > KEVENT_RECORDS_MAX || n_events == 0 || (n_changes > 0 && !thread->services)))
        error = EINVAL;
    if (error) {
        finish(thread, error);
        return;
    }
    ipc->event.n_events = n_events < KEVENT_POOL_EVENTS ? (uint32_t)n_events : KEVENT_POOL_EVENTS;
    ipc->event.area = area;
    ipc->event.deadline = idle;
    if (thread->services)
        come_back(thread, (uint32_t)n_changes);
    else
        park(thread);
}

/* Bound, or too long idle, or interrupted. What it was bound for may have been taken by somebody else meanwhile: then it is
 * not called. */
bool workloop_thread_goes_on(struct ipc_thread *ipc_thread, enum wait_end end)
{
    struct thread *thread = thread_of_ipc(ipc_thread);
    struct reply reply;
    if (end != WAIT_ENDED_SIGNALLED) {
        if (end == WAIT_ENDED_TIMEOUT)
            pool_thread_ends(&thread->task->kqueues->pool, thread);
        finish(thread, end == WAIT_ENDED_TIMEOUT ? ETIMEDOUT : EINTR);
        return true;
    }
    if (!reply_begin(&reply, thread, ipc_thread->event.n_events, 0, ipc_thread->event.area)) {
        workloop_unbind(thread->services);
        finish(thread, ENOMEM);
        return true;
    }
    reply_fetch(&reply, thread->services);
    bool is_called = reply.n > 0;
    if (!is_called)
        workloop_unbind(thread->services);
    bool has_news = is_called || reply.n_sources > 0;
    call_back(thread, &reply);
    if (!has_news)
        park(thread);
    return has_news;
}

/* ---- made ahead of time (T109) ---- */

int workloop_create(struct thread *thread, uint64_t id, uint64_t flags, uint64_t priority)
{
    enum { PARAMETERS = KQ_WORKLOOP_CREATE_SCHED_PRI | KQ_WORKLOOP_CREATE_SCHED_POL };
    if (!workloop_id_is_valid(id) || !(flags & PARAMETERS))
        return EINVAL;
    if (!(flags & KQ_WORKLOOP_CREATE_SCHED_PRI))
        priority = PRIORITY_DEFAULT;
    if (priority < 1 || priority > PRIORITY_USER_MAX)
        return EINVAL;
    struct kqueues *all = kqueues_of(thread->task, true);
    if (!all)
        return ENOMEM;
    if (kqueue_find(all, KQUEUE_WORKLOOP, id))
        return EEXIST;
    struct kqueue *kqueue = kqueue_new(all, KQUEUE_WORKLOOP, id);
    if (!kqueue)
        return ENOMEM;
    kqueue->is_made = true;
    kqueue->priority = (uint8_t)priority;
    return 0;
}

int workloop_destroy(struct thread *thread, uint64_t id)
{
    struct kqueue *kqueue = kqueue_find(thread->task->kqueues, KQUEUE_WORKLOOP, id);
    if (!kqueue)
        return ENOENT;
    if (!kqueue->is_made)
        return EINVAL;
    kqueue_hold(kqueue);
    kqueue->is_made = false;
    kqueue_release(kqueue);
    return 0;
}
