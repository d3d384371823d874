/* SPDX-License-Identifier: Apache-2.0 */
/* bench/kernel/servers.h - threads with a turnstile each, alone: for measuring propagation, and for its tests
 *
 * servers_new begins anew: the world of what it made before is gone, its memory the caller's to free. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "kernel/sched/policy.h"
#include "kernel/sched/turnstile.h"

/* Whoever waits for it pushes on its thread. */
struct server {
    struct sched_thread thread;
    struct waitq waiters;
    struct turnstile turnstile;
};

static struct sched_task task;
static struct sched sched;
static uint32_t steps; /* of all that was propagated */
static uint64_t order;

/* NULL without memory. */
static inline struct server *servers_new(unsigned n)
{
    struct server *servers = calloc(n, sizeof(*servers));
    sched_init(&sched, &steps);
    sched_task_init(&task, SCHED_APPLICATION);
    task.role = SCHED_ROLE_UI_FOCAL;
    for (unsigned i = 0; servers && i < n; i++) {
        sched_thread_init(&servers[i].thread, &task, SCHED_QOS_DEFAULT);
        waitq_init(&servers[i].waiters);
        turnstile_init(&servers[i].turnstile, &servers[i].waiters, ++order);
        turnstile_set_inheritor(&sched, &servers[i].turnstile,
                                inheritor_thread(&servers[i].thread, PUSH_HELD_BY_RECEIVER));
    }
    return servers;
}

static inline void block(struct sched_thread *thread, struct server *on)
{
    waitq_insert(&on->waiters, &thread->waiter, ++order);
    turnstile_block(&sched, &on->turnstile, thread);
}

static inline void unblock(struct sched_thread *thread)
{
    waitq_remove(&thread->waiter);
    turnstile_unblock(&sched, thread);
}

static inline void set_qos(struct sched_thread *thread, enum sched_qos qos)
{
    thread->qos = (uint8_t)qos;
    turnstile_thread_changed(&sched, thread);
}
