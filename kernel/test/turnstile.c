/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/turnstile.c - pushes over chains, trees and cycles, and against a computation from scratch */
#include "kernel/sched/turnstile.h"

#include "bench/kernel/servers.h"
#include "tests/harness/harness.h"

enum { N = 40, LONG_CHAIN = 10000 };

static struct server *stage(unsigned n)
{
    struct server *servers = servers_new(n);
    REQUIRE(servers != NULL);
    return servers;
}

/* ---- the oracle: T18 and T30 from scratch, to the least solution ---- */

static int strongest_waiter(const struct server *servers, unsigned n, unsigned i, const int *base,
                            const int *push_of)
{
    int strongest = 0;
    for (unsigned j = 0; j < n; j++) {
        if (servers[j].thread.blocked_on == &servers[i].turnstile && base[j] > strongest)
            strongest = base[j];
        if (servers[j].turnstile.inheritor.kind == INHERITOR_TURNSTILE &&
            servers[j].turnstile.inheritor.turnstile == &servers[i].turnstile && push_of[j] > strongest)
            strongest = push_of[j];
    }
    return strongest;
}

static void check_all(const struct server *servers, unsigned n)
{
    int base[N], priority[N] = { 0 };
    bool changed = true;
    for (unsigned i = 0; i < n; i++)
        base[i] = sched_base_of(&servers[i].thread, 0);
    while (changed) {
        changed = false;
        for (unsigned i = 0; i < n; i++) {
            int strongest = strongest_waiter(servers, n, i, base, priority), push = 0;
            changed |= strongest != priority[i];
            priority[i] = strongest;
            for (unsigned j = 0; j < n; j++)
                if (servers[j].turnstile.inheritor.kind == INHERITOR_THREAD &&
                    servers[j].turnstile.inheritor.thread == &servers[i].thread && priority[j] > push)
                    push = priority[j];
            int now = sched_base_of(&servers[i].thread, sched_push(push));
            changed |= now != base[i];
            base[i] = now;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        CHECK_EQ(servers[i].turnstile.priority, priority[i]);
        CHECK_EQ(sched_base(&servers[i].thread), base[i]);
    }
}

/* ---- */

TEST(a_waiter_pushes_while_it_waits, "T30 T34 T35 T36")
{
    struct server *s = stage(4);
    set_qos(&s[1].thread, SCHED_QOS_USER_INTERACTIVE);
    set_qos(&s[2].thread, SCHED_QOS_USER_INITIATED);
    set_qos(&s[3].thread, SCHED_QOS_UTILITY);
    block(&s[3].thread, &s[0]);
    CHECK_EQ(s[0].thread.push, 20);
    CHECK_EQ(sched_base(&s[0].thread), 31);
    block(&s[1].thread, &s[0]);
    block(&s[2].thread, &s[0]);
    CHECK_EQ(sched_base(&s[0].thread), 47);
    unblock(&s[1].thread);
    CHECK_EQ(s[0].thread.push, 37);
    unblock(&s[2].thread);
    unblock(&s[3].thread);
    CHECK_EQ(s[0].thread.push, 0);
    CHECK_EQ(sched_base(&s[0].thread), 31);
    free(s);
}

TEST(a_push_runs_over_any_number_of_hops, "T34 T41 T43")
{
    struct server *s = stage(LONG_CHAIN);
    for (unsigned i = LONG_CHAIN - 1; i > 1; i--)
        block(&s[i - 1].thread, &s[i]);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    block(&s[0].thread, &s[1]);
    for (unsigned i = 0; i < LONG_CHAIN; i++)
        CHECK_EQ(sched_base(&s[i].thread), 47);
    unblock(&s[LONG_CHAIN / 2].thread);
    CHECK_EQ(sched_base(&s[LONG_CHAIN / 2].thread), 47);
    CHECK_EQ(sched_base(&s[LONG_CHAIN / 2 + 1].thread), 31);
    CHECK_EQ(sched_base(&s[LONG_CHAIN - 1].thread), 31);
    unblock(&s[0].thread);
    CHECK_EQ(sched_base(&s[1].thread), 31);
    free(s);
}

TEST(with_a_limit_a_push_ends_after_the_originals_number_of_threads, "T41")
{
    struct server *s = stage(20);
    sched.max_hop = 10;
    for (unsigned i = 19; i > 1; i--)
        block(&s[i - 1].thread, &s[i]);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    block(&s[0].thread, &s[1]);
    CHECK_EQ(sched_base(&s[12].thread), 47);
    CHECK_EQ(sched_base(&s[13].thread), 31);
    free(s);
    s = stage(20);
    sched.max_hop = 10;
    for (unsigned i = 19; i > 0; i--)
        block(&s[i - 1].thread, &s[i]);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    CHECK_EQ(sched_base(&s[11].thread), 47);
    CHECK_EQ(sched_base(&s[12].thread), 31);
    free(s);
}

TEST(a_cycle_ends_and_is_healed_when_it_breaks, "T42")
{
    struct server *s = stage(3);
    block(&s[0].thread, &s[1]);
    block(&s[1].thread, &s[0]);
    set_qos(&s[2].thread, SCHED_QOS_USER_INTERACTIVE);
    block(&s[2].thread, &s[0]);
    CHECK_EQ(sched_base(&s[0].thread), 47);
    CHECK_EQ(sched_base(&s[1].thread), 47);
    unblock(&s[2].thread);
    CHECK(sched_base(&s[0].thread) <= 47);
    unblock(&s[0].thread);
    CHECK_EQ(sched_base(&s[1].thread), 31);
    CHECK_EQ(sched_base(&s[0].thread), 31);
    free(s);
}

TEST(a_change_of_a_waiters_priority_is_passed_on, "T37 T39")
{
    struct server *s = stage(3);
    block(&s[0].thread, &s[1]);
    block(&s[1].thread, &s[2]);
    s[0].thread.overrides[SCHED_QOS_USER_INITIATED]++;
    turnstile_thread_changed(&sched, &s[0].thread);
    CHECK_EQ(sched_base(&s[2].thread), 37);
    s[0].thread.overrides[SCHED_QOS_USER_INITIATED]--;
    turnstile_thread_changed(&sched, &s[0].thread);
    CHECK_EQ(sched_base(&s[2].thread), 31);
    free(s);
}

TEST(nobody_inherits_from_a_thread_that_ended, "T32 T40")
{
    struct server *s = stage(2);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    block(&s[0].thread, &s[1]);
    turnstile_thread_ends(&sched, &s[1].thread);
    CHECK_EQ(s[1].turnstile.inheritor.kind, INHERITOR_NONE);
    CHECK_EQ(s[1].turnstile.priority, 47);
    unblock(&s[0].thread);
    CHECK_EQ(s[1].turnstile.priority, 0);
    free(s);
}

/* The first of a chain of n comes to wait, is raised, and leaves. */
static uint32_t steps_of_a_chain(unsigned n)
{
    struct server *s = stage(n + 1);
    for (unsigned i = n; i > 1; i--)
        block(&s[i - 1].thread, &s[i]);
    uint32_t before = steps;
    block(&s[0].thread, &s[1]);
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    CHECK_EQ(sched_base(&s[n].thread), 47);
    unblock(&s[0].thread);
    CHECK_EQ(sched_base(&s[n].thread), 31);
    before = steps - before;
    free(s);
    return before;
}

TEST(a_chain_costs_what_its_length_is, "T34 T41")
{
    enum { FOR_EACH = 4, BESIDE = 8 };
    for (unsigned n = 1; n <= LONG_CHAIN; n *= 10)
        CHECK_LE(steps_of_a_chain(n), FOR_EACH * n + BESIDE);
}

/* One more of the weakest among w that wait for the same. */
static uint32_t steps_among(unsigned w)
{
    struct server *s = stage(w + 3);
    for (unsigned i = 0; i < w; i++) {
        set_qos(&s[i].thread, i % 2 ? SCHED_QOS_USER_INTERACTIVE : SCHED_QOS_USER_INITIATED);
        block(&s[i].thread, &s[w]);
    }
    block(&s[w].thread, &s[w + 1]);
    uint32_t before = steps;
    set_qos(&s[w + 2].thread, SCHED_QOS_UTILITY);
    block(&s[w + 2].thread, &s[w]);
    unblock(&s[w + 2].thread);
    before = steps - before;
    free(s);
    return before;
}

TEST(a_maximum_that_stays_costs_the_same_among_any_number, "T34")
{
    uint32_t among_one = steps_among(1);
    for (unsigned w = 10; w <= LONG_CHAIN; w *= 10)
        CHECK_EQ(steps_among(w), among_one);
}

TEST(a_change_that_alters_no_maximum_ends_at_once, "T34")
{
    struct server *s = stage(LONG_CHAIN);
    for (unsigned i = LONG_CHAIN - 1; i > 2; i--)
        block(&s[i - 1].thread, &s[i]);
    block(&s[1].thread, &s[2]);
    steps = 0;
    block(&s[0].thread, &s[2]);
    CHECK(steps < 4);
    steps = 0;
    set_qos(&s[0].thread, SCHED_QOS_USER_INTERACTIVE);
    CHECK(steps >= LONG_CHAIN - 3 && steps < LONG_CHAIN + 10);
    free(s);
}

/* Turnstiles push on turnstiles only upwards, and threads wait only at servers above them: so there
 * is no cycle, where the incremental and the least solution may differ (T42). */
static void random_step(struct server *s)
{
    unsigned i = (unsigned)rand() % N, j = (unsigned)rand() % N;
    switch (rand() % 4) {
    case 0: set_qos(&s[i].thread, (enum sched_qos)(rand() % SCHED_QOS_COUNT)); return;
    case 1:
        if (s[i].thread.blocked_on)
            unblock(&s[i].thread);
        else if (i < j)
            block(&s[i].thread, &s[j]);
        return;
    case 2:
        turnstile_set_inheritor(&sched, &s[i].turnstile,
                                i < j ? inheritor_turnstile(&s[j].turnstile, PUSH_TRANSIT) : inheritor_none());
        return;
    case 3:
        turnstile_set_inheritor(&sched, &s[i].turnstile,
                                inheritor_thread(&s[i].thread, PUSH_HELD_BY_RECEIVER));
        return;
    }
}

TEST(every_priority_is_what_a_computation_from_scratch_gives, "T18 T30 T176")
{
    for (unsigned seed = 1; seed <= 200; seed++) {
        struct server *s = stage(N);
        srand(seed);
        for (unsigned step = 0; step < 200; step++) {
            random_step(s);
            check_all(s, N);
        }
        free(s);
    }
}
