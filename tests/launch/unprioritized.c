/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/unprioritized.c - launches that are not prioritised: a watch port pushes on nobody (D15) */
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

static int run_on(void *argument)
{
    (void)argument;
    letter_take(port_with_send());
    return WORLD_OK;
}

TEST(without_prioritised_launches_a_watch_port_pushes_on_nobody_until_it_has_ended, "T64 T156 T165")
{
    mach_port_t port = port_with_send();
    struct spawn_request request = launch_watching(&port, 1);
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    struct launched *child = NULL;
    struct loop loop;
    busy_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(base_of(loop.thread), 47);
    REQUIRE_EQ(launch_begin(&request, run_on, NULL, &child), 0);
    CHECK_EQ(launch_base(child), 31);
    CHECK_EQ(base_of(loop.thread), 31);
    launch_go(child);
    launch_kill(child);
    CHECK_BASE_SOON(loop.thread, 47);
    mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    CHECK_EQ(caller_end(&caller), MACH_RCV_PORT_CHANGED);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&loop);
    port_gone(port);
}
