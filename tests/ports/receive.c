/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/receive.c - section 8 without trailers: waiting, sizes, what arrives
 *
 * A buffer is filled with a byte that no message has, so that it can be seen what was written and what was not. */
#include "tests/ports/util.h"

enum { FILLER = 0xee };

struct buffer {
    mach_msg_header_t header;
    uint8_t bytes[1024];
};

static kern_return_t receive_into(struct buffer *buffer, uint32_t rcv_size, mach_port_t from, uint32_t options)
{
    memset(buffer, FILLER, sizeof(*buffer));
    return mach_msg(&buffer->header, (int)(MACH_RCV_MSG | MACH_RCV_TIMEOUT | options), 0, rcv_size, from, 0,
                    0);
}

/* Bytes from `from` on are as they were. */
static void check_untouched(const struct buffer *buffer, uint32_t from)
{
    const uint8_t *bytes = (const uint8_t *)buffer;
    for (uint32_t i = from; i < sizeof(*buffer); i++) {
        if (bytes[i] != FILLER) {
            FAIL("byte %u was written", i);
            return;
        }
    }
}

/* ---- waiting ---- */

TEST(what_can_be_received_on, "P139")
{
    struct buffer buffer;
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        struct item item = item_new(kind, 1);
        bool good = kind == K_R || kind == K_RS || kind == K_SET;
        CHECK_EQ(receive_into(&buffer, sizeof(buffer), item.name, 0),
                 good ? MACH_RCV_TIMED_OUT : MACH_RCV_INVALID_NAME);
        CHECK_EQ(receive_into(&buffer, 0, item.name, 0), good ? MACH_RCV_TIMED_OUT : MACH_RCV_INVALID_NAME);
        check_untouched(&buffer, 0);
        item_free(&item);
    }
    CHECK_EQ(receive_into(&buffer, sizeof(buffer), MACH_PORT_NULL, 0), MACH_RCV_INVALID_NAME);
    CHECK_EQ(receive_into(&buffer, sizeof(buffer), MACH_PORT_DEAD, 0), MACH_RCV_INVALID_NAME);
}

TEST(a_queued_message_is_taken_at_once, "P140 P143")
{
    mach_port_t port = make_port();
    struct buffer buffer;
    CHECK_EQ(receive_into(&buffer, sizeof(buffer), port, 0), MACH_RCV_TIMED_OUT);
    check_untouched(&buffer, 0);
    CHECK_EQ(say(port, 3), OK);
    CHECK_EQ(receive_into(&buffer, sizeof(buffer), port, 0), OK);
    CHECK_EQ(buffer.header.msgh_id, 3);
    CHECK_EQ(mach_msg(&buffer.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(buffer), port, 20, 0),
             MACH_RCV_TIMED_OUT);
    destroy_port(port);
}

struct waiting {
    mach_port_t port;
    uint32_t timeout, options;
    _Atomic kern_return_t kr; /* looked at while the thread may be at it */
    struct buffer buffer;
};

static void *wait_here(void *argument)
{
    struct waiting *waiting = argument;
    memset(&waiting->buffer, FILLER, sizeof(waiting->buffer));
    waiting->kr = mach_msg(&waiting->buffer.header, (int)(MACH_RCV_MSG | waiting->options), 0,
                           sizeof(waiting->buffer), waiting->port, waiting->timeout, 0);
    return NULL;
}

static world_thread *start(struct waiting *waiting)
{
    waiting->kr = -1;
    world_thread *thread = world_thread_spawn(wait_here, waiting);
    world_yield_until_blocked(thread);
    return thread;
}

TEST(a_wait_ends_with_a_message, "P141")
{
    struct waiting waiting = { .port = make_port() };
    world_thread *thread = start(&waiting);
    CHECK_EQ(waiting.kr, -1);
    CHECK_EQ(say(waiting.port, 9), OK);
    CHECK_EQ(status_of(waiting.port).mps_msgcount, 0); /* it is not in the queue any more */
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, OK);
    CHECK_EQ(waiting.buffer.header.msgh_id, 9);
    destroy_port(waiting.port);
}

TEST(a_wait_ends_in_time, "P141 P143")
{
    struct waiting waiting = { .port = make_port(), .timeout = 40, .options = MACH_RCV_TIMEOUT };
    world_thread *thread = start(&waiting);
    CHECK_EQ(waiting.kr, -1);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, MACH_RCV_TIMED_OUT);
    check_untouched(&waiting.buffer, 0);
    waiting.options = 0; /* the number alone means nothing */
    thread = start(&waiting);
    world_sleep_ms(100);
    CHECK_EQ(waiting.kr, -1);
    destroy_port(waiting.port);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, MACH_RCV_PORT_CHANGED);
    check_untouched(&waiting.buffer, 0);
}

TEST(several_threads_one_port, "P142")
{
    enum { N = 5 };
    struct waiting waiting[N];
    world_thread *thread[N];
    mach_port_t port = make_port();
    for (int i = 0; i < N; i++) {
        waiting[i] = (struct waiting){ .port = port };
        thread[i] = start(&waiting[i]);
    }
    for (int i = 0; i < N; i++)
        CHECK_EQ(say(port, 100 + i), OK);
    unsigned seen = 0;
    for (int i = 0; i < N; i++) {
        world_thread_join(thread[i]);
        CHECK_EQ(waiting[i].kr, OK);
        seen |= 1u << (waiting[i].buffer.header.msgh_id - 100);
    }
    CHECK_EQ(seen, (1u << N) - 1);
    destroy_port(port);
}

/* ---- size ---- */

TEST(a_message_fits_with_its_trailer, "P144 P156")
{
    static const uint32_t trailers[] = { 8, 12, 20, 52, 60, 68, 68, 68, 68 };
    mach_port_t port = make_port();
    struct buffer buffer;
    for (uint32_t elements = 0; elements < 9; elements++) {
        uint32_t options = MACH_RCV_TRAILER_ELEMENTS(elements);
        CHECK_EQ(say(port, 1), OK);
        CHECK_EQ(receive_into(&buffer, 24 + trailers[elements] - 1, port, options | MACH_RCV_LARGE),
                 MACH_RCV_TOO_LARGE);
        CHECK_EQ(receive_into(&buffer, 24 + trailers[elements], port, options | MACH_RCV_LARGE), OK);
        CHECK_EQ(buffer.header.msgh_size, 24);
        check_untouched(&buffer, 24 + trailers[elements]);
    }
    destroy_port(port);
}

TEST(too_large_and_left_in_the_queue, "P145 P48")
{
    static const uint32_t rcv_sizes[] = { 0, 4, 8, 16, 24, 28, 47 };
    mach_port_t port = make_port(), set = set_new();
    struct buffer buffer;
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 77);
    message.header.msgh_size = 40;
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(message_send(&message, 0), OK);
    for (int from_set = 0; from_set <= 1; from_set++) {
        mach_port_t from = from_set ? set : port;
        for (size_t i = 0; i < sizeof(rcv_sizes) / sizeof(rcv_sizes[0]); i++) {
            uint32_t size = rcv_sizes[i];
            CHECK_EQ(receive_into(&buffer, size, from, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
            CHECK_EQ(buffer.header.msgh_bits, 0xeeeeeeee);
            CHECK_EQ(buffer.header.msgh_size, size >= 8 ? 40 : 0xeeeeeeee);
            CHECK_EQ(buffer.header.msgh_local_port, 0xeeeeeeee);
            check_untouched(&buffer, 8);
            CHECK_EQ(receive_into(&buffer, size, from, MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY),
                     MACH_RCV_TOO_LARGE);
            CHECK_EQ(buffer.header.msgh_local_port, size >= 16 ? port : 0xeeeeeeee);
            CHECK_EQ(buffer.header.msgh_remote_port, 0xeeeeeeee);
            check_untouched(&buffer, 16);
        }
    }
    CHECK_EQ(status_of(port).mps_seqno, 0);
    CHECK_EQ(status_of(port).mps_msgcount, 1);
    CHECK_EQ(receive_into(&buffer, 48, set, MACH_RCV_LARGE), OK);
    CHECK_EQ(buffer.header.msgh_id, 77);
    destroy_port(port);
    destroy_port(set);
}

TEST(too_large_into_a_buffer_that_cannot_be_written, "P145 P147")
{
    mach_port_t port = make_port();
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(mach_msg((mach_msg_header_t *)64, MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_TIMEOUT, 0, 24, port,
                      0, 0),
             MACH_RCV_INVALID_DATA);
    CHECK_EQ(mach_msg((mach_msg_header_t *)64, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 1024, port, 0, 0),
             MACH_RCV_INVALID_DATA);
    destroy_port(port);
}

TEST(too_large_and_taken, "P146 P124")
{
    mach_port_t port = make_port(), reply = make_port(), carried = port_new_with_sends(1);
    struct buffer buffer;
    CHECK_EQ(mach_port_set_context(SELF, port, 0x1122334455667788), OK);
    struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 77);
    message.header.msgh_voucher_port = 0x123;
    add_port(&message, carried, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    uint32_t options = MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);
    CHECK_EQ(receive_into(&buffer, 99, port, options), MACH_RCV_TOO_LARGE); /* 40 + 60 would do */
    CHECK_EQ(buffer.header.msgh_size, 24);
    CHECK_EQ(buffer.header.msgh_id, 77);
    CHECK_EQ(buffer.header.msgh_bits & MACH_MSGH_BITS_COMPLEX, MACH_MSGH_BITS_COMPLEX);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(buffer.header.msgh_bits), MOVE_SEND);
    CHECK_EQ(buffer.header.msgh_local_port, port);
    CHECK_EQ(buffer.header.msgh_remote_port, MACH_PORT_NULL);
    mach_msg_context_trailer_t trailer;
    memcpy(&trailer, buffer.bytes, sizeof(trailer));
    CHECK_EQ(trailer.msgh_trailer_size, 60);
    CHECK_EQ(trailer.msgh_seqno, 0);
    CHECK_EQ(trailer.msgh_sender.val[0], 0);
    CHECK_EQ(trailer.msgh_sender.val[1], 1);
    CHECK_EQ(trailer.msgh_audit.val[5], 0);
    CHECK_EQ(trailer.msgh_context, 0x1122334455667788);
    check_untouched(&buffer, 24 + 60);
    expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(status_of(port).mps_seqno, 1);
    CHECK_EQ(status_of(port).mps_msgcount, 0);
    destroy_port(port);
    destroy_port(reply);
    destroy_port(carried);
}

TEST(too_large_for_header_or_trailer, "P146")
{
    static const uint32_t rcv_sizes[] = { 0, 8, 16, 23, 24, 28, 31, 40, 50 };
    mach_port_t port = make_port();
    struct buffer buffer;
    for (size_t i = 0; i < sizeof(rcv_sizes) / sizeof(rcv_sizes[0]); i++) {
        struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 77);
        message.header.msgh_size = 200;
        CHECK_EQ(message_send(&message, 0), OK);
        uint32_t size = rcv_sizes[i];
        CHECK_EQ(receive_into(&buffer, size, port, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SENDER)),
                 size < 24 ? MACH_RCV_INVALID_DATA : MACH_RCV_TOO_LARGE);
        check_untouched(&buffer, size < 24 + 20 ? size : 24 + 20);
        CHECK_EQ(status_of(port).mps_msgcount, 0);
    }
    destroy_port(port);
}

TEST(too_large_keeps_a_reply_that_is_none, "P146")
{
    static const mach_port_t names[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    mach_port_t port = make_port();
    struct buffer buffer;
    for (int i = 0; i < 2; i++) {
        struct message message = message_plain(port, MAKE_SEND, names[i], COPY_SEND, 77);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(receive_into(&buffer, 24, port, 0), MACH_RCV_TOO_LARGE);
        CHECK_EQ(buffer.header.msgh_remote_port, names[i]);
    }
    destroy_port(port);
}

/* ---- what arrives ---- */

TEST(the_header_is_turned_round, "P148 P149 P150")
{
    static const uint32_t how[] = { 0, MOVE_SEND, MOVE_SEND_ONCE, COPY_SEND, MAKE_SEND, MAKE_SEND_ONCE };
    static const uint32_t seen[] = { 0, 17, 18, 17, 17, 18 };
    struct buffer buffer;
    for (int d = 1; d < 6; d++) {
        for (int r = 0; r < 6; r++) {
            mach_port_t dest = port_new_with_sends(2), reply = port_new_with_sends(2);
            mach_port_t dest_name = how[d] == MOVE_SEND_ONCE ? so_make(dest) : dest;
            mach_port_t reply_name = how[r] == 0                ? MACH_PORT_NULL
                                     : how[r] == MOVE_SEND_ONCE ? so_make(reply)
                                                                : reply;
            struct message message = message_plain(dest_name, how[d], reply_name, how[r], 0x7fedcba9);
            message.header.msgh_size = 36;
            message.words[0] = 0x01020304;
            CHECK_EQ(message_send(&message, 0), OK);
            CHECK_EQ(receive_into(&buffer, sizeof(buffer), dest, 0), OK);
            CHECK_EQ(buffer.header.msgh_bits, MACH_MSGH_BITS(seen[r], seen[d]));
            CHECK_EQ(buffer.header.msgh_size, 36);
            CHECK_EQ(buffer.header.msgh_local_port, dest);
            CHECK_EQ(buffer.header.msgh_id, 0x7fedcba9);
            CHECK_MEM_EQ(buffer.bytes, &message.words[0], 12);
            if (seen[r] == 0)
                CHECK_EQ(buffer.header.msgh_remote_port, MACH_PORT_NULL);
            else if (seen[r] == 17)
                CHECK_EQ(buffer.header.msgh_remote_port, reply);
            else
                CHECK_EQ(type_of(buffer.header.msgh_remote_port), MACH_PORT_TYPE_SEND_ONCE);
            if (seen[r] == 18)
                destroy_port(buffer.header.msgh_remote_port);
            destroy_port(dest);
            destroy_port(reply);
        }
    }
}

TEST(a_reply_is_sent_with_what_arrived, "P148 P120")
{
    mach_port_t port = make_port(), reply = make_port();
    struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
    message.header.msgh_local_port = MACH_PORT_NULL;
    message.header.msgh_id = 101;
    CHECK_EQ(message_send(&message, 0), OK);
    expect_message(reply, 101);
    destroy_port(port);
    destroy_port(reply);
}

TEST(the_local_port_is_the_member, "P149")
{
    mach_port_t set = set_new(), port = make_port();
    struct buffer buffer;
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(receive_into(&buffer, sizeof(buffer), set, 0), OK);
    CHECK_EQ(buffer.header.msgh_local_port, port);
    destroy_port(port);
    destroy_port(set);
}

TEST(the_destination_right_is_used_up_silently, "P149 P78")
{
    mach_port_t at = make_port(), port = make_port();
    struct message message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(status_of(port).mps_sorights, 1);
    expect_message(port, 1);
    CHECK_EQ(status_of(port).mps_sorights, 0);
    expect_nothing(port); /* no SEND_ONCE */
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), OK);
    CHECK_EQ(say(port, 2), OK);
    CHECK_EQ(status_of(port).mps_srights, 1);
    expect_message(port, 2);
    expect_notification(at, MACH_NOTIFY_NO_SENDERS);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_reply_that_died, "P150 P25")
{
    static const uint32_t how[] = { MAKE_SEND, MAKE_SEND_ONCE };
    static const uint32_t seen[] = { 17, 18 };
    struct buffer buffer;
    for (int i = 0; i < 2; i++) {
        mach_port_t port = make_port(), reply = make_port();
        struct message message = message_plain(port, MAKE_SEND, reply, how[i], 1);
        CHECK_EQ(message_send(&message, 0), OK);
        destroy_port(reply);
        CHECK_EQ(receive_into(&buffer, sizeof(buffer), port, 0), OK);
        CHECK_EQ(buffer.header.msgh_remote_port, MACH_PORT_DEAD);
        CHECK_EQ(buffer.header.msgh_bits, MACH_MSGH_BITS(seen[i], 17));
        destroy_port(port);
    }
}

TEST(rights_are_delivered_reply_first, "P152 P153")
{
    mach_port_t port = make_port(), a = make_port(), b = make_port();
    struct message message = message_plain(port, MAKE_SEND, a, MAKE_SEND_ONCE, 1);
    add_port(&message, b, MAKE_SEND_ONCE);
    add_port(&message, b, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.port[1].name, b);
    CHECK_EQ(type_of(message.header.msgh_remote_port), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(type_of(message.port[0].name), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_NE(message.header.msgh_remote_port, message.port[0].name);
    destroy_port(message.header.msgh_remote_port);
    destroy_port(message.port[0].name);
    destroy_port(a);
    destroy_port(b);
    destroy_port(port);
}

/* ---- a space without room: P154, P155 ---- */

/* Fills the caller's space until no name can be had; gives one of the names. */
static mach_port_t fill_space(void)
{
    mach_port_t name = MACH_PORT_NULL, last = MACH_PORT_NULL;
    for (int i = 0; i < 2000000 && mach_port_allocate(SELF, DEAD_NAME, &name) == OK; i++)
        last = name;
    return last;
}

static int child_without_room(void *argument)
{
    mach_port_t port = make_port(), other = make_port(), once, spare;
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 5);
    mach_port_t names[] = { other, MACH_PORT_NULL, other };
    mach_port_t reply_port = mach_reply_port();
    (void)reply_port;
    add_port(&message, other, MAKE_SEND_ONCE);
    add_port(&message, other, MAKE_SEND);
    add_ports(&message, names, 3, MAKE_SEND_ONCE, false);
    CHECK_EQ(message_send(&message, 0), OK);
    message = message_plain(port, MAKE_SEND, other, MAKE_SEND_ONCE, 6);
    CHECK_EQ(message_send(&message, 0), OK);
    spare = fill_space();
    CHECK_EQ(mach_port_allocate(SELF, RECEIVE, &once) == KERN_NO_SPACE ||
                 mach_port_allocate(SELF, RECEIVE, &once) == KERN_RESOURCE_SHORTAGE,
             true);
    CHECK_EQ(message_receive(&message, port, 0), MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE);
    CHECK_EQ(message.header.msgh_id, 5);
    CHECK_EQ(message.port[0].name, MACH_PORT_NULL);
    CHECK_EQ(message.port[1].name, other); /* needs no new name */
    mach_msg_ool_ports_descriptor_t *ports = descriptor(&message, 2);
    CHECK_EQ(ports->count, 3);
    REQUIRE(ports->address != NULL);
    CHECK_EQ(((mach_port_t *)ports->address)[0], MACH_PORT_NULL);
    CHECK_EQ(((mach_port_t *)ports->address)[2], MACH_PORT_NULL);
    for (int i = 0; i < 3; i++)
        expect_notification(other, MACH_NOTIFY_SEND_ONCE); /* what could not be named was destroyed */
    CHECK_EQ(message_receive(&message, port, 0), MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE);
    CHECK_EQ(message.header.msgh_size, 24);
    CHECK_EQ(message.header.msgh_remote_port, MACH_PORT_NULL);
    expect_notification(other, MACH_NOTIFY_SEND_ONCE);
    /* with one free name it works again */
    message = message_plain(port, MAKE_SEND, other, MAKE_SEND_ONCE, 7);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(mach_port_destroy(SELF, spare), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    return WORLD_OK;
}

TEST(rights_that_find_no_name, "P154 P155 P10 P134")
{
    if (under_thread_sanitizer())
        SKIP("a quarter of a million calls, and no threads");
    world_task *task = world_task_spawn(child_without_room, NULL, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
}

static int child_with_many_names(void *argument)
{
    mach_port_t name;
    unsigned n = 0;
    while (mach_port_allocate(SELF, DEAD_NAME, &name) == OK)
        n++;
    CHECK_GE(n, 262144 - 200);
    return WORLD_OK;
}

TEST(a_space_holds_many_names, "P10")
{
    if (under_thread_sanitizer())
        SKIP("a quarter of a million calls, and no threads");
    world_task *task = world_task_spawn(child_with_many_names, NULL, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
}

/* ---- options ---- */

TEST(receive_options_without_effect, "P158")
{
    mach_port_t port = make_port();
    struct buffer buffer;
    CHECK_EQ(MACH_RCV_NOTIFY, 0);
    CHECK_EQ(MACH_RCV_OVERWRITE, 0);
    CHECK_EQ(say(port, 1), OK);
    memset(&buffer, FILLER, sizeof(buffer));
    CHECK_EQ(mach_msg_overwrite(&buffer.header, MACH_RCV_MSG | MACH_RCV_SYNC_PEEK, 0, sizeof(buffer), port, 0,
                                0x1234567, &buffer.header, 3),
             OK);
    CHECK_EQ(buffer.header.msgh_id, 1);
    destroy_port(port);
}

TEST(sync_wait_needs_a_special_reply_port, "P140")
{
    mach_port_t port = make_port();
    struct buffer buffer;
    memset(&buffer, FILLER, sizeof(buffer));
    kern_return_t kr = mach_msg(&buffer.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT, 0,
                                sizeof(buffer), port, 0, 0);
    CHECK(kr == MACH_RCV_INVALID_NOTIFY || kr == MACH_RCV_TIMED_OUT); /* TIMED_OUT: not built, P1 */
    destroy_port(port);
}

TEST(send_and_receive_in_one_call, "P159")
{
    mach_port_t port = port_new_with_sends(1), unknown = name_unknown();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(message), port, 0, 0), OK);
    CHECK_EQ(message.header.msgh_id, 1);
    /* the send fails: nothing is received, the receive name is not looked at */
    CHECK_EQ(say(port, 9), OK);
    message = message_plain(unknown, COPY_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(message), unknown, 0, 0),
             MACH_SEND_INVALID_DEST);
    CHECK_EQ(status_of(port).mps_msgcount, 1);
    /* the send succeeds: then the name is looked up */
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 10);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(message), unknown, 0, 0),
             MACH_RCV_INVALID_NAME);
    CHECK_EQ(status_of(port).mps_msgcount, 2);
    expect_message(port, 9);
    expect_message(port, 10);
    /* a receive right that the send moved away does not count */
    mach_port_t where = make_port();
    message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, message.header.msgh_size,
                      sizeof(message), port, 0, 0),
             MACH_RCV_INVALID_NAME);
    destroy_port(where);
    destroy_port(port);
}

TEST(each_half_has_its_own_timeout, "P159 P117 P143")
{
    mach_port_t port = make_port(), full = port_new_with_sends(1);
    qlimit_set(full, 0);
    struct message message = message_plain(full, COPY_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_TIMEOUT, 24, sizeof(message),
                      port, 10, 0),
             MACH_SEND_TIMED_OUT);
    qlimit_set(full, 5);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, 24, sizeof(message),
                      port, 10, 0),
             MACH_RCV_TIMED_OUT);
    destroy_port(port);
    destroy_port(full);
}
