/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/processes.c - what a knote of a workloop hears of a process */
#include "tests/kqueue/common.h"

enum { ALL = NOTE_EXIT | NOTE_EXITSTATUS | NOTE_FORK | NOTE_EXEC, STATUS = 5 };

/* A child that asks before each thing it does. */
struct child {
    world_task *task;
    mach_port_t asks;
    int pid;
};

static void ask(void)
{
    mach_port_t own = port_with_send();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, own, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         MACH_PORT_NULL, 0, 0, 0),
             OK);
    letter_take(own);
    port_gone(own);
}

static int ends(void *argument)
{
    (void)argument;
    ask();
    return STATUS;
}

static int does_nothing(void *argument)
{
    (void)argument;
    return WORLD_OK;
}

static int forks(void *argument)
{
    const int *n = argument;
    ask();
    for (int i = 0; i < *n; i++)
        CHECK_EQ(world_task_wait(world_task_spawn(does_nothing, NULL, MACH_PORT_NULL)), WORLD_OK);
    ask();
    return WORLD_OK;
}

static struct child child_start(int (*body)(void *argument), void *argument)
{
    struct child child = { .asks = port_with_send() };
    child.task = world_task_spawn(body, argument, child.asks);
    CHECK_EQ(pid_for_task(world_task_port_of(child.task), &child.pid), OK);
    return child;
}

/* The next thing that it asks for. */
static void allow(const struct child *child)
{
    struct letter letter = letter_take(child->asks);
    CHECK_EQ(answer(&letter), OK);
}

static int child_end(struct child *child)
{
    int value = world_task_wait(child->task);
    port_gone(child->asks);
    return value;
}

static int watch(struct loop *loop, const struct child *child, uint16_t flags, uint32_t fflags)
{
    return change(loop, (uint64_t)child->pid, EVFILT_PROC, flags, fflags, QOS_DEF);
}

TEST(the_end_of_a_process_is_told_with_its_status_and_ends_the_knote, "F143 F169 F170")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    allow(&child);
    until_calls(&loop, 1);
    CHECK_EQ(loop.n_events, 1);
    CHECK_EQ(loop.events[0].ident, child.pid);
    CHECK_EQ(loop.events[0].fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(loop.events[0].data, STATUS << 8);
    CHECK_EQ(loop.events[0].flags & (EV_EOF | EV_ONESHOT | EV_CLEAR), EV_EOF | EV_ONESHOT | EV_CLEAR);
    CHECK_EQ(watch(&loop, &child, EV_DELETE, 0), ENOENT);
    CHECK_EQ(child_end(&child), STATUS);
    until_done(&loop, 1);
    loop_end(&loop);
}

TEST(a_status_that_nobody_asked_for_is_not_told, "F170")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT), 0);
    allow(&child);
    until_calls(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, NOTE_EXIT);
    CHECK_EQ(loop.events[0].data, 0);
    CHECK_EQ(child_end(&child), STATUS);
    until_done(&loop, 1);
    loop_end(&loop);
}

TEST(a_killed_process_is_told_with_its_signal, "F170")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    world_task_kill(child.task);
    until_calls(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(loop.events[0].data, 9);
    until_done(&loop, 1);
    port_gone(child.asks);
    loop_end(&loop);
}

/* The callback waits meanwhile: whatever happens is one event. */
TEST(each_fork_is_told_and_several_between_two_looks_are_one, "F53 F169")
{
    struct loop loop = { .is_closed = true };
    int one = 1, three = 3;
    loop_begin(&loop);
    struct child child = child_start(forks, &one);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_FORK), 0);
    allow(&child);
    until_calls(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, NOTE_FORK);
    CHECK_EQ(loop.events[0].data, 0);
    CHECK_EQ(loop.events[0].flags & (EV_EOF | EV_ONESHOT), 0);

    struct child other = child_start(forks, &three);
    CHECK_EQ(watch(&loop, &other, EV_ADD, NOTE_FORK | NOTE_EXIT), 0);
    allow(&other);
    allow(&other); /* it has made all three */
    CHECK_EQ(child_end(&other), WORLD_OK);
    loop_open(&loop);
    until_calls(&loop, 2);
    until_done(&loop, 2);
    CHECK_EQ(loop.n_events, 1);
    CHECK_EQ(loop.events[0].ident, other.pid);
    CHECK_EQ(loop.events[0].fflags, NOTE_FORK | NOTE_EXIT);
    CHECK(loop.events[0].flags & EV_EOF);
    CHECK_EQ(watch(&loop, &child, EV_DELETE, 0), 0);
    allow(&child);
    CHECK_EQ(child_end(&child), WORLD_OK);
    CHECK_EQ(loop.n_calls, 2);
    loop_end(&loop);
}

TEST(a_knote_that_wants_no_end_hears_of_none, "F168 F170")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_FORK), 0);
    allow(&child);
    CHECK_EQ(child_end(&child), STATUS);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    CHECK_EQ(watch(&loop, &child, EV_DELETE, 0), 0);
    loop_end(&loop);
}

TEST(what_a_change_does_not_want_any_more_is_not_told, "F168")
{
    struct loop loop = { 0 };
    int one = 1;
    loop_begin(&loop);
    struct child child = child_start(forks, &one);
    CHECK_EQ(watch(&loop, &child, EV_ADD | EV_DISABLE, NOTE_FORK), 0);
    allow(&child);
    struct letter second = letter_take(child.asks);
    CHECK_EQ(watch(&loop, &child, EV_ADD | EV_ENABLE, NOTE_EXIT), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    CHECK_EQ(answer(&second), OK);
    until_calls(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, NOTE_EXIT);
    CHECK_EQ(child_end(&child), WORLD_OK);
    until_done(&loop, 1);
    loop_end(&loop);
}

TEST(what_happens_while_a_knote_is_disabled_is_told_when_it_is_enabled, "F169 T115")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD | EV_DISABLE, ALL), 0);
    allow(&child);
    CHECK_EQ(child_end(&child), STATUS);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    CHECK_EQ(watch(&loop, &child, EV_ENABLE, 0), 0);
    until_calls(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(loop.events[0].data, STATUS << 8);
    until_done(&loop, 1);
    loop_end(&loop);
}

/* Whoever hears of the end finds the rights of the dead gone. */
TEST(the_end_is_told_after_the_ports_have_died, "F143")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT), 0);
    struct letter question = letter_take(child.asks);
    mach_port_t right = question.header.msgh_remote_port;
    mach_port_type_t type = 0;
    world_task_kill(child.task);
    until_calls(&loop, 1);
    CHECK_EQ(mach_port_type(SELF, right, &type), OK);
    CHECK_EQ(type & MACH_PORT_TYPE_DEAD_NAME, MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, right), OK);
    until_done(&loop, 1);
    port_gone(child.asks);
    loop_end(&loop);
}

TEST(what_is_not_to_be_had_of_processes_is_refused, "F168")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    struct child child = child_start(ends, NULL);
    for (uint32_t note = 1; note <= 4; note <<= 1) /* NOTE_TRACK, NOTE_TRACKERR, NOTE_CHILD */
        CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT | note), ENOTSUP);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT), 0);
    CHECK_EQ(watch(&loop, &child, EV_ADD, NOTE_EXIT | 1), ENOTSUP);
    CHECK_EQ(watch(&loop, &child, EV_DELETE, 0), 0);
    allow(&child);
    CHECK_EQ(child_end(&child), STATUS);
    loop_end(&loop);
}
