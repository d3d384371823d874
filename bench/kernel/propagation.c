/* SPDX-License-Identifier: Apache-2.0 */
#include "propagation.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "bench/kernel/servers.h"

enum { ROUNDS = 200 };

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
