/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kqueue/kqueue.h"

#include "base/alloc.h"
#include "kernel/kqueue/knote.h"
#include "kernel/kqueue/sources.h"
#include "kernel/kqueue/workloop.h"
#include "kernel/task/system.h"

/* ---- all of a task ---- */

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    const struct kqueue *x = container_of(a, struct kqueue, node), *y = container_of(b, struct kqueue, node);
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

struct key {
    enum kqueue_kind kind;
    uint64_t id;
};

static int probe(const struct tree_node *node, const void *key)
{
    const struct kqueue *kqueue = container_of(node, struct kqueue, node);
    const struct key *wanted = key;
    if (wanted->kind != kqueue->kind)
        return wanted->kind < kqueue->kind ? -1 : 1;
    return wanted->id < kqueue->id ? -1 : wanted->id > kqueue->id;
}

static void free_all(struct kqueues *all)
{
    struct task *task = all->task;
    pool_fini(all->ipc, &all->pool);
    account_release(task->account, ACCOUNT_BYTES, alloc_cost(sizeof(*all)));
    alloc_free(all);
    task->kqueues = NULL;
}

static struct kqueue *first_to_empty(const struct kqueues *all)
{
    struct list *node = list_first(&all->closed);
    struct tree_node *tree_node = all->is_dead ? tree_first(&all->by_id) : NULL;
    if (node)
        return list_entry(node, struct kqueue, closed);
    return tree_node ? container_of(tree_node, struct kqueue, node) : NULL;
}

/* One knote, or an empty kqueue. True when there is nothing left to do. */
static bool reap_step(struct ipc *ipc, struct later_reaping *reap)
{
    struct kqueues *all = container_of(reap, struct kqueues, reap);
    struct kqueue *kqueue = first_to_empty(all);
    (void)ipc;
    if (!kqueue)
        return true;
    struct tree_node *node = tree_first(&kqueue->knotes);
    kqueue_hold(kqueue);
    kqueue->is_made = false;
    if (node)
        knote_drop(container_of(node, struct knote, node), NULL);
    kqueue_release(kqueue);
    return false;
}

static void reaped(struct ipc *ipc, struct later_reaping *reap)
{
    struct kqueues *all = container_of(reap, struct kqueues, reap);
    (void)ipc;
    if (all->is_dead)
        free_all(all);
}

struct kqueues *kqueues_of(struct task *task, bool makes)
{
    if (task->kqueues || !makes || task->state != TASK_ACTIVE)
        return task->kqueues;
    if (!account_charge(task->account, ACCOUNT_BYTES, alloc_cost(sizeof(struct kqueues))))
        return NULL;
    struct kqueues *all = alloc_zeroed(sizeof(*all));
    if (!all) {
        account_release(task->account, ACCOUNT_BYTES, alloc_cost(sizeof(*all)));
        return NULL;
    }
    all->ipc = &task->system->ipc;
    all->task = task;
    all->reap.step = reap_step;
    all->reap.done = reaped;
    all->reap.reap.kind = REAP_LATER;
    tree_init(&all->by_id, compare);
    list_init(&all->closed);
    list_init(&all->ready);
    waitq_init_ordered(&all->watchers, WAITQ_FIRST_COME);
    sources_init(all);
    pool_init(all->ipc, &all->pool, (uint32_t)task->system->machine.cpus_online);
    task->kqueues = all;
    return all;
}

/* ---- one ---- */

struct kqueue *kqueue_find(struct kqueues *all, enum kqueue_kind kind, uint64_t id)
{
    const struct key key = { kind, id };
    struct tree_node *node = all ? tree_find(&all->by_id, probe, &key) : NULL;
    return node ? container_of(node, struct kqueue, node) : NULL;
}

struct kqueue *kqueue_new(struct kqueues *all, enum kqueue_kind kind, uint64_t id)
{
    struct account *account = all->task->account;
    if (!account_charge_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(struct kqueue))))
        return NULL;
    struct kqueue *kqueue = alloc_zeroed(sizeof(*kqueue));
    if (!kqueue) {
        account_release_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(*kqueue)));
        return NULL;
    }
    kqueue->all = all;
    kqueue->kind = kind;
    kqueue->id = id;
    knotes_init(kqueue);
    waitq_init_ordered(&kqueue->fetchers, WAITQ_FIRST_COME);
    waitq_init(&kqueue->waiters);
    turnstile_init(&kqueue->push, &kqueue->waiters, ipc_serial(all->ipc));
    tree_insert(&all->by_id, &kqueue->node);
    return kqueue;
}

static void free_kqueue(struct kqueue *kqueue)
{
    struct account *account = kqueue->all->task->account;
    workloop_set_owner(kqueue, NULL);
    turnstile_destroy(&kqueue->all->ipc->sched, &kqueue->push);
    ASSERT(tree_is_empty(&kqueue->pending) && waitq_is_empty(&kqueue->fetchers));
    if (list_is_linked(&kqueue->ready))
        list_remove(&kqueue->ready);
    if (list_is_linked(&kqueue->closed))
        list_remove(&kqueue->closed);
    else
        tree_remove(&kqueue->all->by_id, &kqueue->node);
    account_release_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(*kqueue)));
    alloc_free(kqueue);
}

/* T108. A descriptor stays until it is closed. */
static bool is_wanted(const struct kqueue *kqueue)
{
    bool is_closed = list_is_linked(&kqueue->closed) || kqueue->all->is_dead;
    if (kqueue->n_held > 0 || !tree_is_empty(&kqueue->knotes))
        return true;
    if (kqueue->kind == KQUEUE_DESCRIPTOR)
        return !is_closed;
    return kqueue->is_made || kqueue->servicer || pool_is_requested(&kqueue->request);
}

void kqueue_hold(struct kqueue *kqueue)
{
    kqueue->n_held++;
}

void kqueue_release(struct kqueue *kqueue)
{
    ASSERT(kqueue->n_held > 0);
    kqueue->n_held--;
    if (!is_wanted(kqueue))
        free_kqueue(kqueue);
}

static void announce(struct kqueue *kqueue)
{
    struct waiter *watcher = waitq_first(&kqueue->all->watchers);
    if (kqueue->is_announced)
        return;
    kqueue->is_announced = true;
    if (!list_is_linked(&kqueue->ready)) /* a kevent came before the watcher */
        list_append(&kqueue->all->ready, &kqueue->ready);
    if (watcher)
        thread_unwait(thread_of_waiter(watcher), WAIT_ENDED_SIGNALLED);
}

void kqueue_wake(struct kqueue *kqueue)
{
    struct waiter *fetcher = waitq_first(&kqueue->fetchers);
    if (fetcher)
        thread_unwait(thread_of_waiter(fetcher), WAIT_ENDED_SIGNALLED);
    else if (kqueue->kind == KQUEUE_DESCRIPTOR && !list_is_linked(&kqueue->closed))
        announce(kqueue);
}

static void begin_reaping(struct kqueues *all, struct space *cause)
{
    if (list_is_linked(&all->reap.reap.link))
        return;
    all->reap.reap.cause = cause ? space_get(cause) : NULL;
    if (cause)
        cause->n_reaping++;
    list_append(&all->ipc->reap, &all->reap.reap.link);
}

void kqueue_close(struct kqueue *kqueue)
{
    struct kqueues *all = kqueue->all;
    ASSERT(kqueue->kind == KQUEUE_DESCRIPTOR && kqueue->n_held == 0);
    if (list_is_linked(&kqueue->ready))
        list_remove(&kqueue->ready);
    tree_remove(&all->by_id, &kqueue->node);
    list_append(&all->closed, &kqueue->closed);
    waitq_unwait_all(&kqueue->fetchers, WAIT_ENDED_CHANGED);
    begin_reaping(all, all->task->space);
}

/* ---- the end of those who work for it ---- */

void kqueue_thread_ends(struct thread *thread)
{
    for (struct list *node; (node = list_first(&thread->owned));)
        workloop_set_owner(list_entry(node, struct kqueue, owned), NULL);
    /* A servicer that waits for its own workloop leaves that wait first: the workloop may go with it. */
    if (thread->services && thread->ipc.sched.waiter.queue == &thread->services->fetchers)
        thread_unwait(&thread->ipc, WAIT_ENDED_DEATH);
    if (thread->services)
        workloop_unbind(thread->services);
    if (thread->is_pooled)
        pool_thread_ends(&thread->task->kqueues->pool, thread);
}

void kqueue_task_ends(struct task *task)
{
    struct kqueues *all = task->kqueues;
    if (!all)
        return;
    all->is_dead = true;
    list_for_each(node, &task->threads) kqueue_thread_ends(list_entry(node, struct thread, link));
    begin_reaping(all, NULL);
}
