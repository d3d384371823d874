/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/kqueue.h - kernel queues and workloops of a task, and who serves them (T108-T145)
 *
 * A kqueue is a set of knotes and, ordered by urgency, those of them that have something to tell (`pending`). A workloop is
 * one that a thread of the task's pool serves: at most one at a time, the *servicer*, from the moment it is chosen until it
 * parks. Whoever the workloop's waiters push on follows from its state alone (T140): the owner, else the servicer, else
 * the pool while a thread is requested. workloop_update() says it anew after whatever changes one of them, requests a
 * thread or withdraws the request, and raises the class of whoever works for the loop.
 *
 *   what is told    knote.c    fires knotes, changes them       events.c   takes what is pending, makes the reply
 *   who works       workloop.c owner, servicer, request         pool.c     which request gets a thread
 *
 * A kqueue is made by the first change that names it. It is freed when it has nothing left (T108), by kqueue_release() at the
 * end of whatever held it.
 */
#pragma once

#include "kernel/ipc/signal.h"
#include "kernel/kqueue/pool.h"
#include "kernel/task/thread.h"
#include "wire/kevent.h"

struct knote;

/* Of one task; made when it is first needed. */
struct kqueues {
    struct later_reaping reap; /* closed kqueues, and all of a dead task's */
    struct ipc *ipc;
    struct task *task;
    struct tree by_id;     /* struct kqueue.node: by kind and id */
    struct list closed;    /* struct kqueue.closed: their knotes are being freed */
    struct tree sources;   /* struct knote.by_cookie */
    struct list ready;     /* struct kqueue.ready: descriptors that TRAP_KQUEUE_WATCH is to tell of */
    struct waitq watchers;
    struct pool pool;
    bool is_dead;          /* its task is: no more requests, no more threads */
};

struct kqueue {
    struct tree_node node;
    struct list closed;
    struct kqueues *all;
    enum kqueue_kind kind;
    uint64_t id;
    uint32_t n_held;       /* operations under way that still look at it */
    struct tree knotes;    /* struct knote.node */
    struct tree pending;   /* struct knote.pending: the most urgent class first, then by age */
    struct waitq fetchers; /* threads that wait in kevent for something to be pending */
    struct list ready;
    bool is_announced;     /* descriptors: told since the last kevent */
    /* workloops */
    bool is_made;          /* by TRAP_WORKLOOP_CREATE: stays without anything (T109) */
    uint8_t priority;      /* its servicer's, outside QoS (T109); 0: by class */
    uint8_t request_priority; /* of its class when a thread was requested, or since then */
    uint8_t request_lane;  /* enum pool_lane */
    uint64_t request_order;
    struct tree_node request; /* pool: while a thread is requested */
    struct thread *servicer, *owner; /* borrowed: kqueue_thread_ends() clears them */
    struct list owned;        /* owner->owned */
    uint8_t owned_class;      /* where the owner counts it */
    struct knote *thread_request; /* T148: one at most */
    struct turnstile push;    /* Wl(w) */
    struct waitq waiters;     /* NOTE_WL_SYNC_WAIT */
    uint32_t n_of_class[SCHED_QOS_COUNT]; /* knotes that make it that urgent */
    uint32_t n_overcommit;    /* knotes with the flag (T145) */
    bool is_ordinary;         /* how the pool counts the servicer, since it was bound */
    uint8_t running_class;
    bool is_running;          /* it does not wait in the kernel */
};

/* The task's; NULL: there are none, and `makes` not or no memory. */
struct kqueues *kqueues_of(struct task *task, bool makes);
/* Borrowed; NULL. O(log n), as all lookups here. */
struct kqueue *kqueue_find(struct kqueues *all, enum kqueue_kind kind, uint64_t id);
/* A new one; NULL: limit or no memory. */
struct kqueue *kqueue_new(struct kqueues *all, enum kqueue_kind kind, uint64_t id);

/* Between the two the kqueue stays whatever happens; the second may free it. */
void kqueue_hold(struct kqueue *kqueue);
void kqueue_release(struct kqueue *kqueue);

/* Something has become pending: whoever waits for it is woken, or told. */
void kqueue_wake(struct kqueue *kqueue);
/* It exists no more; its knotes are freed step by step. A descriptor, held by nobody. */
void kqueue_close(struct kqueue *kqueue);

/* From what follows nobody may look at the thread, or the task, as one that works for a kqueue: before they are disabled. */
void kqueue_thread_ends(struct thread *thread);
void kqueue_task_ends(struct task *task);

/* Invariants of all that the task has (T140, T176). O(all). */
void kqueue_check(const struct task *task);

static inline struct pool *pool_of(struct kqueue *kqueue)
{
    return &kqueue->all->pool;
}
