/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kqueue/workloop.h"

#include "kernel/kqueue/events.h"
#include "kernel/sched/policy.h"

/* ---- class ---- */

static enum sched_qos most_urgent(const uint32_t n_of_class[SCHED_QOS_COUNT])
{
    for (int qos = SCHED_QOS_COUNT - 1; qos > SCHED_QOS_NONE; qos--)
        if (n_of_class[qos] > 0)
            return (enum sched_qos)qos;
    return SCHED_QOS_NONE;
}

enum sched_qos workloop_class(const struct kqueue *kqueue)
{
    return most_urgent(kqueue->n_of_class);
}

void workloop_count(struct kqueue *kqueue, enum sched_qos qos, bool is_more)
{
    ASSERT(qos != SCHED_QOS_NONE && (is_more || kqueue->n_of_class[qos] > 0));
    kqueue->n_of_class[qos] += is_more ? 1 : -1;
}

static void set_class(struct thread *thread, uint8_t *class, enum sched_qos qos)
{
    if (*class == qos)
        return;
    *class = (uint8_t)qos;
    turnstile_thread_changed(&thread->ipc.ipc->sched, &thread->ipc.sched);
}

/* While the callback runs the class only rises (T138). A servicer outside QoS has its own priority (T109). */
static void raise_servicer(const struct kqueue *kqueue)
{
    struct sched_thread *sched = &kqueue->servicer->ipc.sched;
    enum sched_qos qos = workloop_class(kqueue);
    if (!kqueue->priority && qos > sched->qos && qos > sched->servicer_override)
        set_class(kqueue->servicer, &sched->servicer_override, qos);
}

/* The owner has the most urgent class of the workloops that it owns (T149). */
static void set_owned_class(struct kqueue *kqueue, struct thread *owner, enum sched_qos qos)
{
    owner->n_owned_of_class[kqueue->owned_class]--;
    owner->n_owned_of_class[qos]++;
    kqueue->owned_class = (uint8_t)qos;
    set_class(owner, &owner->ipc.sched.kevent_override, most_urgent(owner->n_owned_of_class));
}

static void disown(struct kqueue *kqueue)
{
    struct thread *owner = kqueue->owner;
    kqueue->owner = NULL;
    list_remove(&kqueue->owned);
    set_owned_class(kqueue, owner, SCHED_QOS_NONE);
    owner->n_owned_of_class[SCHED_QOS_NONE]--;
}

static void own(struct kqueue *kqueue, struct thread *owner)
{
    kqueue->owner = owner;
    kqueue->owned_class = SCHED_QOS_NONE;
    owner->n_owned_of_class[SCHED_QOS_NONE]++;
    list_append(&owner->owned, &kqueue->owned);
}

/* ---- request and inheritor ---- */

static bool wants_thread(const struct kqueue *kqueue)
{
    return !tree_is_empty(&kqueue->pending) && !kqueue->servicer && !kqueue->owner &&
           kqueue->all->pool.is_set_up && !kqueue->all->is_dead;
}

struct inheritor workloop_inheritor(const struct kqueue *kqueue)
{
    if (kqueue->owner)
        return inheritor_thread(&kqueue->owner->ipc.sched, PUSH_OWNER);
    if (kqueue->servicer)
        return inheritor_thread(&kqueue->servicer->ipc.sched, PUSH_SERVICER);
    if (pool_is_requested(&kqueue->request))
        return inheritor_turnstile(&kqueue->all->pool.lane[kqueue->request_lane].push, PUSH_POOL);
    return inheritor_none();
}

static void set_inheritor(struct kqueue *kqueue)
{
    turnstile_set_inheritor(&kqueue->all->ipc->sched, &kqueue->push, workloop_inheritor(kqueue));
}

static void request(struct kqueue *kqueue)
{
    turnstile_set_inheritor(&kqueue->all->ipc->sched, &kqueue->push, inheritor_none());
    pool_request(kqueue);
}

void workloop_update(struct kqueue *kqueue)
{
    bool is_requested = pool_is_requested(&kqueue->request);
    if (kqueue->kind != KQUEUE_WORKLOOP)
        return;
    if (wants_thread(kqueue) && !is_requested)
        request(kqueue);
    else if (!wants_thread(kqueue) && is_requested)
        pool_withdraw(kqueue);
    else if (is_requested)
        pool_reorder(kqueue);
    set_inheritor(kqueue);
    if (kqueue->servicer)
        raise_servicer(kqueue);
    if (kqueue->owner)
        set_owned_class(kqueue, kqueue->owner, workloop_class(kqueue));
}

/* ---- servicer ---- */

/* What the thread asks for, for as long as it serves: a class, or a priority of its own outside QoS. */
static void set_requested(struct thread *thread, enum sched_qos qos, int priority)
{
    struct sched_thread *sched = &thread->ipc.sched;
    sched->qos = (uint8_t)(priority ? SCHED_QOS_NONE : qos);
    sched->importance = (int16_t)(priority ? priority - sched_task_priority(sched->task) : 0);
    sched->relative = 0;
    sched->servicer_override = SCHED_QOS_NONE;
    turnstile_thread_changed(&thread->ipc.ipc->sched, sched);
}

void workloop_bind(struct kqueue *kqueue, struct thread *thread)
{
    ASSERT(!kqueue->servicer && !thread->services && pool_is_requested(&kqueue->request));
    kqueue->servicer = thread;
    thread->services = kqueue;
    pool_bound(kqueue, thread);
    set_requested(thread, workloop_class(kqueue), kqueue->priority);
    workloop_update(kqueue);
}

/* A parked thread is one of class DEFAULT. */
void workloop_unbind(struct kqueue *kqueue)
{
    struct thread *thread = kqueue->servicer;
    kqueue_hold(kqueue);
    pool_unbound(kqueue, thread);
    kqueue->servicer = NULL;
    thread->services = NULL;
    workloop_update(kqueue);
    set_requested(thread, SCHED_QOS_DEFAULT, 0);
    kqueue_release(kqueue);
}

void workloop_servicer_is_back(struct kqueue *kqueue, bool is_return)
{
    struct thread *thread = kqueue->servicer;
    enum sched_qos qos = workloop_class(kqueue);
    if (kqueue->priority)
        return;
    if (is_return && qos != SCHED_QOS_NONE)
        set_requested(thread, qos, 0);
    else
        set_class(thread, &thread->ipc.sched.servicer_override,
                  qos > thread->ipc.sched.qos ? qos : SCHED_QOS_NONE);
}

/* ---- owner ---- */

void workloop_set_owner(struct kqueue *kqueue, struct thread *owner)
{
    struct thread *before = kqueue->owner;
    if (owner && owner == kqueue->servicer)
        owner = NULL;
    if (owner == before)
        return;
    if (before)
        disown(kqueue);
    if (owner)
        own(kqueue, owner);
    workloop_update(kqueue);
}
