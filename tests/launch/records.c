/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/records.c - records of processes over forks, deaths and each other's ends (F1-F5, F30, F39, F127, F146, F189) */
#include <errno.h>
#include <mach/notify.h>
#include <stdlib.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

static struct process_info info_of(int32_t pid, int *error_p)
{
    struct process_info info = { 0 };
    CHECK_EQ(process_info(pid, 0, error_p, &info), OK);
    return info;
}

static struct process_info own_info(void)
{
    int error = -1;
    struct process_info info = info_of(0, &error);
    CHECK_EQ(error, 0);
    return info;
}

/* What a task tells of itself, to whoever made it. */
struct report {
    mach_msg_header_t header;
    struct process_info info;
    mach_msg_max_trailer_t trailer;
};

static kern_return_t report_to(mach_port_t port)
{
    struct report report = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                         .msgh_remote_port = port },
                             .info = own_info() };
    return mach_msg(&report.header, MACH_SEND_MSG, offsetof(struct report, trailer), 0, 0, 0, 0);
}

static struct process_info take_report(mach_port_t port)
{
    struct report report = { 0 };
    REQUIRE_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(report), port, PATIENCE_MS,
                        0),
               OK);
    return report.info;
}

static int report_and_end(void *argument)
{
    (void)argument;
    return report_to(world_parent_port()) == OK ? WORLD_OK : 1;
}

TEST(a_forked_child_has_a_record_of_its_own, "F1 F3 F4 F5 F14 F30 F39")
{
    mach_port_t port = port_with_send();
    struct process_info parent = own_info();
    world_task *task = world_task_spawn(report_and_end, NULL, port);
    struct process_info child = take_report(port);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_NE(child.pid, parent.pid);
    CHECK_GT(child.unique_id, parent.unique_id);
    CHECK_GT(child.pid_version, parent.pid_version);
    CHECK_EQ(child.parent_unique_id, parent.unique_id);
    CHECK_EQ(child.parent_at_birth, parent.pid);
    CHECK_EQ(child.parent_pid_version, parent.pid_version);
    CHECK_EQ(child.flags & 0x4000, 0);
    for (int i = 0; i < SPAWN_COALITIONS; i++)
        CHECK_EQ(child.coalition[i], parent.coalition[i]);
    port_gone(port);
}

/* Tells its parent that it is there, and again when that one is gone. */
static int report_twice(void *argument)
{
    mach_port_t above = *(mach_port_t *)argument;
    int32_t parent = own_info().parent_at_birth;
    int error = 0;
    if (report_to(above) != OK)
        return 1;
    for (int ms = 0; ms < PATIENCE_MS && error != ESRCH; ms++) {
        info_of(parent, &error);
        world_sleep_ms(1);
    }
    return report_to(above) == OK ? WORLD_OK : 2;
}

static int32_t grandchild_sees(void *argument)
{
    (void)argument;
    mach_port_t above = bootstrap_port;
    return report_twice(&above);
}

/* The grandchild knows the test by its bootstrap port. */
static int make_a_child_and_end(void *argument)
{
    struct launched *child = NULL;
    const struct spawn_request request = launch_request();
    (void)argument;
    REQUIRE_EQ(launch_begin(&request, grandchild_sees, NULL, &child), 0);
    launch_go(child);
    return WORLD_OK;
}

TEST(a_parents_end_changes_the_parent_and_not_the_one_at_birth, "F5 F146 F165")
{
    mach_port_t port = port_with_send();
    struct launched *middle = NULL;
    struct spawn_request request = launch_request();
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, port };
    REQUIRE_EQ(launch_begin(&request, make_a_child_and_end, NULL, &middle), 0);
    int error = -1;
    struct process_info parent = info_of(launch_pid(middle), &error);
    launch_go(middle);
    struct process_info first = take_report(port);
    CHECK_EQ(first.parent_at_birth, parent.pid);
    CHECK_EQ(first.parent_unique_id, parent.unique_id);
    CHECK_EQ(launch_wait(middle), WORLD_OK);
    struct process_info second = take_report(port);
    CHECK_EQ(second.parent, 0);
    CHECK_EQ(second.parent_at_birth, parent.pid);
    CHECK_EQ(second.parent_unique_id, parent.unique_id);
    info_of(parent.pid, &error);
    CHECK_EQ(error, ESRCH);
    port_gone(port);
}

static int do_nothing(void *argument)
{
    (void)argument;
    return WORLD_OK;
}

TEST(numbers_grow_and_none_is_given_twice, "F3 F4 F30 F189")
{
    enum { MANY = 100 };
    const struct spawn_request request = launch_request();
    struct process_info last = own_info();
    for (int i = 0; i < MANY; i++) {
        struct launched *child = NULL;
        int error = -1;
        REQUIRE_EQ(launch_begin(&request, do_nothing, NULL, &child), 0);
        struct process_info now = info_of(launch_pid(child), &error);
        CHECK_GT(now.unique_id, last.unique_id);
        CHECK_GT(now.pid_version, last.pid_version);
        last = now;
        if (i % 3 == 0) {
            launch_take_back(child);
            continue;
        }
        launch_go(child);
        CHECK_EQ(launch_wait(child), WORLD_OK);
    }
}

static int run_on(void *argument)
{
    (void)argument;
    world_sleep_ms(100000);
    return 1;
}

TEST(the_end_of_a_watch_leaves_a_port_destroyed_request_in_force, "F127 P80 T163")
{
    mach_port_t port = port_with_send(), notify = port_with_send(), old = MACH_PORT_NULL;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(&port, 1);
    REQUIRE_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &old),
               OK);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    REQUIRE_EQ(launch_begin(&request, run_on, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(launch_base(child), 31);
    struct letter letter = letter_take(notify);
    CHECK_EQ(letter.header.msgh_id, MACH_NOTIFY_PORT_DESTROYED);
    CHECK_EQ(letter.port.name, port);
    launch_kill(child);
    letter_send(caller.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
    port_gone(notify);
}
