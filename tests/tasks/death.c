/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/death.c - what others see when a task or a thread goes away */
#include "tests/tasks/carry.h"

static void watch(mach_port_t name, mach_port_t notify)
{
    mach_port_t previous = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_request_notification(SELF, name, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               OK);
}

static mach_port_t next_death(mach_port_t notify)
{
    mach_dead_name_notification_t note = { 0 };
    REQUIRE_EQ(mach_msg(&note.not_header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(note), notify,
                        PATIENCE_MS, 0),
               OK);
    CHECK_EQ(note.not_header.msgh_id, MACH_NOTIFY_DEAD_NAME);
    return note.not_port;
}

static void forget_dead(mach_port_t name, int refs)
{
    CHECK_EQ(type_of(name), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_DEAD_NAME, -refs);
}

static int serve_until_killed(void *argument)
{
    mach_port_t port = receive_new(), thread = mach_thread_self();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND), OK);
    CHECK_EQ(give(world_parent_port(), thread, MACH_MSG_TYPE_COPY_SEND), OK);
    take(port);
    return 1;
}

TEST(receive_rights_die_before_thread_ports_and_those_before_task_ports, "K237 K238 K239 K240 K32")
{
    mach_port_t inbox = receive_new(), notify = receive_new(), name = MACH_PORT_NULL;
    world_task *child = world_task_spawn(serve_until_killed, NULL, inbox);
    mach_port_t task = world_task_port_of(child);
    mach_port_t port = take(inbox).port.name, thread = take(inbox).port.name;
    REQUIRE_EQ(mach_port_mod_refs(SELF, task, MACH_PORT_RIGHT_SEND, 1), OK);
    REQUIRE_EQ(task_get_special_port(task, TASK_NAME_PORT, &name), OK);
    watch(task, notify);
    watch(name, notify);
    watch(thread, notify);
    watch(port, notify);
    world_task_kill(child);
    CHECK_EQ(next_death(notify), port);
    CHECK_EQ(next_death(notify), thread);
    mach_port_t first = next_death(notify), second = next_death(notify);
    CHECK(first == task || first == name);
    CHECK(second == task || second == name);
    CHECK_NE(first, second);
    forget_dead(port, 2);
    forget_dead(thread, 2);
    forget_dead(name, 2);
    forget_dead(task, 2);
    receive_free(inbox);
    receive_free(notify);
}

static int hold_in_a_slot(void *argument)
{
    CHECK_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, world_parent_port()), OK);
    return WORLD_OK;
}

TEST(a_dead_tasks_slots_hold_nothing_back, "K26")
{
    mach_port_t port = receive_new();
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    CHECK_EQ(world_task_wait(world_task_spawn(hold_in_a_slot, NULL, port)), WORLD_OK);
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status, &count),
             OK);
    CHECK_EQ(status.mps_srights, 0);
    receive_free(port);
}

TEST(the_pid_of_a_dead_task_is_unknown, "F9 K110")
{
    mach_port_t found = 7, inbox = receive_new();
    int pid = -1;
    world_task *child = world_task_spawn(serve_until_killed, NULL, inbox);
    CHECK_EQ(pid_for_task(world_task_port_of(child), &pid), OK);
    world_task_kill(child);
    CHECK_EQ(task_for_pid(SELF, pid, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
    receive_free(inbox);
}

static void *tell_thread(void *argument)
{
    return (void *)(uintptr_t)mach_thread_self();
}

TEST(a_threads_port_dies_with_it, "K31 K32")
{
    mach_port_t thread = (mach_port_t)(uintptr_t)world_thread_join(world_thread_spawn(tell_thread, NULL)),
                port;
    mach_port_type_t type = type_of(thread);
    for (int i = 0; i < 500 && type != MACH_PORT_TYPE_DEAD_NAME; i++) {
        world_sleep_ms(1);
        type = type_of(thread);
    }
    CHECK_EQ(type, MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(thread_get_special_port(thread, THREAD_KERNEL_PORT, &port), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(SELF, thread);
}
