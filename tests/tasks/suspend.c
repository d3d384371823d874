/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/suspend.c - stopping tasks and threads, and what others see of a stopped one (K127-K148, K158-K165) */
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <mach/thread_info.h>
#include <mach/thread_status.h>
#include <stdatomic.h>
#include <string.h>

#include <errno.h>
#include <sys/proc.h>

#include "tests/tasks/carry.h"

#if defined(__x86_64__)
enum {
    STATE = x86_THREAD_STATE64,
    STATE_WORDS = x86_THREAD_STATE64_COUNT,
    EXCEPTION_STATE_FLAVOR = x86_EXCEPTION_STATE64
};
#else
enum { STATE = ARM_THREAD_STATE64, STATE_WORDS = 68, EXCEPTION_STATE_FLAVOR = 7 };
#endif

/* The thread sanitizer keeps signals back until the program makes a call that it knows. */
static void skip_if_signals_wait(void)
{
    const char *sanitizer = getenv("MACHD_SANITIZER");
    if (world_is_live() && sanitizer != NULL && strstr(sanitizer, "thread") != NULL)
        SKIP("signals come late under the thread sanitizer");
}

enum { SOON_MS = 300, ID_TICK = 900, ID_END = 901 };

/* ---- a child that ticks: a message to its parent every few milliseconds, until it is killed ---- */

static kern_return_t say(mach_port_t to, int id)
{
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                 .msgh_remote_port = to,
                                 .msgh_size = sizeof header,
                                 .msgh_id = id };
    return mach_msg(&header, MACH_SEND_MSG, sizeof header, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static kern_return_t hear(mach_port_t from, uint32_t patience)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;
    return mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, from, patience,
                    MACH_PORT_NULL);
}

static int tick(void *argument)
{
    while (say(world_parent_port(), ID_TICK) == OK)
        world_sleep_ms(5);
    return WORLD_OK;
}

/* What had been said before it stopped is heard first. */
static bool ticks(mach_port_t port)
{
    while (hear(port, 0) == OK)
        ;
    return hear(port, SOON_MS) == OK;
}

static int32_t stops_of(task_t task)
{
    mach_task_basic_info_data_t info = { .suspend_count = -1 };
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    CHECK_EQ(task_info(task, MACH_TASK_BASIC_INFO, (task_info_t)&info, &count), OK);
    return info.suspend_count;
}

TEST(a_suspended_task_does_nothing_until_it_is_resumed, "K127 K128 K132 K137 K141")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(tick, NULL, port);
    task_t task = world_task_port_of(child);
    CHECK(ticks(port));
    CHECK_EQ(task_suspend(task), OK);
    CHECK_EQ(stops_of(task), 1);
    CHECK(!ticks(port));
    CHECK_EQ(task_suspend(task), OK);
    CHECK_EQ(task_resume(task), OK);
    CHECK(!ticks(port));
    CHECK_EQ(task_resume(task), OK);
    CHECK_EQ(stops_of(task), 0);
    CHECK(ticks(port));
    CHECK_EQ(task_resume(task), KERN_FAILURE);
    world_task_kill(child);
    receive_free(port);
}

TEST(a_read_port_suspends_and_a_weaker_one_does_not, "K127 K66")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), read = MACH_PORT_NULL, inspect = MACH_PORT_NULL;
    world_task *child = world_task_spawn(tick, NULL, port);
    REQUIRE_EQ(task_get_special_port(world_task_port_of(child), TASK_READ_PORT, &read), OK);
    REQUIRE_EQ(task_get_special_port(world_task_port_of(child), TASK_INSPECT_PORT, &inspect), OK);
    CHECK_EQ(task_suspend(inspect), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_suspend(read), OK);
    CHECK(!ticks(port));
    CHECK_EQ(task_resume(read), OK);
    CHECK(ticks(port));
    world_task_kill(child);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    CHECK_EQ(mach_port_deallocate(SELF, inspect), OK);
    receive_free(port);
}

TEST(each_token_is_one_suspension_wherever_it_ends, "K129 K130 K131 K134")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), token[3], letters = both_new();
    world_task *child = world_task_spawn(tick, NULL, port);
    task_t task = world_task_port_of(child);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(task_suspend2(task, &token[i]), OK);
        CHECK_EQ(type_of(token[i]), MACH_PORT_TYPE_SEND_ONCE);
    }
    CHECK_EQ(stops_of(task), 3);
    CHECK_EQ(task_resume2(token[0]), OK);
    CHECK_EQ(stops_of(task), 2);
    CHECK_EQ(mach_port_deallocate(SELF, token[1]), OK); /* given back unused */
    CHECK_EQ(stops_of(task), 1);
    CHECK(!ticks(port));
    CHECK_EQ(give(letters, token[2], MACH_MSG_TYPE_MOVE_SEND_ONCE), OK);
    CHECK_EQ(stops_of(task), 1);
    mach_port_destroy(SELF, letters); /* it was in a message that is destroyed */
    CHECK_EQ(stops_of(task), 0);
    CHECK(ticks(port));
    CHECK_EQ(task_suspend2(task, &token[0]), OK);
    CHECK_EQ(task_resume(task), OK); /* by somebody who never suspended in that way */
    CHECK_EQ(task_resume2(token[0]), KERN_FAILURE);
    CHECK(ticks(port));
    world_task_kill(child);
    receive_free(port);
}

static int suspend_and_die(void *argument)
{
    struct carrier message = { 0 };
    mach_port_t own = receive_new(), token = MACH_PORT_NULL;
    bool with_token = *(bool *)argument;
    CHECK_EQ(give(world_parent_port(), own, MACH_MSG_TYPE_MAKE_SEND), OK);
    message = take(own);
    CHECK_EQ(with_token ? task_suspend2(message.port.name, &token) : task_suspend(message.port.name), OK);
    return WORLD_OK;
}

static int pid_of(task_t task)
{
    int pid = -1;
    CHECK_EQ(pid_for_task(task, &pid), OK);
    return pid;
}

TEST(a_process_stopped_by_its_pid_goes_on_when_that_is_taken_back, "K143")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(tick, NULL, port);
    task_t task = world_task_port_of(child);
    int pid = pid_of(task);
    CHECK(ticks(port));
    CHECK_EQ(pid_resume(pid), -1);
    CHECK_EQ(errno, EPERM);
    CHECK_EQ(pid_suspend(pid), 0);
    CHECK_EQ(stops_of(task), 1);
    CHECK(!ticks(port));
    CHECK_EQ(pid_suspend(pid), -1);
    CHECK_EQ(errno, EPERM);
    CHECK_EQ(task_resume(task), KERN_FAILURE);
    CHECK_EQ(task_suspend(task), OK);
    CHECK_EQ(stops_of(task), 2);
    CHECK_EQ(task_resume(task), OK);
    CHECK_EQ(task_resume(task), KERN_FAILURE);
    CHECK(!ticks(port));
    CHECK_EQ(pid_resume(pid), 0);
    CHECK_EQ(stops_of(task), 0);
    CHECK(ticks(port));
    CHECK_EQ(pid_suspend(0), -1);
    CHECK_EQ(errno, EPERM);
    world_task_kill(child);
    receive_free(port);
}

TEST(who_cannot_be_found_cannot_be_stopped, "K143")
{
    CHECK_EQ(pid_suspend(0x7ffffff), -1);
    CHECK_EQ(errno, ESRCH);
    CHECK_EQ(pid_resume(0x7ffffff), -1);
    CHECK_EQ(errno, ESRCH);
}

TEST(what_a_dead_suspender_held_is_given_back, "K131 K133")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), hello = receive_new();
    world_task *child = world_task_spawn(tick, NULL, port);
    task_t task = world_task_port_of(child);
    for (int with_token = 0; with_token < 2; with_token++) {
        bool argument = with_token;
        world_task *suspender = world_task_spawn(suspend_and_die, &argument, hello);
        struct carrier its = take(hello);
        CHECK_EQ(give(its.port.name, task, MACH_MSG_TYPE_COPY_SEND), OK);
        CHECK_EQ(world_task_wait(suspender), WORLD_OK);
        CHECK_EQ(stops_of(task), 0);
        CHECK(ticks(port));
        CHECK_EQ(mach_port_deallocate(SELF, its.port.name), OK);
    }
    world_task_kill(child);
    receive_free(port);
    receive_free(hello);
}

TEST(a_token_of_a_dead_task_is_a_dead_name, "K138 K139")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), token = MACH_PORT_NULL;
    world_task *child = world_task_spawn(tick, NULL, port);
    CHECK_EQ(task_suspend2(world_task_port_of(child), &token), OK);
    world_task_kill(child); /* which a stopped one does not survive either */
    CHECK_EQ(type_of(token), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, token), OK);
    receive_free(port);
}

/* ---- waits and timeouts of who is stopped ---- */

static int answer_with_wait(void *argument)
{
    mach_port_t own = receive_new();
    CHECK_EQ(give(world_parent_port(), own, MACH_MSG_TYPE_MAKE_SEND), OK);
    if (hear(own, SOON_MS / 3) == MACH_RCV_TIMED_OUT) /* it was over while nobody could see it */
        CHECK_EQ(hear(own, PATIENCE_MS), OK);         /* and this came meanwhile */
    CHECK_EQ(say(world_parent_port(), ID_END), OK);
    return WORLD_OK;
}

TEST(messages_and_timeouts_of_a_stopped_task_are_seen_when_it_goes_on, "K135 K146")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(answer_with_wait, NULL, port);
    task_t task = world_task_port_of(child);
    struct carrier its = take(port);
    world_sleep_ms(SOON_MS / 10); /* it waits */
    CHECK_EQ(task_suspend(task), OK);
    world_sleep_ms(SOON_MS);
    CHECK_EQ(say(its.port.name, ID_TICK), OK);
    CHECK_EQ(hear(port, SOON_MS), MACH_RCV_TIMED_OUT);
    CHECK_EQ(task_resume(task), OK);
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    CHECK_EQ(mach_port_deallocate(SELF, its.port.name), OK);
    receive_free(port);
}

static int suspend_oneself(void *argument)
{
    CHECK_EQ(say(world_parent_port(), ID_TICK), OK);
    CHECK_EQ(task_suspend(SELF), OK);
    CHECK_EQ(say(world_parent_port(), ID_END), OK);
    return WORLD_OK;
}

TEST(who_suspends_itself_stops_when_the_call_is_complete, "K136")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(suspend_oneself, NULL, port);
    task_t task = world_task_port_of(child);
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    CHECK_EQ(hear(port, SOON_MS), MACH_RCV_TIMED_OUT);
    CHECK_EQ(stops_of(task), 1);
    CHECK_EQ(task_resume(task), OK);
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    receive_free(port);
}

static int child_of_a_stopped_one(void *argument)
{
    return stops_of(SELF);
}

static int spawn_after_stop(void *argument)
{
    CHECK_EQ(suspend_oneself(NULL), WORLD_OK);
    return world_task_wait(world_task_spawn(child_of_a_stopped_one, NULL, MACH_PORT_NULL));
}

TEST(suspensions_are_not_inherited, "K140 F41")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), token = MACH_PORT_NULL;
    world_task *child = world_task_spawn(spawn_after_stop, NULL, port);
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    while (stops_of(world_task_port_of(child)) == 0)
        world_sleep_ms(1);
    CHECK_EQ(task_suspend2(world_task_port_of(child), &token), OK);
    CHECK_EQ(task_resume2(token), OK);
    CHECK_EQ(task_resume(world_task_port_of(child)), OK);
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    CHECK_EQ(world_task_wait(child), 0);
    receive_free(port);
}

/* ---- threads ---- */

struct runner {
    _Atomic bool ends;
    _Atomic uint64_t rounds;
    mach_port_t self;
};

static void *run(void *argument)
{
    struct runner *runner = argument;
    runner->self = mach_thread_self();
    while (!runner->ends) {
        runner->rounds++;
        world_sleep_ms(1);
    }
    return NULL;
}

static world_thread *start(struct runner *runner)
{
    world_thread *thread = world_thread_spawn(run, runner);
    while (runner->rounds == 0)
        world_sleep_ms(1);
    return thread;
}

static void finish(struct runner *runner, world_thread *thread)
{
    runner->ends = true;
    world_thread_join(thread);
    mach_port_deallocate(SELF, runner->self);
}

static bool runs(const struct runner *runner)
{
    uint64_t before = runner->rounds;
    world_sleep_ms(SOON_MS / 2);
    return runner->rounds != before;
}

static int32_t stops_of_thread(thread_t thread)
{
    thread_basic_info_data_t info = { .suspend_count = -1 };
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count), OK);
    return info.suspend_count;
}

TEST(a_suspended_thread_stands_still_and_the_others_run, "K145 K147 K148")
{
    skip_if_signals_wait();
    struct runner runner = { 0 };
    world_thread *thread = start(&runner);
    CHECK_EQ(thread_suspend(runner.self), OK);
    CHECK(!runs(&runner));
    CHECK_EQ(thread_suspend(runner.self), OK);
    CHECK_EQ(stops_of_thread(runner.self), 2);
    CHECK_EQ(thread_resume(runner.self), OK);
    CHECK(!runs(&runner));
    CHECK_EQ(thread_resume(runner.self), OK);
    CHECK(runs(&runner));
    CHECK_EQ(thread_resume(runner.self), KERN_FAILURE);
    CHECK_EQ(thread_suspend(SELF), KERN_INVALID_ARGUMENT);
    finish(&runner, thread);
}

static void *suspend_self(void *argument)
{
    struct runner *runner = argument;
    runner->self = mach_thread_self();
    runner->rounds = 1;
    CHECK_EQ(thread_suspend(runner->self), OK);
    runner->rounds = 2;
    return NULL;
}

TEST(a_thread_may_suspend_itself, "K148")
{
    skip_if_signals_wait();
    struct runner runner = { 0 };
    world_thread *thread = world_thread_spawn(suspend_self, &runner);
    while (runner.rounds == 0)
        world_sleep_ms(1);
    world_sleep_ms(SOON_MS / 2);
    CHECK_EQ(runner.rounds, 1);
    CHECK_EQ(thread_resume(runner.self), OK);
    world_thread_join(thread);
    CHECK_EQ(runner.rounds, 2);
    mach_port_deallocate(SELF, runner.self);
}

/* ---- registers ---- */

TEST(the_registers_of_a_suspended_thread_are_read_and_set, "K158 K159 K161 K163")
{
    skip_if_signals_wait();
    struct runner runner = { 0 };
    world_thread *thread = start(&runner);
    natural_t words[STATE_WORDS] = { 0 }, again[STATE_WORDS] = { 0 }, bad[STATE_WORDS];
    mach_msg_type_number_t n = STATE_WORDS;
    CHECK_EQ(thread_suspend(runner.self), OK);
    CHECK_EQ(thread_get_state(runner.self, STATE, words, &n), OK);
    CHECK_EQ(n, STATE_WORDS);
    n = STATE_WORDS - 1;
    CHECK_EQ(thread_get_state(runner.self, STATE, again, &n), KERN_INVALID_ARGUMENT);
    n = STATE_WORDS;
    CHECK_EQ(thread_get_state(runner.self, 99, again, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_set_state(runner.self, STATE, words, STATE_WORDS - 1), KERN_INVALID_ARGUMENT);
    memset(bad, 0xff, sizeof bad);
    CHECK_EQ(thread_set_state(runner.self, STATE, bad, STATE_WORDS), KERN_INVALID_ARGUMENT);
#if defined(__x86_64__)
    CHECK_EQ(thread_set_state(runner.self, EXCEPTION_STATE_FLAVOR, words, x86_EXCEPTION_STATE64_COUNT),
             KERN_INVALID_ARGUMENT);
#endif
    CHECK_EQ(thread_set_state(runner.self, STATE, words, STATE_WORDS), OK);
    CHECK_EQ(thread_get_state(runner.self, STATE, again, &n), OK);
    CHECK(memcmp(words, again, sizeof words) == 0);
    CHECK(!runs(&runner)); /* none of this makes it run */
    CHECK_EQ(thread_resume(runner.self), OK);
    CHECK(runs(&runner));
    finish(&runner, thread);
}

TEST(a_thread_that_runs_is_stopped_for_the_moment_of_the_reading, "K158")
{
    skip_if_signals_wait();
    struct runner runner = { 0 };
    world_thread *thread = start(&runner);
    natural_t words[STATE_WORDS] = { 0 };
    mach_msg_type_number_t n = STATE_WORDS;
    CHECK_EQ(act_get_state(runner.self, STATE, words, &n), OK);
    CHECK_EQ(n, STATE_WORDS);
    CHECK(runs(&runner));
    mach_port_t self = mach_thread_self();
    CHECK_EQ(act_get_state(self, STATE, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(act_set_state(self, STATE, words, n), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, self);
    finish(&runner, thread);
    CHECK_NE(thread_get_state(runner.self, STATE, words, &n), OK);
}

static void *wait_for_letter(void *argument)
{
    struct runner *runner = argument;
    mach_port_t port = (mach_port_t)runner->rounds;
    runner->self = mach_thread_self();
    CHECK_EQ(hear(port, PATIENCE_MS), OK);
    runner->ends = true;
    return NULL;
}

TEST(a_thread_in_a_mach_call_shows_its_registers_and_goes_on_waiting, "K158 K160 K150")
{
    skip_if_signals_wait();
    mach_port_t port = both_new();
    struct runner runner = { .rounds = port };
    world_thread *thread = world_thread_spawn(wait_for_letter, &runner);
    natural_t words[STATE_WORDS] = { 0 };
    mach_msg_type_number_t n = STATE_WORDS;
    world_yield_until_blocked(thread);
    CHECK_EQ(thread_suspend(runner.self), OK);
    CHECK_EQ(thread_get_state(runner.self, STATE, words, &n), OK);
    CHECK_EQ(thread_set_state(runner.self, STATE, words, n), OK);
    CHECK_EQ(say(port, ID_END), OK);
    world_sleep_ms(SOON_MS / 10);
    CHECK(!runner.ends);
    CHECK_EQ(thread_resume(runner.self), OK);
    world_thread_join(thread);
    CHECK(runner.ends);
    mach_port_deallocate(SELF, runner.self);
    mach_port_destroy(SELF, port);
}

/* The flavors with a header of their own say what is behind it. */
static void check_flavor(thread_t thread, int flavor, mach_msg_type_number_t words, natural_t inner)
{
    natural_t state[THREAD_STATE_MAX] = { 0 };
    mach_msg_type_number_t n = words;
    CHECK_EQ(thread_get_state(thread, flavor, state, &n), OK);
    CHECK_EQ(n, words);
    if (inner != 0) {
        CHECK_EQ(state[0], inner);
        CHECK_EQ(state[1], words - 2);
    }
    n = words - 1;
    CHECK_EQ(thread_get_state(thread, flavor, state, &n), KERN_INVALID_ARGUMENT);
}

TEST(a_thread_has_the_flavors_of_its_processor, "K159 K162 K163 K164")
{
    skip_if_signals_wait();
    struct runner runner = { 0 };
    world_thread *thread = start(&runner);
    check_flavor(runner.self, 128, 4, 0);
    check_flavor(runner.self, STATE, STATE_WORDS, 0);
#if defined(__x86_64__)
    check_flavor(runner.self, 0, 3, 0);
    if (world_is_live()) { /* simulated processors have the one flavor */
        check_flavor(runner.self, x86_THREAD_STATE, 44, x86_THREAD_STATE64);
        check_flavor(runner.self, x86_FLOAT_STATE64, 131, 0);
        check_flavor(runner.self, x86_FLOAT_STATE, 133, x86_FLOAT_STATE64);
        check_flavor(runner.self, x86_EXCEPTION_STATE64, 4, 0);
        check_flavor(runner.self, x86_EXCEPTION_STATE, 6, x86_EXCEPTION_STATE64);
    }
#endif
    finish(&runner, thread);
}
