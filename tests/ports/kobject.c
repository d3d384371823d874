/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/kobject.c - section 11 and P2: kernel objects as ports */
#include "tests/ports/util.h"

#include <mach/mach_traps.h>

static void check_error_reply(mach_port_t reply, int id, kern_return_t code)
{
    struct message message;
    CHECK_EQ(message_receive(&message, reply, PATIENCE_MS), KERN_SUCCESS);
    CHECK_EQ(message.header.msgh_id, (int32_t)((uint32_t)id + 100));
    CHECK_EQ(message.header.msgh_size, 36);
    CHECK_EQ(message.header.msgh_bits, 0x1200);
    CHECK_EQ(message.words[2], code);
}

TEST(unknown_requests_are_answered, "P177 P178 P181")
{
    static const int ids[] = { 1, 64, 65, 69, 70, 71, 72, 77, 3999, 0x7ffffff0 };
    mach_port_t reply = make_port();
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct message message = message_plain(mach_task_self(), COPY_SEND, reply, MAKE_SEND_ONCE, ids[i]);
        CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
        CHECK_EQ(status_of(reply).mps_msgcount, 1); /* queued before the send returns */
        check_error_reply(reply, ids[i], MIG_BAD_ID);
    }
    struct message message = message_plain(mach_task_self(), COPY_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS); /* no reply right, no reply */
    destroy_port(reply);
}

/* mach_port_set_attributes by hand, with `count` words of limits where there is room for one, and whatever msgh_size. */
static void set_limits_by_hand(mach_port_t port, mach_port_t reply, uint32_t count, uint32_t header_size)
{
    enum { SET_ATTRIBUTES = 3218, SIZE = 48 };
    struct message message = message_plain(mach_task_self(), COPY_SEND, reply, MAKE_SEND_ONCE, SET_ATTRIBUTES);
    const uint32_t words[] = { 0, 1, port, MACH_PORT_LIMITS_INFO, count, 3 }; /* the NDR record first */
    memcpy(message.words, words, sizeof(words));
    message.header.msgh_size = header_size;
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG, SIZE, 0, 0, 0, 0), KERN_SUCCESS);
}

TEST(a_request_is_as_long_as_it_was_sent, "P100 P178")
{
    mach_port_t port = make_port(), reply = make_port();
    set_limits_by_hand(port, reply, 1, 0);
    check_error_reply(reply, 3218, KERN_SUCCESS);
    CHECK_EQ(status_of(port).mps_qlimit, 3);
    set_limits_by_hand(port, reply, 17, 48 + 16 * 4);
    check_error_reply(reply, 3218, MIG_BAD_ARGUMENTS);
    destroy_port(port);
    destroy_port(reply);
}

/* The answer would carry its own queue away. */
TEST(an_answer_does_not_carry_the_port_that_it_goes_to, "P114 P178")
{
    enum { EXTRACT_RIGHT = 3215 };
    mach_port_t port = make_port();
    struct message message = message_plain(mach_task_self(), COPY_SEND, port, MAKE_SEND_ONCE, EXTRACT_RIGHT);
    const uint32_t words[] = { 0, 1, port, MOVE_RECEIVE }; /* the NDR record first */
    memcpy(message.words, words, sizeof(words));
    message.header.msgh_size = 40;
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    CHECK_EQ(type_of(port), 0);
}

TEST(a_receive_right_is_inserted_by_message, "P39 P51")
{
    enum { INSERT_RIGHT = 3214 };
    mach_port_t port = make_port(), reply = make_port();
    struct message message = message_with_port(mach_task_self(), COPY_SEND, INSERT_RIGHT, port, MOVE_RECEIVE);
    message.header.msgh_bits |= MACH_MSGH_BITS(0, MAKE_SEND_ONCE);
    message.header.msgh_local_port = reply;
    const uint32_t words[] = { 0, 1, port }; /* behind the descriptor */
    memcpy((uint8_t *)&message.port[1], words, sizeof(words));
    message.header.msgh_size = 40 + sizeof(words);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    check_error_reply(reply, INSERT_RIGHT, KERN_SUCCESS);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
    destroy_port(reply);
}

TEST(malformed_requests_are_answered, "P178 P180")
{
    mach_port_t reply = make_port(), host = mach_host_self();
    struct message message = message_plain(mach_task_self(), COPY_SEND, reply, MAKE_SEND_ONCE, 3201);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS); /* mach_port_type without its name */
    check_error_reply(reply, 3201, MIG_BAD_ARGUMENTS);
    message = message_plain(host, COPY_SEND, reply, MAKE_SEND_ONCE, 3206);
    message.header.msgh_size = 36;
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS); /* mach_port_deallocate of a host */
    check_error_reply(reply, 3206, KERN_INVALID_TASK);
    mach_port_deallocate(SELF, host);
    destroy_port(reply);
}

TEST(rights_of_an_unknown_request_are_sunk, "P179 P124")
{
    mach_port_t reply = make_port(), carried = make_port();
    struct message message = message_plain(mach_task_self(), COPY_SEND, reply, MAKE_SEND_ONCE, 3999);
    add_port(&message, carried, MAKE_SEND_ONCE);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    check_error_reply(reply, 3999, MIG_BAD_ID);
    expect_notification(carried, MACH_NOTIFY_SEND_ONCE);
    destroy_port(carried);
    destroy_port(reply);
}

TEST(kernel_ports_are_always_ready, "P184 P176")
{
    mach_port_t at = make_port();
    CHECK_EQ(request(mach_task_self(), MACH_NOTIFY_SEND_POSSIBLE, 1, at), KERN_SUCCESS);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), mach_task_self());
    int64_t before = refs_of(mach_task_self(), SEND);
    CHECK_EQ(task_self_trap(), mach_task_self()); /* coalesces */
    CHECK_EQ(refs_of(mach_task_self(), SEND), before + 1);
    CHECK_EQ(mach_port_deallocate(SELF, mach_task_self()), KERN_SUCCESS);
    destroy_port(at);
}

TEST(what_is_no_task_port, "P2")
{
    mach_port_t name = MACH_PORT_NULL, port = make_port(), host = mach_host_self();
    CHECK_EQ(mach_port_allocate(port, RECEIVE, &name), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mach_port_allocate(name_unknown(), RECEIVE, &name), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mach_port_allocate(MACH_PORT_NULL, RECEIVE, &name), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mach_port_allocate(host, RECEIVE, &name), KERN_INVALID_TASK);
    mach_port_deallocate(SELF, host);
    destroy_port(port);
}
