/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/limits_sim.c - how many threads a pool has, and whose request is next (T143-T145); in the simulator, where a
 * machine has one CPU and threads cost nothing */
#include "sim/sim.h"
#include "tests/kqueue/common.h"

enum { N_LOOPS = 600, ORDINARY_MAX = 64, THREADS_MAX = 512, OVERCOMMIT = (int)0x80000000u };

static struct loop many[N_LOOPS];

static int fire(struct loop *loop, int qos)
{
    return change(loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, qos);
}

static int called(int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += many[i].n_calls > 0;
    return sum;
}

/* Their callbacks wait in the kernel. */
static void fire_many(int n, int qos)
{
    for (int i = 0; i < n; i++) {
        many[i] = (struct loop){ .is_closed = true };
        loop_begin(&many[i]);
        CHECK_EQ(fire(&many[i], qos), 0);
    }
    world_settle();
}

static void release_many(int n)
{
    for (int i = 0; i < n; i++) {
        if (many[i].n_calls > many[i].n_done)
            loop_open(&many[i]);
        many[i].is_closed = false;
    }
    for (int i = 0; i < n; i++)
        until_done(&many[i], 1);
    for (int i = 0; i < n; i++)
        loop_end(&many[i]);
}

TEST(so_many_ordinary_workloops_are_served_at_once, "T145 S43")
{
    fire_many(N_LOOPS, QOS_DEF);
    CHECK_EQ(called(N_LOOPS), ORDINARY_MAX);
    CHECK_EQ(called(ORDINARY_MAX), ORDINARY_MAX);
    loop_open(&many[0]);
    world_settle();
    CHECK_EQ(called(N_LOOPS), ORDINARY_MAX + 1);
    CHECK_EQ(many[ORDINARY_MAX].n_calls, 1);
    release_many(N_LOOPS);
}

TEST(those_that_overcommit_have_all_threads_of_the_pool, "T145 S43")
{
    fire_many(N_LOOPS, QOS_DEF | OVERCOMMIT);
    CHECK_EQ(called(N_LOOPS), THREADS_MAX);
    release_many(N_LOOPS);
}

TEST(the_strongest_request_is_served_first_and_the_oldest_among_equals, "T144 S44 T32")
{
    mach_port_t port = port_with_send();
    struct loop initiated = { .is_closed = true }, pushed = { .is_closed = true },
                first = { .is_closed = true }, second = { .is_closed = true };
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    struct loop *order[] = { &pushed, &initiated, &first, &second };
    fire_many(ORDINARY_MAX, QOS_DEF);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    loop_begin(&first);
    loop_begin(&second);
    loop_begin(&initiated);
    loop_begin(&pushed);
    CHECK_EQ(fire(&first, QOS_DEF), 0);
    CHECK_EQ(fire(&initiated, QOS_IN), 0);
    CHECK_EQ(fire(&second, QOS_DEF), 0);
    CHECK_EQ(monitor(&pushed, port, QOS_UT), 0);
    post(port, 0, 0);
    caller_start(&caller);
    world_settle();
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 4; k++)
            CHECK_EQ(order[k]->n_calls, k < i);
        loop_open(&many[i]);
        until_done(&many[i], 1);
        world_settle();
    }
    CHECK_EQ(second.n_calls, 1);
    CHECK_EQ(pushed.push, 47);
    for (int i = 0; i < 4; i++) {
        loop_open(order[i]);
        until_done(order[i], 1);
    }
    CHECK_EQ(unmonitor(&pushed, port), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    caller_leave(&caller);
    for (int i = 0; i < 4; i++)
        loop_end(order[i]);
    release_many(ORDINARY_MAX);
    port_gone(port);
}

/* To the kernel a thread that sleeps in the library runs. */
static int sleep_long(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)loop, (void)events, (void)n;
    world_sleep_ms(100);
    return 0;
}

TEST(who_runs_keeps_the_cpu_from_the_less_urgent_for_a_while, "T145")
{
    struct loop runs = { .body = sleep_long }, as_urgent = { 0 }, more_urgent = { 0 };
    loop_begin(&runs);
    loop_begin(&as_urgent);
    loop_begin(&more_urgent);
    CHECK_EQ(fire(&runs, QOS_DEF), 0);
    until_calls(&runs, 1);
    CHECK_EQ(fire(&as_urgent, QOS_DEF), 0);
    CHECK_EQ(fire(&more_urgent, QOS_IN), 0);
    world_sleep_ms(5);
    CHECK_EQ(more_urgent.n_done, 1);
    CHECK_EQ(as_urgent.n_calls, 0);
    world_sleep_ms(40);
    CHECK_EQ(runs.n_done, 0);
    CHECK_EQ(as_urgent.n_done, 1);
    until_done(&runs, 1);
    loop_end(&runs);
    loop_end(&as_urgent);
    loop_end(&more_urgent);
}

static int wait_once(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)events, (void)n;
    if (loop->n_calls == 1)
        letter_take(loop->gate);
    return 0;
}

TEST(a_servicer_gives_way_to_a_stronger_request_at_the_limit, "T135 T144")
{
    struct loop weak = { .body = wait_once }, strong = { 0 };
    fire_many(ORDINARY_MAX - 1, QOS_DEF);
    loop_begin(&weak);
    loop_begin(&strong);
    CHECK_EQ(fire(&weak, QOS_UT), 0);
    until_calls(&weak, 1);
    CHECK_EQ(fire(&strong, QOS_DEF), 0);
    CHECK_EQ(change(&weak, 2, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    world_settle();
    CHECK_EQ(strong.n_calls, 0);
    strong.is_closed = true;
    loop_open(&weak);
    until_calls(&strong, 1);
    CHECK_EQ(weak.n_calls, 1);
    loop_open(&strong);
    until_done(&weak, 2);
    loop_end(&weak);
    loop_end(&strong);
    release_many(ORDINARY_MAX - 1);
}

static int end_once(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)events, (void)n;
    if (loop->n_calls > 1)
        return 0;
    CHECK_EQ(fire(loop, QOS_DEF), 0);
    sim_thread_exit(NULL);
}

TEST(a_servicer_that_ends_is_followed_by_another, "T143 T132 T40")
{
    struct loop loop = { .body = end_once };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 2, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.n_calls, 2);
    CHECK_EQ(loop.events[0].ident, 1);
    loop_end(&loop);
}

TEST(the_push_goes_on_to_the_next_servicer_when_one_ends, "T143 T141 T140 T175")
{
    struct loop loop = { .body = end_once };
    mach_port_t port = monitored_new(&loop);
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.n_calls, 2);
    CHECK_EQ(loop.push, 47);
    CHECK_EQ(unmonitor(&loop, port), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    caller_leave(&caller);
    loop_end(&loop);
    port_gone(port);
}

/* ---- costs, in counted steps ---- */

static uint64_t steps_so_far(void)
{
    return kernel_task_account(sim_task_kernel(sim_task_self()))->steps;
}

static uint64_t steps_of_a_touch(struct loop *loop)
{
    uint64_t before = steps_so_far();
    CHECK_EQ(change(loop, 1, EVFILT_USER, EV_DISABLE, 0, 0), 0);
    return steps_so_far() - before;
}

TEST(a_change_costs_the_same_however_many_knotes_there_are, "T114")
{
    enum { MANY = 5000 };
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD, 0, QOS_DEF), 0);
    CHECK_EQ(steps_of_a_touch(&loop) > 0, true);
    uint64_t alone = steps_of_a_touch(&loop);
    for (uint64_t ident = 2; ident < MANY; ident++)
        CHECK_EQ(change(&loop, ident, EVFILT_USER, EV_ADD, 0, QOS_DEF), 0);
    CHECK_EQ(steps_of_a_touch(&loop), alone);
    for (uint64_t ident = 1; ident < MANY; ident++)
        CHECK_EQ(change(&loop, ident, EVFILT_USER, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
}

static uint64_t steps_of_a_request(uint64_t id)
{
    struct loop loop = { .id = id };
    uint64_t before = steps_so_far();
    CHECK_EQ(fire(&loop, QOS_DEF), 0);
    return steps_so_far() - before;
}

TEST(a_request_costs_the_same_however_many_wait, "T144")
{
    enum { FIRST = 1 << 20, MANY = 3000 };
    fire_many(ORDINARY_MAX, QOS_DEF);
    steps_of_a_request(FIRST);
    uint64_t alone = steps_of_a_request(FIRST + 1);
    for (uint64_t id = FIRST + 2; id < FIRST + MANY; id++)
        steps_of_a_request(id);
    CHECK_EQ(steps_of_a_request(FIRST + MANY), alone);
    for (uint64_t id = FIRST; id <= FIRST + MANY; id++) {
        struct loop loop = { .id = id };
        CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
    }
    release_many(ORDINARY_MAX);
}
