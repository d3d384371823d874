/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/send_checks.c - sections 6.1 and 6.2: the call, and in which order errors of the header are found */
#include "tests/ports/util.h"

static kern_return_t send_raw(void *message, uint32_t size)
{
    return mach_msg(message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* ---- the call ---- */

TEST(neither_send_nor_receive_does_nothing, "P98")
{
    struct message message = message_plain(0x12345678, 99, 0x7777, 98, 1);
    CHECK_EQ(mach_msg(&message.header, MACH_MSG_OPTION_NONE, 3, 5, 0x99999, 10, 7), OK);
    CHECK_EQ(mach_msg(NULL, MACH_SEND_TIMEOUT | MACH_RCV_LARGE, 0, 0, 0, 0, 0), OK);
}

TEST(overwrite_receives_elsewhere, "P98")
{
    mach_port_t port = make_port();
    struct message out = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 5), before, in;
    memcpy(&before, &out, sizeof(out));
    memset(&in, 0, sizeof(in));
    CHECK_EQ(mach_msg_overwrite(&out.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(in), port, 0, 0,
                                &in.header, 0),
             OK);
    CHECK_EQ(in.header.msgh_id, 5);
    CHECK_MEM_EQ(&out, &before, sizeof(out)); /* P119 */
    CHECK_EQ(mach_msg_overwrite(&out.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(out), port, 0, 0, NULL,
                                0),
             OK);
    CHECK_EQ(out.header.msgh_local_port, port);
    destroy_port(port);
}

TEST(unknown_and_kernel_options_are_ignored, "P98 P127 P1")
{
    static const uint32_t options[] = { 0x2000,     0x10000,    0x80000,    0x400000, 0x8000000, 0x10000000,
                                        0x20000000, 0x40000000, 0x80000000, 0x20000,  0x40000,   0x20,
                                        0x100000,   0x200000,   0x800000,   0x200 };
    mach_port_t port = make_port();
    qlimit_set(port, 1);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 5);
        CHECK_EQ(mach_msg(&message.header, (int)(MACH_SEND_MSG | options[i]), 24, 0, 0, 0, 0), OK);
        message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 6);
        /* 0x10000 would be "ignore the limit" if a program could say it */
        CHECK_EQ(mach_msg(&message.header, (int)(MACH_SEND_MSG | MACH_SEND_TIMEOUT | options[i]), 24, 0, 0, 0,
                          0),
                 MACH_SEND_TIMED_OUT);
        expect_message(port, 5);
    }
    destroy_port(port);
}

struct waiting {
    mach_port_t port;
    uint32_t options;
    kern_return_t kr;
    struct message message;
};

static void *receive_here(void *argument)
{
    struct waiting *waiting = argument;
    waiting->kr = mach_msg(&waiting->message.header, (int)(MACH_RCV_MSG | waiting->options), 0,
                           sizeof(waiting->message), waiting->port, 0, 0);
    return NULL;
}

static void *send_here(void *argument)
{
    struct waiting *waiting = argument;
    waiting->message = message_plain(waiting->port, MAKE_SEND, MACH_PORT_NULL, 0, 7);
    waiting->kr = mach_msg(&waiting->message.header, (int)(MACH_SEND_MSG | waiting->options), 24, 0, 0, 0, 0);
    return NULL;
}

TEST(interruption_is_told_when_asked_for, "P99 P141")
{
    struct waiting waiting = { .port = make_port(), .options = MACH_RCV_INTERRUPT, .kr = -1 };
    world_thread *thread = world_thread_spawn(receive_here, &waiting);
    world_yield_until_blocked(thread);
    world_thread_interrupt(thread);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, MACH_RCV_INTERRUPTED);

    qlimit_set(waiting.port, 0);
    waiting.options = MACH_SEND_INTERRUPT;
    waiting.kr = -1;
    thread = world_thread_spawn(send_here, &waiting);
    world_yield_until_blocked(thread);
    world_thread_interrupt(thread);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, MACH_SEND_INTERRUPTED);
    CHECK_EQ(waiting.message.header.msgh_bits, MOVE_SEND); /* P122 */
    CHECK_EQ(refs_of(waiting.port, SEND), 1);
    destroy_port(waiting.port);
}

TEST(interruption_is_hidden_otherwise, "P99 P122")
{
    struct waiting waiting = { .port = make_port(), .kr = -1 };
    world_thread *thread = world_thread_spawn(receive_here, &waiting);
    for (int i = 0; i < 3; i++) {
        world_yield_until_blocked(thread);
        world_thread_interrupt(thread);
    }
    world_yield_until_blocked(thread);
    CHECK_EQ(waiting.kr, -1);
    CHECK_EQ(say(waiting.port, 4), OK);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, OK);
    CHECK_EQ(waiting.message.header.msgh_id, 4);

    qlimit_set(waiting.port, 0);
    waiting.kr = -1;
    thread = world_thread_spawn(send_here, &waiting);
    for (int i = 0; i < 3; i++) {
        world_yield_until_blocked(thread);
        world_thread_interrupt(thread);
    }
    world_yield_until_blocked(thread);
    CHECK_EQ(waiting.kr, -1);
    qlimit_set(waiting.port, 1);
    world_thread_join(thread);
    CHECK_EQ(waiting.kr, OK);
    expect_message(waiting.port, 7);
    /* the message was repeated from the buffer, where MAKE_SEND had become MOVE_SEND: nothing is left over */
    CHECK_EQ(type_of(waiting.port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(waiting.port);
}

struct combined {
    mach_port_t to, from;
    kern_return_t kr;
    struct message message;
};

static void *send_and_receive(void *argument)
{
    struct combined *combined = argument;
    combined->message = message_plain(combined->to, MAKE_SEND, MACH_PORT_NULL, 0, 7);
    combined->kr = mach_msg(&combined->message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24,
                            sizeof(combined->message), combined->from, 0, 0);
    return NULL;
}

TEST(an_interrupted_receive_does_not_send_again, "P159 P99")
{
    struct combined combined = { .to = make_port(), .from = make_port(), .kr = -1 };
    world_thread *thread = world_thread_spawn(send_and_receive, &combined);
    for (int i = 0; i < 3; i++) {
        world_yield_until_blocked(thread);
        world_thread_interrupt(thread);
    }
    world_yield_until_blocked(thread);
    CHECK_EQ(combined.kr, -1);
    CHECK_EQ(status_of(combined.to).mps_msgcount, 1);
    CHECK_EQ(say(combined.from, 4), OK);
    world_thread_join(thread);
    CHECK_EQ(combined.kr, OK);
    CHECK_EQ(combined.message.header.msgh_id, 4);
    destroy_port(combined.to);
    destroy_port(combined.from);
}

TEST(the_size_is_the_argument, "P100")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 5);
    message.header.msgh_size = 0x7fffffff;
    message.words[0] = 0x11111111;
    message.words[1] = 0x22222222;
    CHECK_EQ(send_raw(&message, 28), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_size, 28);
    CHECK_EQ(message.words[0], 0x11111111);
    CHECK_EQ(message.words[1], 0); /* the trailer's type */
    CHECK_EQ(message.words[2], 8);
    destroy_port(port);
}

/* ---- the order of checks ---- */

TEST(size_checks_come_first, "P101")
{
    struct message message = message_plain(MACH_PORT_NULL, 99, MACH_PORT_NULL, 0, 1);
    static const uint32_t small[] = { 0, 4, 20, 23, 25, 26, 27, 30, 50331581 };
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
        CHECK_EQ(send_raw(&message, small[i]), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(send_raw(&message, 50331584), MACH_SEND_TOO_LARGE);
    CHECK_EQ(send_raw(&message, 0xfffffffc), MACH_SEND_TOO_LARGE);
    CHECK_EQ(send_raw((void *)8, 3), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(send_raw((void *)8, 0xfffffffc), MACH_SEND_TOO_LARGE);
    CHECK_EQ(send_raw((void *)8, 24), MACH_SEND_INVALID_DATA);
    CHECK_EQ(send_raw(NULL, 24), MACH_SEND_INVALID_DATA);
    CHECK_EQ(send_raw(&message, 24), MACH_SEND_INVALID_HEADER);
}

TEST(a_complex_message_has_a_count, "P101 P110")
{
    struct message message = message_plain(MACH_PORT_NULL, 99, MACH_PORT_NULL, 0, 1);
    message.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    CHECK_EQ(send_raw(&message, 24), MACH_SEND_MSG_TOO_SMALL);
    message.body.msgh_descriptor_count = 1;
    CHECK_EQ(send_raw(&message, 28), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(send_raw(&message, 36), MACH_SEND_MSG_TOO_SMALL);
    message.body.msgh_descriptor_count = 0xffffffff;
    CHECK_EQ(send_raw(&message, 200), MACH_SEND_MSG_TOO_SMALL);
    message.body.msgh_descriptor_count = 1;
    CHECK_EQ(send_raw(&message, 40), MACH_SEND_INVALID_HEADER); /* the count is fine: next check */
}

TEST(a_body_that_cannot_be_read, "P101")
{
    uint32_t page = page_size();
    char *memory = make_memory(page * 2);
    mach_port_t port = make_port();
    struct message message = message_plain(port, 99, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)(memory + page), page), OK);
    void *edge = memory + page - 24;
    memcpy(edge, &message, 24);
    CHECK_EQ(send_raw(edge, 24), MACH_SEND_INVALID_HEADER);
    CHECK_EQ(send_raw(edge, 28), MACH_SEND_INVALID_DATA);
    edge = memory + page - 12;
    memcpy(edge, &message, 12);
    CHECK_EQ(send_raw(edge, 24), MACH_SEND_INVALID_DATA);
    vm_deallocate(SELF, (vm_address_t)memory, page);
    destroy_port(port);
}

TEST(header_dispositions, "P102")
{
    mach_port_t port = make_port();
    for (uint32_t how = 0; how < 32; how++) {
        struct message message = message_plain(MACH_PORT_NULL, how, MACH_PORT_NULL, 0, 1);
        bool good = how >= MOVE_SEND && how <= MAKE_SEND_ONCE;
        CHECK_EQ(send_raw(&message, 24), good ? MACH_SEND_INVALID_DEST : MACH_SEND_INVALID_HEADER);
        message = message_plain(MACH_PORT_NULL, MAKE_SEND, port, how, 1);
        CHECK_EQ(send_raw(&message, 24), good ? MACH_SEND_INVALID_DEST : MACH_SEND_INVALID_HEADER);
        message = message_plain(MACH_PORT_NULL, MAKE_SEND, MACH_PORT_NULL, how, 1);
        CHECK_EQ(send_raw(&message, 24), good || how == 0 ? MACH_SEND_INVALID_DEST : MACH_SEND_INVALID_HEADER);
    }
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_DEAD, 0, 1);
    CHECK_EQ(send_raw(&message, 24), MACH_SEND_INVALID_HEADER);
    /* other bits are dropped */
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    message.header.msgh_bits |= ~MACH_MSGH_BITS_USER;
    CHECK_EQ(send_raw(&message, 24), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_bits, 0x1100);
    destroy_port(port);
}

TEST(errors_of_the_header_in_order, "P101 P112")
{
    mach_port_t port = port_new_with_sends(1), unknown = name_unknown(), set = set_new();
    struct message message = message_plain(MACH_PORT_DEAD, COPY_SEND, unknown, COPY_SEND, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST); /* 8 before 12 */
    message = message_plain(unknown, COPY_SEND, set, COPY_SEND, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST); /* 11 before 12 */
    message = message_plain(set, COPY_SEND, unknown, COPY_SEND, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_REPLY); /* 12 before 13 */
    message = message_plain(unknown, COPY_SEND, MACH_PORT_NULL, 0, 1);
    message.header.msgh_bits |= MACH_MSG_TYPE_COPY_SEND << 16;
    message.header.msgh_voucher_port = MACH_PORT_DEAD;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER); /* 9 before 11 */
    message.header.msgh_remote_port = MACH_PORT_NULL;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST); /* 8 before 9 */
    message = message_plain(set, COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, unknown, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST); /* 13 before 15 */
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    destroy_port(set);
}

TEST(a_voucher_field_without_disposition_is_data, "P103 P151")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    message.header.msgh_voucher_port = 0xcafe0001;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_voucher_port, 0xcafe0001);
    destroy_port(port);
}

TEST(only_vouchers_are_vouchers, "P103")
{
    mach_port_t port = port_new_with_sends(5);
    static const uint32_t how[] = { MOVE_SEND, COPY_SEND };
    for (int i = 0; i < 2; i++) {
        struct message message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, 1);
        message.header.msgh_bits |= how[i] << 16;
        message.header.msgh_voucher_port = port_new_with_sends(1);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER);
        destroy_port(message.header.msgh_voucher_port);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER); /* unknown */
        message.header.msgh_voucher_port = MACH_PORT_NULL;
        CHECK_EQ(message_send(&message, 0), OK);
        expect_message(port, 1);
    }
    static const uint32_t bad[] = { 16, 18, 20, 21, 31 };
    for (int i = 0; i < 5; i++) {
        struct message message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, 1);
        message.header.msgh_bits |= bad[i] << 16;
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER);
    }
    CHECK_EQ(refs_of(port, SEND), 5);
    destroy_port(port);
}

TEST(no_reply_is_carried_with_its_disposition, "P104 P150")
{
    mach_port_t port = make_port();
    static const mach_port_t names[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    for (int n = 0; n < 2; n++) {
        for (uint32_t how = MOVE_SEND; how <= MAKE_SEND_ONCE; how++) {
            struct message message = message_plain(port, MAKE_SEND, names[n], how, 1);
            CHECK_EQ(message_send(&message, 0), OK);
            CHECK_EQ(message_receive(&message, port, 0), OK);
            CHECK_EQ(message.header.msgh_remote_port, names[n]);
            CHECK_EQ(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits),
                     how == MOVE_SEND_ONCE || how == MAKE_SEND_ONCE ? 18 : 17);
        }
    }
    destroy_port(port);
}

TEST(a_bad_reply_changes_nothing, "P104 P112")
{
    mach_port_t port = port_new_with_sends(2), notify = make_port();
    struct item once = item_new(K_SO, 0);
    struct message message = message_plain(port, MOVE_SEND, name_unknown(), COPY_SEND, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_REPLY);
    message = message_plain(once.name, MOVE_SEND_ONCE, port, MOVE_SEND_ONCE, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_REPLY);
    CHECK_EQ(refs_of(port, SEND), 2);
    CHECK_EQ(type_of(once.name), MACH_PORT_TYPE_SEND_ONCE);
    item_free(&once);
    destroy_port(port);
    destroy_port(notify);
}

TEST(a_dead_name_as_reply, "P105")
{
    static const uint32_t how[] = { COPY_SEND, MOVE_SEND, MOVE_SEND_ONCE };
    mach_port_t port = make_port(), dead = dead_name_new(5);
    for (int i = 0; i < 3; i++) {
        struct message message = message_plain(port, MAKE_SEND, dead, how[i], 1);
        int64_t before = refs_of(dead, DEAD_NAME);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(refs_of(dead, DEAD_NAME), before - (how[i] != COPY_SEND));
        CHECK_EQ(message_receive(&message, port, 0), OK);
        CHECK_EQ(message.header.msgh_remote_port, MACH_PORT_DEAD);
    }
    CHECK_EQ(mach_port_mod_refs(SELF, dead, DEAD_NAME, -2), OK);
    struct message message = message_plain(port, MAKE_SEND, dead, MOVE_SEND, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(dead), 0);
    destroy_port(port);
}

TEST(what_a_destination_costs, "P106 P43")
{
    struct item send = item_new(K_S, 3);
    struct message message = message_plain(send.name, COPY_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(refs_of(send.name, SEND), 3);
    message = message_plain(send.name, MOVE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(refs_of(send.name, SEND), 2);
    message = message_plain(send.name, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST);
    item_free(&send);
    struct item once = item_new(K_SO, 0);
    message = message_plain(once.name, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(once.name), 0);
    expect_message(once.receive, 1);
    item_free(&once);
    mach_port_t port = make_port();
    message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_bits, 0x1200);
    destroy_port(port);
}

/* ---- P107: one name in both fields ---- */

struct same_name {
    enum kind kind;
    uint32_t urefs, dest, reply;
    kern_return_t kr;
    uint32_t left; /* send urefs afterwards */
};

static const struct same_name same_names[] = {
    { K_SO, 0, 18, 18, MACH_SEND_INVALID_DEST, 0 },
    { K_RS, 2, 18, 19, MACH_SEND_INVALID_DEST, 2 },
    { K_RS, 2, 19, 18, MACH_SEND_INVALID_REPLY, 2 }, /* the reply is checked first, and is no send-once right */
    { K_RS, 1, 17, 17, MACH_SEND_INVALID_DEST, 1 },
    { K_RS, 2, 17, 17, OK, 0 },
    { K_RS, 3, 17, 17, OK, 1 },
    { K_RS, 1, 17, 19, OK, 0 },
    { K_RS, 1, 19, 17, OK, 0 },
    { K_RS, 2, 19, 17, OK, 1 },
    { K_RS, 2, 19, 19, OK, 2 },
    { K_RS, 1, 20, 17, OK, 0 },
    { K_RS, 1, 17, 20, OK, 0 },
    { K_RS, 1, 17, 21, OK, 0 },
    { K_RS, 1, 20, 21, OK, 1 },
    { K_RS, 1, 21, 21, OK, 1 },
    { K_RS, 1, 20, 20, OK, 1 },
    { K_R, 0, 20, 21, OK, 0 },
    { K_R, 0, 19, 21, MACH_SEND_INVALID_DEST, 0 },
    { K_R, 0, 21, 19, MACH_SEND_INVALID_REPLY, 0 },
};

TEST(one_name_as_destination_and_reply, "P107")
{
    for (size_t i = 0; i < sizeof(same_names) / sizeof(same_names[0]); i++) {
        const struct same_name *s = &same_names[i];
        struct item item = item_new(s->kind, s->urefs);
        struct message message = message_plain(item.name, s->dest, item.name, s->reply, 1);
        kern_return_t kr = message_send(&message, 0);
        if (kr != s->kr || (kr == OK && refs_of(item.name, SEND) != s->left))
            FAIL("%s with %u urefs, dest %u, reply %u: 0x%x and %lld urefs, expected 0x%x and %u",
                 kind_name[s->kind], s->urefs, s->dest, s->reply, kr, (long long)refs_of(item.name, SEND),
                 s->kr, s->left);
        if (kr != OK && s->kind == K_RS)
            CHECK_EQ(refs_of(item.name, SEND), s->urefs);
        if (kr != OK && s->kind == K_SO)
            CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_SEND_ONCE);
        item_free(&item);
    }
}

TEST(moving_both_from_a_send_right, "P107 P74")
{
    mach_port_t at = make_port();
    struct item send = item_new(K_S, 2);
    CHECK_EQ(request(send.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    struct message message = message_plain(send.name, MOVE_SEND, send.name, MOVE_SEND, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(send.name), 0);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), send.name);
    expect_nothing(at);
    mach_port_t port = unpark(send.holder);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_remote_port, port);
    CHECK_EQ(message.header.msgh_bits, MACH_MSGH_BITS(MOVE_SEND, MOVE_SEND));
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_name_cannot_be_voucher_as_well, "P107 P104")
{
    mach_port_t port = port_new_with_sends(3);
    struct message message = message_plain(port, COPY_SEND, port, COPY_SEND, 1);
    message.header.msgh_bits |= COPY_SEND << 16;
    message.header.msgh_voucher_port = port;
    kern_return_t kr = message_send(&message, 0);
    CHECK(kr == MACH_SEND_INVALID_VOUCHER ||
          kr == MACH_SEND_INVALID_REPLY); /* without vouchers check 9 comes first */
    CHECK_EQ(refs_of(port, SEND), 3);
    destroy_port(port);
}

TEST(port_deleted_in_the_order_dest_then_reply, "P108")
{
    mach_port_t at = make_port();
    struct item dest = item_new(K_S, 1), reply = item_new(K_S, 1);
    CHECK_EQ(request(dest.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    CHECK_EQ(request(reply.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    struct message message = message_plain(dest.name, MOVE_SEND, reply.name, MOVE_SEND, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), dest.name);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), reply.name);
    item_free(&dest);
    item_free(&reply);
    destroy_port(at);
}

/* The option is known and does nothing, as in systems that are shipped: any reply right will do, or none. */
TEST(strict_replies_are_not_enforced, "P126")
{
    mach_port_t port = make_port(), reply = port_new_with_sends(2);
    struct message message;
    static const uint32_t hows[] = { 0, COPY_SEND, MAKE_SEND, MAKE_SEND_ONCE };
    for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
        message = message_plain(port, MAKE_SEND, hows[i] ? reply : MACH_PORT_NULL, hows[i], 1);
        CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_MSG_STRICT_REPLY,
                          message.header.msgh_size, sizeof(message), port, 0, MACH_PORT_NULL),
                 OK);
        mach_msg_destroy(&message.header);
        if (hows[i] == MAKE_SEND_ONCE)
            expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    }
    destroy_port(reply);
    destroy_port(port);
}
