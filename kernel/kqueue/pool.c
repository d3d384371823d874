/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kqueue/pool.h"

#include "kernel/kqueue/workloop.h"
#include "kernel/sched/policy.h"

static int by_class(const struct tree_node *a, const struct tree_node *b)
{
    const struct kqueue *x = container_of(a, struct kqueue, request),
                        *y = container_of(b, struct kqueue, request);
    if (x->request_priority != y->request_priority)
        return x->request_priority > y->request_priority ? -1 : 1;
    return x->request_order < y->request_order ? -1 : x->request_order > y->request_order;
}

static void serve(struct ipc *ipc, struct signal *signal);
static void lose_patience(struct ipc *ipc, struct signal *signal);

void pool_init(struct ipc *ipc, struct pool *pool, uint32_t n_cpus)
{
    *pool = (struct pool){ .n_cpus = n_cpus ? n_cpus : 1, .signal = { .run = serve } };
    pool->patience.signal.run = lose_patience;
    waitq_init_ordered(&pool->parked, WAITQ_LAST_COME);
    for (int lane = 0; lane < N_LANES; lane++) {
        tree_init(&pool->lane[lane].requests, by_class);
        turnstile_init(&pool->lane[lane].push, NULL, ipc_serial(ipc));
    }
}

void pool_fini(struct ipc *ipc, struct pool *pool)
{
    signal_cancel(&pool->signal);
    alarm_cancel(ipc, &pool->patience);
    for (int lane = 0; lane < N_LANES; lane++) {
        ASSERT(tree_is_empty(&pool->lane[lane].requests));
        turnstile_destroy(&ipc->sched, &pool->lane[lane].push);
    }
    ASSERT(waitq_is_empty(&pool->parked));
}

/* ---- requests ---- */

static enum pool_lane lane_of(const struct kqueue *kqueue)
{
    return kqueue->n_overcommit > 0 ? LANE_OVERCOMMIT : LANE_ORDINARY;
}

static uint8_t class_priority(const struct kqueue *kqueue)
{
    if (kqueue->priority)
        return kqueue->priority;
    return (uint8_t)sched_qos_priority(workloop_class(kqueue), 0);
}

/* The order of its turnstile among equals is that of the requests. */
void pool_request(struct kqueue *kqueue)
{
    struct pool *pool = pool_of(kqueue);
    struct ipc *ipc = kqueue->all->ipc;
    ASSERT(!pool_is_requested(&kqueue->request) && kqueue->push.inheritor.kind == INHERITOR_NONE);
    kqueue->request_order = kqueue->push.order = ipc_serial(ipc);
    kqueue->request_priority = class_priority(kqueue);
    kqueue->request_lane = (uint8_t)lane_of(kqueue);
    tree_insert(&pool->lane[kqueue->request_lane].requests, &kqueue->request);
    signal_give(ipc, &pool->signal);
}

void pool_withdraw(struct kqueue *kqueue)
{
    tree_remove(&pool_of(kqueue)->lane[kqueue->request_lane].requests, &kqueue->request);
}

void pool_reorder(struct kqueue *kqueue)
{
    struct pool *pool = pool_of(kqueue);
    uint8_t priority = class_priority(kqueue), lane = (uint8_t)lane_of(kqueue);
    if (priority == kqueue->request_priority && lane == kqueue->request_lane)
        return;
    pool_withdraw(kqueue);
    kqueue->request_priority = priority;
    kqueue->request_lane = lane;
    tree_insert(&pool->lane[lane].requests, &kqueue->request);
    signal_give(kqueue->all->ipc, &pool->signal);
}

static int strength(const struct kqueue *kqueue)
{
    return kqueue->request_priority > kqueue->push.priority ? kqueue->request_priority : kqueue->push.priority;
}

/* T144: stronger, or as strong and older. NULL is the weakest. */
static struct kqueue *better(struct kqueue *a, struct kqueue *b)
{
    if (!a || !b)
        return a ? a : b;
    if (strength(a) != strength(b))
        return strength(a) > strength(b) ? a : b;
    return a->request_order < b->request_order ? a : b;
}

static struct kqueue *first_of_lane(const struct pool *pool, enum pool_lane lane)
{
    const struct tree_node *by_class = tree_first(&pool->lane[lane].requests);
    const struct tree_node *by_push = tree_first(&pool->lane[lane].push.pushers.tree);
    if (!by_class)
        return NULL;
    struct turnstile *push = by_push ? container_of(by_push, struct turnstile, node) : NULL;
    return better(container_of(by_class, struct kqueue, request),
                  push ? container_of(push, struct kqueue, push) : NULL);
}

/* ---- limits (T145) ---- */

static uint32_t scheduled_max(const struct pool *pool)
{
    uint32_t max = pool->n_cpus * POOL_SCHEDULED_PER_CPU;
    return max > POOL_SCHEDULED_MIN ? max : POOL_SCHEDULED_MIN;
}

static bool has_cpu_for(const struct pool *pool, enum sched_qos class)
{
    uint32_t n = 0;
    for (int qos = class; qos < SCHED_QOS_COUNT; qos++)
        n += pool->n_running[qos];
    return n < pool->n_cpus || pool->is_generous;
}

static bool is_admitted(const struct pool *pool, const struct kqueue *ordinary)
{
    return pool->n_ordinary < scheduled_max(pool) && has_cpu_for(pool, workloop_class(ordinary));
}

/* The request that is to be served now; NULL: none, or none that the limits admit. */
static struct kqueue *next(struct ipc *ipc, struct pool *pool)
{
    struct kqueue *ordinary = first_of_lane(pool, LANE_ORDINARY);
    struct kqueue *overcommit = first_of_lane(pool, LANE_OVERCOMMIT);
    if (!ordinary || is_admitted(pool, ordinary))
        return better(ordinary, overcommit);
    if (pool->n_ordinary < scheduled_max(pool) && !timer_is_set(&pool->patience.timer))
        alarm_set(ipc, &pool->patience, ipc->now + POOL_PATIENCE);
    return overcommit;
}

static void serve(struct ipc *ipc, struct signal *signal)
{
    struct pool *pool = container_of(signal, struct pool, signal);
    struct waiter *waiter;
    struct kqueue *kqueue;
    while ((waiter = waitq_first(&pool->parked)) && (kqueue = next(ipc, pool))) {
        struct thread *thread = thread_of_ipc(thread_of_waiter(waiter));
        ipc->steps++;
        pool->is_generous = false;
        workloop_bind(kqueue, thread);
        thread_unwait(&thread->ipc, WAIT_ENDED_SIGNALLED);
    }
}

static void lose_patience(struct ipc *ipc, struct signal *signal)
{
    struct pool *pool = container_of(signal, struct pool, patience.signal);
    pool->is_generous = true;
    signal_give(ipc, &pool->signal);
}

bool pool_wants(const struct pool *pool, struct kqueue *instead_of)
{
    struct kqueue *ordinary = first_of_lane(pool, LANE_ORDINARY);
    bool has_spare = pool->n_parked > 0;
    if (ordinary && has_spare && (!instead_of->is_ordinary || is_admitted(pool, ordinary)))
        ordinary = NULL;
    struct kqueue *waiting = better(ordinary, has_spare ? NULL : first_of_lane(pool, LANE_OVERCOMMIT));
    if (!waiting)
        return false;
    int mine = class_priority(instead_of);
    if (mine < instead_of->push.priority)
        mine = instead_of->push.priority;
    return strength(waiting) > mine;
}

/* ---- threads ---- */

static void parked_ended(struct ipc_thread *thread, enum wait_end end)
{
    (void)end;
    thread_of_ipc(thread)->task->kqueues->pool.n_parked--;
}

static const struct wait_ops parked_ops = { .ended = parked_ended, .go_on = workloop_thread_goes_on };

void pool_park(struct pool *pool, struct thread *thread, uint64_t idle)
{
    struct ipc *ipc = thread->ipc.ipc;
    bool is_spare = pool->n_parked > 0 && idle != KEVENT_FOREVER;
    pool->n_parked++;
    thread_wait_event(&thread->ipc, &parked_ops, &pool->parked, NULL, is_spare, idle);
    signal_give(ipc, &pool->signal);
}

/* A bound thread begins to wait in the kernel, or goes on. */
static void count_running(struct pool *pool, struct kqueue *kqueue, bool is_running)
{
    if (kqueue->is_running == is_running)
        return;
    kqueue->is_running = is_running;
    pool->n_running[kqueue->running_class] += is_running ? 1 : -1;
}

static void bound_thread_waits(struct ipc_thread *thread, bool waits)
{
    struct kqueue *kqueue = thread_of_ipc(thread)->services;
    count_running(pool_of(kqueue), kqueue, !waits);
    if (waits)
        signal_give(thread->ipc, &pool_of(kqueue)->signal);
}

void pool_bound(struct kqueue *kqueue, struct thread *thread)
{
    struct pool *pool = pool_of(kqueue);
    kqueue->running_class = (uint8_t)workloop_class(kqueue);
    kqueue->is_ordinary = lane_of(kqueue) == LANE_ORDINARY;
    if (!kqueue->is_ordinary)
        return;
    pool->n_ordinary++;
    count_running(pool, kqueue, true);
    thread->ipc.waits = bound_thread_waits;
}

void pool_unbound(struct kqueue *kqueue, struct thread *thread)
{
    struct pool *pool = pool_of(kqueue);
    if (kqueue->is_ordinary) {
        pool->n_ordinary--;
        count_running(pool, kqueue, false);
    }
    thread->ipc.waits = NULL;
    signal_give(kqueue->all->ipc, &pool->signal);
}

void pool_thread_ends(struct pool *pool, struct thread *thread)
{
    ASSERT(thread->is_pooled && pool->n_threads > 0);
    pool->n_threads--;
    thread->is_pooled = false;
}
