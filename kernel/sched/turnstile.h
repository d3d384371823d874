/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/turnstile.h - waiting threads lend their priority to whoever can end their wait (T30-T43)
 *
 * A turnstile stands for one thing that threads wait for. Its priority is that of its strongest waiter: a
 * thread that is blocked on it, or another turnstile that pushes on it. It pushes on at most one inheritor, a
 * thread or a turnstile, for a numbered reason. Who inherits is not decided here: whoever owns the turnstile
 * says so whenever that changes, and knows why. Nothing here knows what is waited for.
 *
 *   turnstile_block(sched, turnstile, thread)             when the thread starts to wait
 *   turnstile_unblock(sched, thread)                      when it is woken (T38, D12)
 *   turnstile_set_inheritor(sched, turnstile, inheritor)  whenever the owner's state says another one
 *
 * Each of these walks along the chain of inheritors as long as priorities change, up or down: O(n log w) for
 * n members that change and w pushers of one. A change that alters no maximum ends at the first member. The
 * walk is a loop, and it ends in cycles, because what it compares grows or falls in one direction (T42).
 */
#pragma once

#include "kernel/sched/thread.h"

/* Why a turnstile pushes where it pushes. The first seven carry the numbers of T64, the next three are those
 * of T75, then come ours. Tools show them: never renumber. */
enum push_reason {
    PUSH_NOBODY = 0,
    PUSH_CHECK_IN = 1,         /* special reply port with the bootstrap bit: its bound thread */
    PUSH_TRANSIT = 2,          /* the receive right is in a message: the queue that it is for */
    PUSH_WATCH_PORT = 3,       /* the main thread of the task that was started to serve it */
    PUSH_KNOTE = 4,            /* the right came out through a knote: its workloop */
    PUSH_STASH = 5,            /* ... behind another one: the knote */
    PUSH_RECEIVED_RIGHT = 6,   /* the thread that got the right in answer to its check-in */
    PUSH_MONITOR = 7,          /* the workloop that monitors the port */
    PUSH_REPLY_PORT = 8,       /* a caller: the port that it sent to */
    PUSH_REPLY_KNOTE = 9,
    PUSH_REPLY_STASH = 10,
    PUSH_HELD_BY_RECEIVER = 11, /* beyond the original: the thread that holds the reply right (decision 16) */
    PUSH_OWNER = 12,           /* a workloop: the thread that owns it (T140) */
    PUSH_SERVICER = 13,        /* ... the thread that serves it */
    PUSH_POOL = 14,            /* ... the pool that it has requested a thread of */
    PUSH_RELEASE = 15,         /* a program that is being started: the thread that starts it (F55) */
};

enum inheritor_kind { INHERITOR_NONE, INHERITOR_THREAD, INHERITOR_TURNSTILE };

struct inheritor {
    enum inheritor_kind kind;
    enum push_reason reason;
    union {
        struct sched_thread *thread;
        struct turnstile *turnstile;
    };
};

struct turnstile {
    const struct waitq *waiters; /* its owner's; NULL: threads never block on it directly */
    struct pushers pushers;      /* turnstiles whose inheritor this is */
    struct tree_node node;       /* in the inheritor's pushers */
    struct inheritor inheritor;
    uint64_t order;              /* among equals the older pushes first; unique */
    int priority;                /* of the strongest waiter; 0: nobody */
};

void pushers_init(struct pushers *pushers);
void turnstile_init(struct turnstile *turnstile, const struct waitq *waiters, uint64_t order);
/* Nobody may wait on it or push on it any more. */
void turnstile_destroy(struct sched *sched, struct turnstile *turnstile);

void turnstile_set_inheritor(struct sched *sched, struct turnstile *turnstile, struct inheritor inheritor);

/* The thread stands, or stood, in the waitq of the turnstile: insert before block, remove before unblock. */
void turnstile_block(struct sched *sched, struct turnstile *turnstile, struct sched_thread *thread);
void turnstile_unblock(struct sched *sched, struct sched_thread *thread);

/* The thread's requests, or its task's role, have changed: its priority is computed anew, and what it waits
 * for follows (T39). */
void turnstile_thread_changed(struct sched *sched, struct sched_thread *thread);

/* The thread ends: nobody inherits what pushed on it (T40). O(w log w), w pushers. */
void turnstile_thread_ends(struct sched *sched, struct sched_thread *thread);

/* Whose urgency the thread runs with: itself, if with its own. NULL: further than `max` members away. O(max). */
const struct sched_thread *turnstile_source(const struct sched_thread *thread, uint32_t max);

static inline struct inheritor inheritor_none(void)
{
    return (struct inheritor){ INHERITOR_NONE, PUSH_NOBODY, { NULL } };
}

static inline struct inheritor inheritor_thread(struct sched_thread *thread, enum push_reason reason)
{
    return (struct inheritor){ INHERITOR_THREAD, reason, { .thread = thread } };
}

static inline struct inheritor inheritor_turnstile(struct turnstile *turnstile, enum push_reason reason)
{
    return (struct inheritor){ INHERITOR_TURNSTILE, reason, { .turnstile = turnstile } };
}

/* Is the thread's priority what its requests and its pushers give? */
bool turnstile_thread_is_settled(const struct sched_thread *thread);
/* What the turnstile's priority must be, from its waiters and pushers as they are. For checks. */
int turnstile_measure(const struct turnstile *turnstile);
