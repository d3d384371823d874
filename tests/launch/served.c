/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/served.c - watch ports that workloops serve: the push goes to the child and comes back (S10, S56, T122, T170) */
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

enum { FOREVER_MS = 100000 };

static int run_on(void *argument)
{
    (void)argument;
    world_sleep_ms(FOREVER_MS);
    return 0;
}

/* A servicer in its callback, which monitors the port; a caller of 47 waits on `waited`. */
struct stage {
    mach_port_t port, waited;
    struct loop loop;
    struct caller caller;
};

static void stage_begin(struct stage *stage, bool in_transit)
{
    *stage = (struct stage){ .port = port_with_send(), .loop = { .is_closed = true } };
    stage->waited = in_transit ? port_with_send() : stage->port;
    stage->caller = (struct caller){ .link = stage->waited, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    loop_begin(&stage->loop);
    CHECK_EQ(change(&stage->loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_calls(&stage->loop, 1);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&stage->caller);
    CHECK_EQ(change(&stage->loop, stage->port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE,
                    MACH_RCV_MSG, QOS_DEF),
             0);
    if (in_transit)
        CHECK_EQ(letter_move(stage->port, stage->waited), OK);
    CHECK_EQ(base_of(stage->loop.thread), 47);
}

static void stage_end(struct stage *stage)
{
    mach_port_mod_refs(SELF, stage->caller.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    caller_end(&stage->caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    unmonitor(&stage->loop, stage->port);
    loop_open(&stage->loop);
    until_done(&stage->loop, 1);
    loop_end(&stage->loop);
    port_gone(stage->port);
    if (stage->waited != stage->port)
        mach_port_deallocate(SELF, stage->waited);
}

static struct launched *launch_for(mach_port_t port)
{
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(&port, 1);
    REQUIRE_EQ(launch_begin(&request, run_on, NULL, &child), 0);
    launch_go(child);
    return child;
}

static void goes_and_comes_back(bool in_transit)
{
    struct stage stage;
    stage_begin(&stage, in_transit);
    struct launched *child = launch_for(stage.port);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(base_of(stage.loop.thread), 31);
    launch_kill(child);
    CHECK_BASE_SOON(stage.loop.thread, 47);
    stage_end(&stage);
}

TEST(the_push_of_a_served_port_goes_to_the_child_and_comes_back, "T70 T165 T156 S56")
{
    goes_and_comes_back(false);
}

TEST(a_right_in_transit_pushes_on_the_child_that_is_to_serve_it, "S10 T81 T156")
{
    goes_and_comes_back(true);
}

TEST(knotes_that_come_and_go_do_not_end_a_watch, "T170 T122")
{
    struct stage stage;
    stage_begin(&stage, false);
    struct launched *child = launch_for(stage.port);
    CHECK_EQ(unmonitor(&stage.loop, stage.port), 0);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(monitor(&stage.loop, stage.port, QOS_DEF), 0);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(base_of(stage.loop.thread), 31);
    launch_kill(child);
    CHECK_BASE_SOON(stage.loop.thread, 47);
    stage_end(&stage);
}

TEST(a_stashed_right_that_becomes_a_watch_port_pushes_on_the_child, "T156 T64 T66")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(monitor(&loop, to, QOS_DEF), 0);
    CHECK_EQ(letter_move(to, port), OK);
    until_calls(&loop, 1);
    CHECK_EQ(base_of(loop.thread), 47);
    struct launched *child = launch_for(port);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(base_of(loop.thread), 31);
    launch_kill(child);
    CHECK_EQ(base_of(loop.thread), 31);
    mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    caller_end(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, to), 0);
    loop_open(&loop);
    until_done(&loop, 1);
    loop_end(&loop);
    port_gone(port);
    port_gone(to);
}
