/* SPDX-License-Identifier: Apache-2.0 */
#include "propagation.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "kernel/sched/policy.h"
#include "kernel/sched/turnstile.h"

enum { ROUNDS = 200 };

/* Whoever waits for it pushes on its thread. */
struct server {
    struct sched_thread thread;
    struct waitq waiters;
    struct turnstile turnstile;
};

static struct sched_task task;
static struct sched sched;
static uint32_t steps;
static uint64_t order;

static struct server *servers_new(unsigned n)
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

static void block(struct sched_thread *thread, struct server *on)
{
    waitq_insert(&on->waiters, &thread->waiter, ++order);
    turnstile_block(&sched, &on->turnstile, thread);
}

static void unblock(struct sched_thread *thread)
{
    waitq_remove(&thread->waiter);
    turnstile_unblock(&sched, thread);
}

static void set_qos(struct sched_thread *thread, enum sched_qos qos)
{
    thread->qos = (uint8_t)qos;
    turnstile_thread_changed(&sched, thread);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Of a coming or a going, the mean of all; after one round for the caches. */
static struct cost cost_of(struct sched_thread *thread, struct server *on)
{
    uint32_t before = 0;
    double begin = 0;
    for (unsigned i = 0; i <= ROUNDS; i++) {
        if (i == 1) {
            before = steps;
            begin = now_us();
        }
        block(thread, on);
        unblock(thread);
    }
    return (struct cost){ (double)(steps - before) / (2 * ROUNDS), (now_us() - begin) / (2 * ROUNDS) };
}

struct cost propagation_chain(unsigned n)
{
    struct server *s = servers_new(n + 1);
    if (!s)
        return (struct cost){ NAN, NAN };
    for (unsigned i = n; i > 1; i--)
        block(&s[i - 1].thread, &s[i]);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    struct cost cost = cost_of(&s[0].thread, &s[1]);
    free(s);
    return cost;
}

struct cost propagation_waiter(unsigned w, bool is_most_urgent)
{
    struct server *s = servers_new(w + 3);
    if (!s)
        return (struct cost){ NAN, NAN };
    struct sched_thread *newcomer = &s[w + 2].thread;
    for (unsigned i = 0; i < w; i++) {
        set_qos(&s[i].thread, i % 2 ? SCHED_QOS_DEFAULT : SCHED_QOS_USER_INITIATED);
        block(&s[i].thread, &s[w]);
    }
    block(&s[w].thread, &s[w + 1]);
    set_qos(newcomer, is_most_urgent ? SCHED_QOS_USER_INTERACTIVE : SCHED_QOS_UTILITY);
    struct cost cost = cost_of(newcomer, &s[w]);
    free(s);
    return cost;
}
