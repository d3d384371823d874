/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/self.c - kernel calls, and the traps that name the caller */
#include "tests/tasks/common.h"

#include <string.h>

TEST(task_self_gives_one_name_and_a_reference_each_time, "K34")
{
    mach_port_t first = task_self_trap();
    int64_t refs = sends_of(first);
    CHECK_EQ(task_self_trap(), first);
    CHECK_EQ(sends_of(first), refs + 1);
    CHECK_EQ(mach_task_self(), first);
    CHECK_EQ(sends_of(first), refs + 1);
    mach_port_mod_refs(SELF, first, MACH_PORT_RIGHT_SEND, -2);
}

TEST(thread_and_host_self_give_one_name_and_a_reference_each_time, "K36 K37")
{
    mach_port_t thread = mach_thread_self(), host = mach_host_self();
    int64_t thread_refs = sends_of(thread), host_refs = sends_of(host);
    CHECK_EQ(mach_thread_self(), thread);
    CHECK_EQ(mach_host_self(), host);
    CHECK_EQ(sends_of(thread), thread_refs + 1);
    CHECK_EQ(sends_of(host), host_refs + 1);
    mach_port_mod_refs(SELF, thread, MACH_PORT_RIGHT_SEND, -2);
    mach_port_mod_refs(SELF, host, MACH_PORT_RIGHT_SEND, -2);
}

TEST(a_reply_port_is_a_new_receive_right_each_time, "K40")
{
    mach_port_t one = mach_reply_port(), other = mach_reply_port();
    CHECK_NE(one, MACH_PORT_NULL);
    CHECK_NE(one, other);
    CHECK_EQ(type_of(one), MACH_PORT_TYPE_RECEIVE);
    receive_free(one);
    receive_free(other);
}

TEST(a_special_reply_port_has_receive_and_one_send_right, "K41 K42")
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    mach_port_t first = thread_get_special_reply_port(), second = thread_get_special_reply_port();
    REQUIRE_NE(first, MACH_PORT_NULL);
    CHECK_NE(first, second);
    CHECK_EQ(type_of(first) & MACH_PORT_TYPE_ALL_RIGHTS, MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(sends_of(second), 1);
    CHECK_EQ(mach_port_get_attributes(SELF, second, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status,
                                      &count),
             OK);
    CHECK_EQ(status.mps_mscount, 1);
    mach_port_destroy(SELF, first);
    mach_port_destroy(SELF, second);
}

static uint32_t kobject_type(mach_port_t name)
{
    natural_t type = 99;
    mach_vm_address_t address = 0;
    CHECK_EQ(mach_port_kobject(SELF, name, &type, &address), OK);
    return type;
}

TEST(kernel_objects_have_the_numbers_of_their_types, "K1 K12")
{
    mach_port_t thread = mach_thread_self(), host = mach_host_self(), name = MACH_PORT_NULL,
                plain = receive_new();
    REQUIRE_EQ(task_get_special_port(SELF, TASK_NAME_PORT, &name), OK);
    CHECK_EQ(kobject_type(SELF), 2);
    CHECK_EQ(kobject_type(thread), 1);
    CHECK(kobject_type(host) == 3 || kobject_type(host) == 4);
    CHECK_EQ(kobject_type(name), 20);
    CHECK_EQ(kobject_type(plain), 0);
    CHECK_EQ(type_of(SELF) & MACH_PORT_TYPE_RECEIVE, 0);
    mach_port_deallocate(SELF, thread);
    mach_port_deallocate(SELF, host);
    mach_port_deallocate(SELF, name);
    receive_free(plain);
}

struct error_message {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    mach_msg_max_trailer_t trailer;
};

static struct error_message call_by_id(mach_port_t to, int id, mach_msg_size_t size)
{
    struct error_message message;
    mach_port_t reply = mach_reply_port();
    memset(&message, 0, sizeof(message));
    message.header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                      MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                          .msgh_remote_port = to,
                                          .msgh_local_port = reply,
                                          .msgh_id = id };
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, size, sizeof(message),
                      reply, PATIENCE_MS, MACH_PORT_NULL),
             OK);
    receive_free(reply);
    return message;
}

TEST(an_unknown_or_retired_id_is_answered_with_bad_id, "K2 K11")
{
    static const int ids[] = { 3400, 3416, 3417, 3422, 3432, 3454, 3619, 3623, 3629, 99999 };
    for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct error_message reply = call_by_id(SELF, ids[i], sizeof(mach_msg_header_t));
        CHECK_EQ(reply.code, MIG_BAD_ID);
        CHECK_EQ(reply.header.msgh_id, ids[i] + 100);
        CHECK_EQ(reply.header.msgh_size, 36);
    }
}

TEST(a_request_of_the_wrong_size_has_bad_arguments, "K5")
{
    CHECK_EQ(call_by_id(SELF, 3409, sizeof(mach_msg_header_t)).code, MIG_BAD_ARGUMENTS);
}

TEST(what_does_not_convert_is_the_routines_own_error, "K3 K4")
{
    mach_port_t thread = mach_thread_self(), port = MACH_PORT_NULL, dead = both_new();
    CHECK_EQ(task_get_special_port(thread, TASK_BOOTSTRAP_PORT, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_allocate(thread, MACH_PORT_RIGHT_RECEIVE, &port), KERN_INVALID_TASK);
    CHECK_EQ(task_get_special_port(MACH_PORT_NULL, TASK_BOOTSTRAP_PORT, &port), MACH_SEND_INVALID_DEST);
    receive_free(dead);
    CHECK_EQ(task_get_special_port(dead, TASK_BOOTSTRAP_PORT, &port), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(SELF, dead);
    mach_port_deallocate(SELF, thread);
}

TEST(one_finds_oneself_by_pid, "F2 K84")
{
    int pid = -2;
    mach_port_t found = MACH_PORT_NULL, name = MACH_PORT_NULL, special = MACH_PORT_NULL;
    REQUIRE_EQ(pid_for_task(SELF, &pid), OK);
    CHECK_EQ(task_for_pid(SELF, pid, &found), OK);
    CHECK_EQ(found, SELF);
    CHECK_EQ(task_name_for_pid(SELF, pid, &name), OK);
    CHECK_EQ(task_get_special_port(SELF, TASK_NAME_PORT, &special), OK);
    CHECK_EQ(name, special);
    mach_port_deallocate(SELF, found);
    mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, -2);
}

TEST(an_unknown_pid_and_zero_are_failures, "F9 K104")
{
    mach_port_t found = 7;
    CHECK_EQ(task_for_pid(SELF, 0, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
    found = 7;
    CHECK_EQ(task_for_pid(SELF, 0x7ffffffe, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
}

TEST(rights_of_a_refused_request_are_consumed, "K6")
{
    mach_port_t port = both_new();
    CHECK_EQ(task_set_special_port(SELF, 12, port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(sends_of(port), 1);
    mach_port_destroy(SELF, port);
}

TEST(what_is_not_built_says_so, "")
{
    mach_port_t corpse = MACH_PORT_NULL;
    CHECK_EQ(task_generate_corpse(SELF, &corpse), KERN_NOT_SUPPORTED);
}

TEST(a_task_lists_its_threads_under_their_names, "K119 K120")
{
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t count = 0;
    mach_port_t self = mach_thread_self();
    REQUIRE_EQ(task_threads(SELF, &threads, &count), OK);
    REQUIRE_GE(count, 1);
    CHECK_EQ(threads[0], self);
    for (mach_msg_type_number_t i = 0; i < count; i++)
        mach_port_deallocate(SELF, threads[i]);
    vm_deallocate(SELF, (vm_address_t)threads, count * sizeof(threads[0]));
    mach_port_deallocate(SELF, self);
}
