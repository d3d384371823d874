/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/applied.c - what Linux knows of the main thread of a new process (F35, F36, F54, F128, F152) */
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/launch/launch.h"

enum { UNLIKELY = 99 };

static int look_boosted(void *argument)
{
    (void)argument;
    return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_RR ? 47 : UNLIKELY;
}

static int look_unboosted(void *argument)
{
    (void)argument;
    bool is_plain = (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_OTHER;
    return is_plain && (int)(20 - syscall(SYS_getpriority, PRIO_PROCESS, 0)) == 0 ? 31 : UNLIKELY;
}

TEST(linux_runs_the_main_thread_boosted_before_it_runs_at_all, "F54 F122 F128 F152 T157")
{
    mach_port_t port = port_with_send();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    const struct spawn_request watching = launch_watching(&port, 1), plain = launch_request();
    struct launched *child = NULL;
    if (geteuid() != 0)
        SKIP("only root may raise other processes");
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    REQUIRE_EQ(launch_begin(&watching, look_boosted, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 47);
    REQUIRE_EQ(launch_begin(&plain, look_unboosted, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 31);
    letter_send(caller.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}
