/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/pool.h - the threads of a task that serve its workloops, and which workloop is next (T130-T135, T144, T145)
 *
 * A thread is parked, or bound to one workloop. Requests stand in two lanes, since those that overcommit have limits of their
 * own. In each lane a request is as strong as the priority of its class or, if that is higher, as what is pushed on the
 * workloop: the first is the order of a tree, the second that of the lane's turnstile, so the next one is the better of two
 * heads. pool_serve() runs as a signal, whenever a thread has parked, blocked or ended, or a request was made.
 *
 * What a thread does in Linux is unknown here: one that sleeps there counts as running. So that nobody waits for ever behind
 * such a one, a request that has waited for a CPU for POOL_PATIENCE gets a thread all the same.
 */
#pragma once

#include "kernel/ipc/signal.h"
#include "kernel/sched/turnstile.h"

struct kqueue;
struct thread;

enum {
    POOL_THREADS_MAX = 512,
    POOL_SCHEDULED_MIN = 64, /* T145: the limit is five for each CPU, and not less than this */
    POOL_SCHEDULED_PER_CPU = 5,
    POOL_PATIENCE = 20000000, /* nanoseconds */
};

enum pool_lane { LANE_ORDINARY, LANE_OVERCOMMIT, N_LANES };

struct pool {
    bool is_set_up;        /* T130 */
    struct signal signal;
    struct alarm patience;
    bool is_generous;      /* patience has come to its end: one more */
    struct waitq parked;   /* last come, first served: the others may end */
    uint32_t n_threads;    /* parked or bound */
    uint32_t n_parked;
    uint32_t n_ordinary;   /* bound to a workloop that does not overcommit */
    uint32_t n_running[SCHED_QOS_COUNT]; /* of those, the ones that do not wait in the kernel */
    struct {
        struct tree requests;  /* struct kqueue.request */
        struct turnstile push; /* Wq(T) */
    } lane[N_LANES];
    uint32_t n_cpus;
};

void pool_init(struct ipc *ipc, struct pool *pool, uint32_t n_cpus);
void pool_fini(struct ipc *ipc, struct pool *pool);

/* The workloop wants a thread; it wants none any more; it has become more or less urgent. */
void pool_request(struct kqueue *kqueue);
void pool_withdraw(struct kqueue *kqueue);
void pool_reorder(struct kqueue *kqueue);
static inline bool pool_is_requested(const struct tree_node *request)
{
    return tree_is_linked(request);
}

/* A request waits that is stronger than the workloop, and cannot be served unless that gives way (T135). */
bool pool_wants(const struct pool *pool, struct kqueue *instead_of);

/* The thread waits for a workloop. idle: nanoseconds, after which it may go if it is not the only one. */
void pool_park(struct pool *pool, struct thread *thread, uint64_t idle);
/* The thread is bound to the workloop from now on, or no more; and counted where that is. */
void pool_bound(struct kqueue *kqueue, struct thread *thread);
void pool_unbound(struct kqueue *kqueue, struct thread *thread);
void pool_thread_ends(struct pool *pool, struct thread *thread);
