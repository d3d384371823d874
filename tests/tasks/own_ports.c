/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/own_ports.c - control ports that stay with their task, and whose last reference stays too, where violations are
 * not fatal: control-port-options 5 (K67-K74, P36, P185, P186) */
#include "tests/tasks/own_ports.h"

#include <kern/exc_guard.h>

/* ---- two ports for one object ---- */

static void check_two_ports(mach_port_t own, mach_port_t movable)
{
    natural_t types[2] = { 0 };
    mach_vm_address_t addresses[2] = { 0 };
    CHECK(movable != own && MACH_PORT_VALID(movable));
    CHECK_EQ(mach_port_kobject(SELF, own, &types[0], &addresses[0]), OK);
    CHECK_EQ(mach_port_kobject(SELF, movable, &types[1], &addresses[1]), OK);
    CHECK_EQ(types[0], types[1]);
    CHECK_EQ(addresses[0], addresses[1]);
}

TEST(a_task_has_a_control_port_of_its_own_that_is_not_the_one_others_get, "K68 K70 K73 K12")
{
    mach_port_t movable = movable_task(), again = movable_task();
    int pids[2] = { 0, -1 };
    check_two_ports(SELF, movable);
    CHECK_EQ(again, movable);
    CHECK_EQ(sends_of(movable), 2);
    CHECK_EQ(pid_for_task(SELF, &pids[0]), OK);
    CHECK_EQ(pid_for_task(movable, &pids[1]), OK);
    CHECK_EQ(pids[0], pids[1]);
    CHECK_EQ(mach_port_mod_refs(SELF, movable, MACH_PORT_RIGHT_SEND, -2), OK); /* it is not pinned */
    CHECK_EQ(type_of(movable), 0);
}

TEST(a_thread_has_a_control_port_of_its_own_too, "K68 K73 K36")
{
    mach_port_t self = mach_thread_self(), movable = MACH_PORT_NULL;
    CHECK_EQ(thread_get_special_port(self, THREAD_KERNEL_PORT, &movable), OK);
    check_two_ports(self, movable);
    CHECK_EQ(mach_port_deallocate(SELF, movable), OK);
    CHECK_EQ(mach_port_deallocate(SELF, self), OK);
    CHECK_EQ(type_of(self), MACH_PORT_TYPE_SEND); /* also if that was all that the program had of it */
}

/* ---- what stays ---- */

TEST(what_a_task_has_of_itself_does_not_leave_it, "K68 K71 P185 P63 K9 K75")
{
    mach_port_t port = both_new(), thread = mach_thread_self();
    mach_port_t own[] = { SELF, thread };
    for (int i = 0; i < 2; i++) {
        int64_t refs = sends_of(own[i]);
        CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, own[i], MACH_MSG_TYPE_COPY_SEND),
                 MACH_SEND_INVALID_RIGHT);
        CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, own[i], MACH_MSG_TYPE_MOVE_SEND),
                 MACH_SEND_INVALID_RIGHT);
        CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, own[i], MACH_PORT_NULL, 0), MACH_SEND_INVALID_REPLY);
        CHECK_EQ(task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, own[i]),
                 KERN_INVALID_RIGHT); /* seen, and refused */
        CHECK_EQ(sends_of(own[i]), refs);
    }
    CHECK_EQ(mach_port_deallocate(SELF, thread), OK);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
}

TEST(nobody_chooses_a_name_for_a_control_port, "K74")
{
    mach_port_t movable = movable_task();
    CHECK_EQ(mach_port_insert_right(SELF, SELF, SELF, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(SELF, 0x66603, SELF, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(SELF, 0x66603, movable, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(SELF, movable, movable, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(sends_of(movable), 1);
    CHECK_EQ(mach_port_deallocate(SELF, movable), OK);
}

static int wait_for_end(void *argument)
{
    mach_port_t port = receive_new();
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } end;
    mach_msg(&end.header, MACH_RCV_MSG, 0, sizeof end, port, 0, MACH_PORT_NULL);
    return WORLD_OK;
}

TEST(a_right_that_stays_is_not_put_into_another_task, "K74")
{
    world_task *task = world_task_spawn(wait_for_end, NULL, MACH_PORT_NULL);
    mach_port_t theirs = world_task_port_of(task), read = MACH_PORT_NULL, movable = movable_task();
    CHECK_EQ(task_get_special_port(SELF, TASK_READ_PORT, &read), OK);
    CHECK_EQ(mach_port_insert_right(theirs, 0x66603, read, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(theirs, 0x66603, movable, MACH_MSG_TYPE_COPY_SEND),
             KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(SELF, 0x66603, theirs, MACH_MSG_TYPE_COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_deallocate(SELF, movable), OK);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    world_task_kill(task);
}

/* ---- substitution ---- */

TEST(a_control_port_that_comes_home_is_the_own_one, "K69")
{
    mach_port_t port = both_new(), movable = movable_task();
    int64_t refs = sends_of(SELF);
    CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, movable, MACH_MSG_TYPE_COPY_SEND), OK);
    CHECK_EQ(receive_one(port), SELF);
    CHECK_EQ(sends_of(SELF), refs + 1);
    CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, movable, MACH_MSG_TYPE_MOVE_SEND), OK);
    CHECK_EQ(type_of(movable), 0);
    CHECK_EQ(receive_one(port), SELF);
    CHECK_EQ(sends_of(SELF), refs + 2);
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
}

TEST(results_of_calls_are_the_own_ports_too, "K69 K84 K73")
{
    mach_port_t port = MACH_PORT_NULL, self = mach_thread_self(), movable = movable_task();
    int pid = 0;
    thread_act_array_t threads;
    mach_msg_type_number_t n = 0;
    CHECK_EQ(pid_for_task(SELF, &pid), OK);
    CHECK_EQ(task_for_pid(SELF, pid, &port), OK);
    CHECK_EQ(port, SELF);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    CHECK_EQ(task_get_special_port(movable, TASK_KERNEL_PORT, &port), OK); /* not asked through the own port */
    CHECK_EQ(port, SELF);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    int64_t refs = sends_of(self);
    CHECK_EQ(task_threads(SELF, &threads, &n), OK);
    CHECK_EQ(threads[0], self);
    CHECK_EQ(sends_of(self), refs + 1);
    for (mach_msg_type_number_t i = 0; i < n; i++)
        CHECK_EQ(mach_port_deallocate(SELF, threads[i]), OK);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
    CHECK_EQ(mach_port_deallocate(SELF, movable), OK);
    CHECK_EQ(mach_port_deallocate(SELF, self), OK);
}

static int send_task_and_thread(void *argument)
{
    mach_port_t movable = movable_task(), self = mach_thread_self(), thread = MACH_PORT_NULL;
    CHECK_EQ(thread_get_special_port(self, THREAD_KERNEL_PORT, &thread), OK);
    CHECK_EQ(send_one(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, movable,
                      MACH_MSG_TYPE_MOVE_SEND),
             OK);
    CHECK_EQ(send_one(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, thread,
                      MACH_MSG_TYPE_MOVE_SEND),
             OK);
    return wait_for_end(argument);
}

TEST(what_others_get_of_a_task_can_be_passed_on, "K68 K73")
{
    mach_port_t port = both_new(), task_port, thread_port;
    world_task *task = world_task_spawn(send_task_and_thread, NULL, port);
    task_port = receive_one(port);
    thread_port = receive_one(port);
    CHECK_EQ(task_port, world_task_port_of(task));
    CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, task_port, MACH_MSG_TYPE_COPY_SEND), OK);
    CHECK_EQ(receive_one(port), task_port);
    CHECK_EQ(send_one(port, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, thread_port, MACH_MSG_TYPE_MOVE_SEND),
             OK);
    thread_port = receive_one(port);
    CHECK_EQ(thread_suspend(thread_port), OK);
    CHECK_EQ(thread_resume(thread_port), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, task_port, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(mach_port_deallocate(SELF, thread_port), OK);
    world_task_kill(task);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
}

/* ---- what is pinned ---- */

TEST(the_last_reference_to_a_pinned_right_stays, "K72 P36 P186")
{
    int64_t refs = sends_of(SELF);
    release_all_but_one(SELF);
    CHECK_EQ(mach_port_deallocate(SELF, SELF), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, -1), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, -2), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_destroy(SELF, SELF), KERN_INVALID_CAPABILITY);
    CHECK_EQ(send_one(SELF, MACH_MSG_TYPE_MOVE_SEND, MACH_PORT_NULL, MACH_PORT_NULL, 0),
             MACH_SEND_INVALID_DEST);
    CHECK_EQ(sends_of(SELF), 1);
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, 1), OK);
    CHECK_EQ(send_one(SELF, MACH_MSG_TYPE_MOVE_SEND, MACH_PORT_NULL, MACH_PORT_NULL, 0),
             OK); /* of two, one can move */
    CHECK_EQ(sends_of(SELF), 1);
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, 65535),
             OK); /* at the ceiling, and not beyond it either */
    CHECK_EQ(mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, -65535), KERN_INVALID_CAPABILITY);
    CHECK_EQ(sends_of(SELF), 65535);
    CHECK_EQ(mach_port_destroy(SELF, SELF), KERN_INVALID_CAPABILITY);
    CHECK(refs > 1);
}

static void *tell_name(void *argument)
{
    mach_port_t self = mach_thread_self();
    *(mach_port_t *)argument = self;
    CHECK_EQ(mach_port_deallocate(SELF, self), OK);
    CHECK_EQ(type_of(self), MACH_PORT_TYPE_SEND);
    return NULL;
}

TEST(what_a_thread_has_pinned_of_itself_goes_with_it, "K72 K31 K32")
{
    mach_port_t name = MACH_PORT_NULL;
    world_thread_join(world_thread_spawn(tell_name, &name));
    for (int i = 0; i < PATIENCE_MS && type_of(name) != 0; i++)
        world_sleep_ms(1);
    CHECK_EQ(type_of(name), 0);
}

/* ---- violations ---- */

static const struct own_violation violations[] =
    OWN_VIOLATIONS(kGUARD_EXC_MOD_REFS_NON_FATAL, kGUARD_EXC_IMMOVABLE_NON_FATAL);

static int commit_soft(void *argument)
{
    const struct own_violation *violation = argument;
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_GUARD, world_parent_port(), DEFAULT_CODES, 0), OK);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER), OK);
    CHECK_EQ(violation->commit(), violation->code);
    return WORLD_OK;
}

TEST(violations_of_what_stays_are_told_and_not_fatal, "K71 K72 K211 P185 P186")
{
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof violations / sizeof violations[0]; i++) {
        world_task *task = world_task_spawn(commit_soft, (void *)(uintptr_t)&violations[i], port);
        expect_own_guard(port, &violations[i], KERN_SUCCESS);
        CHECK_EQ(world_task_wait(task), WORLD_OK);
    }
    receive_free(port);
}

static int violate_in_the_parent(void *argument)
{
    mach_port_t theirs = world_parent_port(), name = *(const mach_port_t *)argument, copy = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_FATAL), OK);
    CHECK_EQ(mach_port_destroy(theirs, name), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_extract_right(theirs, name, MACH_MSG_TYPE_COPY_SEND, &copy, &type),
             KERN_INVALID_CAPABILITY);
    return WORLD_OK;
}

TEST(in_another_tasks_space_there_is_the_error_alone, "K72 K71")
{
    mach_port_t name = SELF, movable = movable_task();
    CHECK_EQ(world_task_wait(world_task_spawn(violate_in_the_parent, &name, movable)), WORLD_OK);
    CHECK_EQ(mach_port_deallocate(SELF, movable), OK);
}

/* ---- children ---- */

static int has_two_ports(void *argument)
{
    mach_port_t movable = movable_task();
    check_two_ports(SELF, movable);
    CHECK_EQ(mach_port_destroy(SELF, SELF), KERN_INVALID_CAPABILITY);
    return WORLD_OK;
}

TEST(a_child_has_its_parents_options, "K68 K15")
{
    CHECK_EQ(world_task_wait(world_task_spawn(has_two_ports, NULL, MACH_PORT_NULL)), WORLD_OK);
}
