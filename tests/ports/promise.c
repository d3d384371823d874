/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/promise.c - messages may be shown to a receiver ahead of time: nobody can tell (kernel/ipc/promise.h) */
#include <stdlib.h>

#include "tests/ports/util.h"

enum { MANY = 120 };

/* A port with `n` messages in its queue, numbered from 0. */
static mach_port_t port_with(int n)
{
    mach_port_t port = port_new_with_sends(1);
    qlimit_set(port, MACH_PORT_QLIMIT_LARGE);
    for (int i = 0; i < n; i++) {
        struct message message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, i);
        CHECK_EQ(message_send(&message, 0), OK);
    }
    return port;
}

static void receive_numbers(mach_port_t port, int first, int end)
{
    for (int i = first; i < end; i++) {
        struct message message;
        REQUIRE_EQ(message_receive(&message, port, 0), OK);
        CHECK_EQ(message.header.msgh_id, i);
        CHECK_EQ(message.header.msgh_local_port, port);
        CHECK_EQ(message.header.msgh_remote_port, MACH_PORT_NULL);
    }
}

static void expect_empty(mach_port_t port)
{
    struct message message;
    CHECK_EQ(message_receive(&message, port, 0), MACH_RCV_TIMED_OUT);
    destroy_port(port);
}

TEST(a_long_queue_is_received_in_order, "P116 P143")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, MANY);
    expect_empty(port);
}

TEST(the_status_of_a_port_counts_every_message_received, "P48")
{
    mach_port_t port = port_with(MANY);
    for (int i = 0; i < MANY; i += 7) {
        receive_numbers(port, i, i + 7 < MANY ? i + 7 : MANY);
        int n = i + 7 < MANY ? i + 7 : MANY;
        mach_port_status_t status = status_of(port);
        CHECK_EQ(status.mps_seqno, (mach_port_seqno_t)n);
        CHECK_EQ(status.mps_msgcount, (mach_port_msgcount_t)(MANY - n));
    }
    expect_empty(port);
}

/* Only live: what is asked over the socket is no call of the receiver. */
TEST(what_was_received_is_not_held_any_more, "P48")
{
    if (!world_is_live() || !getenv("MACHCTL"))
        SKIP("there is no machctl to ask");
    mach_port_t port = port_with(20);
    receive_numbers(port, 0, 3);
    receive_numbers(port, 3, 20);
    CHECK_EQ(system("\"$MACHCTL\" status --json | grep -q '\"messages\":0,'"), 0);
    expect_empty(port);
}

TEST(sequence_numbers_have_no_gaps, "P48 P157")
{
    mach_port_t port = port_with(MANY);
    for (int i = 0; i < MANY; i++) {
        struct {
            mach_msg_header_t header;
            mach_msg_audit_trailer_t trailer;
        } message;
        mach_msg_option_t option =
            MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
        REQUIRE_EQ(mach_msg(&message.header, option, 0, sizeof(message), port, 0, MACH_PORT_NULL), OK);
        CHECK_EQ(message.trailer.msgh_seqno, (mach_port_seqno_t)i);
        CHECK_EQ(message.trailer.msgh_trailer_size, sizeof(message.trailer));
    }
    expect_empty(port);
}

struct part {
    mach_port_t port;
    int first, end;
};

static void *receive_part(void *argument)
{
    const struct part *part = argument;
    receive_numbers(part->port, part->first, part->end);
    return NULL;
}

TEST(threads_take_turns_at_one_queue, "P143")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, 50);
    for (int i = 50; i < MANY; i += 10) {
        struct part part = { port, i, i + 5 };
        world_thread_join(world_thread_spawn(receive_part, &part)); /* and it ends with some shown, not taken */
        receive_numbers(port, i + 5, i + 10);
    }
    expect_empty(port);
}

TEST(other_calls_between_two_receives_change_nothing, "P143")
{
    mach_port_t port = port_with(MANY), other = port_with(MANY);
    for (int i = 0; i < MANY; i++) {
        receive_numbers(port, i, i + 1);
        receive_numbers(other, i, i + 1);
        CHECK_EQ(type_of(other), MACH_PORT_TYPE_SEND_RECEIVE);
        destroy_port(make_port());
    }
    expect_empty(port);
    expect_empty(other);
}

TEST(what_was_not_received_moves_with_the_right, "P50 P143")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, 47);
    mach_port_t holder = park(port), back = unpark(holder);
    CHECK_EQ(status_of(back).mps_msgcount, (mach_port_msgcount_t)(MANY - 47));
    receive_numbers(back, 47, MANY);
    expect_empty(back);
}

TEST(a_full_queue_has_room_for_what_was_received, "P116")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, 20);
    qlimit_set(port, MANY - 20); /* full again */
    receive_numbers(port, 20, 33);
    for (int i = 0; i < 14; i++) {
        struct message message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, MANY + i);
        CHECK_EQ(message_send(&message, 0), i < 13 ? OK : MACH_SEND_TIMED_OUT);
    }
    receive_numbers(port, 33, MANY + 13);
    expect_empty(port);
}

enum { SENT_BY_CHILD = 400 };

static int send_many(void *argument)
{
    (void)argument;
    for (int i = 0; i < SENT_BY_CHILD; i++) {
        struct message message = message_plain(world_parent_port(), COPY_SEND, MACH_PORT_NULL, 0, i);
        if (message_send(&message, PATIENCE_MS) != OK)
            return 1;
    }
    return WORLD_OK;
}

TEST(a_sender_that_waits_for_room_gets_it_when_messages_are_received, "P116 P117")
{
    mach_port_t port = make_port();
    world_task *child = world_task_spawn(send_many, NULL, port);
    for (int i = 0; i < SENT_BY_CHILD; i++) {
        struct message message;
        REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
        CHECK_EQ(message.header.msgh_id, i);
        if (i % 64 == 63)
            world_settle(); /* the queue is full now */
    }
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    destroy_port(port);
}

TEST(a_queue_dies_with_some_of_it_received, "P52")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, 45);
    destroy_port(port);
}

TEST(a_buffer_that_is_too_small_now_changes_nothing, "P144 P145")
{
    mach_port_t port = port_with(MANY);
    receive_numbers(port, 0, 45);
    struct message message;
    CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_TIMEOUT, 0, 8, port, 0,
                      MACH_PORT_NULL),
             MACH_RCV_TOO_LARGE);
    receive_numbers(port, 45, MANY);
    expect_empty(port);
}
