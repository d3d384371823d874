/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/thread.h - the part of a task and a thread that scheduling sees: what was asked for, what
 * pushes, and the base priority that follows
 *
 * `base` is B of the rules, `push` is U (T18). Both are kept current: policy.h computes them, turnstile.h
 * calls it when something changed. Numbers are Mach priorities, 0 to 127; user threads use 0 to 63, and 97
 * when they are real-time.
 */
#pragma once

#include "base/list.h"
#include "kernel/sched/waitq.h"

struct turnstile;

enum {
    PRIORITY_THROTTLE = 4,
    PRIORITY_UTILITY = 20,
    PRIORITY_DEFAULT = 31,
    PRIORITY_USER_INITIATED = 37,
    PRIORITY_BACKGROUND = 46, /* the name is the original's: a user-interactive thread out of focus */
    PRIORITY_USER_MAX = 63,
    PRIORITY_REAL_TIME = 97,
};

/* THREAD_QOS_* (T2) */
enum sched_qos {
    SCHED_QOS_NONE,
    SCHED_QOS_MAINTENANCE,
    SCHED_QOS_BACKGROUND,
    SCHED_QOS_UTILITY,
    SCHED_QOS_DEFAULT,
    SCHED_QOS_USER_INITIATED,
    SCHED_QOS_USER_INTERACTIVE,
    SCHED_QOS_COUNT,
};

/* Type of a task; all but the first are given by the launcher (T10, T11). */
enum sched_kind {
    SCHED_APPLICATION,
    SCHED_DAEMON_STANDARD,
    SCHED_DAEMON_INTERACTIVE,
    SCHED_DAEMON_ADAPTIVE,
    SCHED_DAEMON_BACKGROUND,
};

/* PRIO_DARWIN_ROLE_* */
enum sched_role {
    SCHED_ROLE_DEFAULT,
    SCHED_ROLE_UI_FOCAL,
    SCHED_ROLE_UI,
    SCHED_ROLE_NON_UI,
    SCHED_ROLE_UI_NON_FOCAL,
    SCHED_ROLE_TAL_LAUNCH,
    SCHED_ROLE_DARWIN_BG,
    SCHED_ROLE_COUNT,
};

/* What all of scheduling shares. */
struct sched {
    struct list changed; /* struct sched_thread.changed: whose base the host has not been told yet */
    uint32_t *steps;     /* counted work, of the trap being served */
    uint32_t max_hop;    /* T41; 0: no limit (D4) */
};

struct sched_task {
    enum sched_kind kind;
    enum sched_role role;
    uint8_t clamp;       /* enum sched_qos: no thread's class is above it; NONE: no clamp (F115) */
    bool is_terminating; /* T21 */
    bool is_background;  /* PRIO_DARWIN_BG: as in the role of that name */
    struct list threads; /* struct sched_thread.link */
};

/* Turnstiles that push on the same inheritor, strongest first. */
struct pushers {
    struct tree tree; /* struct turnstile.node */
};

struct sched_thread {
    struct sched_task *task;
    struct list link;
    struct list changed;
    struct waiter waiter;         /* waiter.priority is the base priority */
    struct turnstile *blocked_on; /* NULL: waits nowhere, or where nobody is pushed */
    struct pushers pushers;
    int push;                     /* U: 0 to 63 */
    uint8_t qos;                  /* requested class; SCHED_QOS_NONE: outside QoS (T7) */
    int8_t relative;              /* requested, -15 to 0 */
    uint8_t kevent_override, workq_override, servicer_override; /* classes (T14) */
    uint16_t overrides[SCHED_QOS_COUNT]; /* explicit ones, counted by class (T16) */
    int16_t importance;           /* T7 */
    bool is_fixed, is_real_time, is_depressed;
    bool is_background; /* PRIO_DARWIN_BG of the thread: its own priority is that of the lowest class */
};

void sched_init(struct sched *sched, uint32_t *steps);
void sched_task_init(struct sched_task *task, enum sched_kind kind);
/* A thread of requested class `qos`, in no wait and pushed by nobody. */
void sched_thread_init(struct sched_thread *thread, struct sched_task *task, enum sched_qos qos);

static inline int sched_base(const struct sched_thread *thread)
{
    return thread->waiter.priority;
}

static inline struct sched_thread *sched_thread_of_waiter(struct waiter *waiter)
{
    return container_of(waiter, struct sched_thread, waiter);
}
