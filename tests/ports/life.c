/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/life.c - section 3 without the guards: counters, moving and dying of ports, limits of queues */
#include "tests/ports/util.h"

static kern_return_t attributes(mach_port_t name, mach_port_flavor_t flavor, void *info, uint32_t count)
{
    mach_msg_type_number_t n = count;
    return mach_port_get_attributes(SELF, name, flavor, info, &n);
}

/* ---- P46: what needs a receive right ---- */

static kern_return_t call_set_mscount(mach_port_t name)
{
    return mach_port_set_mscount(SELF, name, 0);
}

static kern_return_t call_set_seqno(mach_port_t name)
{
    return mach_port_set_seqno(SELF, name, 0);
}

static kern_return_t call_get_context(mach_port_t name)
{
    mach_port_context_t context;
    return mach_port_get_context(SELF, name, &context);
}

static kern_return_t call_set_context(mach_port_t name)
{
    return mach_port_set_context(SELF, name, 0);
}

static kern_return_t call_get_attributes(mach_port_t name)
{
    mach_port_status_t status;
    return attributes(name, MACH_PORT_RECEIVE_STATUS, &status, MACH_PORT_RECEIVE_STATUS_COUNT);
}

static kern_return_t call_set_attributes(mach_port_t name)
{
    mach_port_limits_t limits = { 5 };
    return mach_port_set_attributes(SELF, name, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                    MACH_PORT_LIMITS_INFO_COUNT);
}

static kern_return_t call_no_senders(mach_port_t name)
{
    mach_port_t previous;
    return request_previous(name, MACH_NOTIFY_NO_SENDERS, 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous);
}

static kern_return_t call_port_destroyed(mach_port_t name)
{
    mach_port_t previous;
    return request_previous(name, MACH_NOTIFY_PORT_DESTROYED, 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous);
}

TEST(some_calls_need_a_receive_right, "P46")
{
    static kern_return_t (*const calls[])(mach_port_t) = {
        call_set_mscount,    call_set_seqno,      call_get_context, call_set_context,
        call_get_attributes, call_set_attributes, call_no_senders,  call_port_destroyed,
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (enum kind kind = K_R; kind < N_KINDS; kind++) {
            struct item item = item_new(kind, 2);
            kern_return_t expected = kind == K_R || kind == K_RS ? OK : KERN_INVALID_RIGHT;
            kern_return_t kr = calls[i](item.name);
            if (kind == K_UNKNOWN)
                expected = KERN_INVALID_NAME;
            if (kr != expected)
                FAIL("call %zu on %s: 0x%x, expected 0x%x", i, kind_name[kind], kr, expected);
            item_free(&item);
        }
        CHECK_EQ(calls[i](MACH_PORT_NULL), KERN_INVALID_RIGHT);
        CHECK_EQ(calls[i](MACH_PORT_DEAD), KERN_INVALID_RIGHT);
    }
}

/* ---- counters ---- */

TEST(every_make_send_raises_the_make_send_count, "P47")
{
    mach_port_t port = make_port(), where = make_port(), poly;
    mach_msg_type_name_t type;
    uint32_t n = 0;
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MAKE_SEND), OK);
    CHECK_EQ(status_of(port).mps_mscount, ++n);
    CHECK_EQ(mach_port_extract_right(SELF, port, MAKE_SEND, &poly, &type), OK);
    CHECK_EQ(status_of(port).mps_mscount, ++n);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(status_of(port).mps_mscount, ++n);
    message = message_plain(where, MAKE_SEND_ONCE, port, MAKE_SEND, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(status_of(port).mps_mscount, ++n);
    message = message_plain(port, MAKE_SEND, port, MAKE_SEND, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(status_of(port).mps_mscount, n += 2);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, COPY_SEND), OK);
    CHECK_EQ(mach_port_insert_right(SELF, 0x44403, port, MAKE_SEND_ONCE), OK);
    CHECK_EQ(status_of(port).mps_mscount, n);
    CHECK_EQ(mach_port_set_mscount(SELF, port, 0xffffffff), OK);
    send_add(port, 1);
    CHECK_EQ(status_of(port).mps_mscount, 0); /* wraps */
    destroy_port(port);
    destroy_port(where);
    destroy_port(0x44403);
}

TEST(sequence_numbers_count_messages_taken, "P48")
{
    mach_port_t port = make_port(), set = set_new();
    struct message message;
    for (int i = 0; i < 3; i++)
        CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(status_of(port).mps_seqno, 0);
    CHECK_EQ(message_receive_with(&message, port, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SEQNO), 0), OK);
    CHECK_EQ(((mach_msg_seqno_trailer_t *)(message.bytes))->msgh_seqno, 0);
    CHECK_EQ(status_of(port).mps_seqno, 1);
    CHECK_EQ(mach_port_set_seqno(SELF, port, 0xffffffff), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(message_receive_with(&message, set, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SEQNO), 0), OK);
    CHECK_EQ(((mach_msg_seqno_trailer_t *)(message.bytes))->msgh_seqno, 0xffffffff);
    CHECK_EQ(message_receive_with(&message, set, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SEQNO), 0), OK);
    CHECK_EQ(((mach_msg_seqno_trailer_t *)(message.bytes))->msgh_seqno, 0); /* wraps */
    destroy_port(port);
    destroy_port(set);
}

TEST(messages_too_large_count_unless_they_stay, "P48 P145 P146")
{
    mach_port_t port = make_port();
    struct message message;
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_LARGE, 0, 24, port, 0, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(status_of(port).mps_seqno, 0);
    CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, 24, port, 0, 0), MACH_RCV_TOO_LARGE);
    CHECK_EQ(status_of(port).mps_seqno, 1);
    CHECK_EQ(status_of(port).mps_msgcount, 0);
    destroy_port(port);
}

TEST(a_context_can_be_set_and_read, "P49")
{
    mach_port_t port = make_port();
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_set_context(SELF, port, 0xfedcba9876543210u), OK);
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0xfedcba9876543210u);
    destroy_port(port);
}

TEST(the_context_is_the_guard, "P49 P60")
{
    mach_port_t port = make_port();
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_guard(SELF, port, 7, 0), OK);
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 7);
    CHECK_EQ(mach_port_set_context(SELF, port, 9), OK);
    CHECK_EQ(mach_port_unguard(SELF, port, 7), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_unguard(SELF, port, 9), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 5, 1), OK);
    CHECK_EQ(mach_port_set_context(SELF, port, 9), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    CHECK_EQ(mach_port_unguard(SELF, port, 5), OK);
    destroy_port(port);
}

/* ---- leaving and arriving ---- */

struct receiver {
    mach_port_t port;
    kern_return_t kr;
    int id;
};

static void *receive_one(void *argument)
{
    struct receiver *receiver = argument;
    struct message message;
    receiver->kr = message_receive(&message, receiver->port, -1);
    receiver->id = receiver->kr == OK ? message.header.msgh_id : 0;
    return NULL;
}

TEST(what_a_leaving_receive_right_loses, "P50 P97")
{
    mach_port_t port = port_new_with_sends(1), set = set_new(), notify = make_port();
    struct message message;
    qlimit_set(port, 3);
    CHECK_EQ(mach_port_set_mscount(SELF, port, 40), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 100, notify), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, notify), OK);
    CHECK_EQ(say(port, 10), OK);
    CHECK_EQ(say(port, 11), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(say(port, 12), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 55, 1), OK);
    mach_port_t holder = park(port);
    CHECK_EQ(say(port, 13), OK);                            /* taken on the way */
    CHECK_EQ(say(port, 14), MACH_SEND_TIMED_OUT);           /* and the limit applies */
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -1), OK); /* the reference of the pseudo-receive */
    CHECK_EQ(unpark(holder), port);
    mach_port_status_t status = status_of(port);
    CHECK_EQ(status.mps_pset, 0);
    CHECK_EQ(status.mps_mscount, 0);
    CHECK_EQ(status.mps_seqno, 0);
    CHECK_EQ(status.mps_flags, 0);
    CHECK_EQ(status.mps_qlimit, 3);
    CHECK_EQ(status.mps_msgcount, 3);
    CHECK_EQ(status.mps_pdrequest, 1);
    CHECK_EQ(status.mps_nsrequest, 1);
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    for (int id = 11; id <= 13; id++)
        expect_message(port, id);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS);
    destroy_port(port);
    destroy_port(set);
    destroy_port(notify);
}

TEST(a_leaving_port_wakes_its_receivers, "P50 P141")
{
    struct receiver receiver = { .port = make_port() };
    world_thread *thread = world_thread_spawn(receive_one, &receiver);
    world_yield_until_blocked(thread);
    mach_port_t holder = park(receiver.port);
    world_thread_join(thread);
    CHECK_EQ(receiver.kr, MACH_RCV_PORT_CHANGED);
    destroy_port(holder);
}

struct sender {
    mach_port_t port;
    kern_return_t kr;
};

static void *send_one(void *argument)
{
    struct sender *sender = argument;
    struct message message = message_plain(sender->port, COPY_SEND, MACH_PORT_NULL, 0, 99);
    sender->kr = message_send(&message, -1);
    return NULL;
}

TEST(senders_stay_blocked_while_the_port_moves, "P50 P51")
{
    struct sender sender = { .port = port_new_with_sends(1), .kr = -1 };
    qlimit_set(sender.port, 1);
    fill(sender.port);
    world_thread *thread = world_thread_spawn(send_one, &sender);
    world_yield_until_blocked(thread);
    CHECK_EQ(unpark(park(sender.port)), sender.port);
    world_yield_until_blocked(thread);
    CHECK_EQ(sender.kr, -1);
    expect_message(sender.port, 1);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, OK);
    expect_message(sender.port, 99);
    destroy_port(sender.port);
}

TEST(an_arriving_port_keeps_its_queue_and_is_in_no_set, "P51")
{
    mach_port_t port = port_new_with_sends(1), set = set_new();
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    for (int id = 1; id <= 4; id++)
        CHECK_EQ(say(port, id), OK);
    CHECK_EQ(unpark(park(port)), port);
    expect_nothing(set);
    CHECK_EQ(status_of(port).mps_pset, 0);
    for (int id = 1; id <= 4; id++)
        expect_message(port, id);
    destroy_port(port);
    destroy_port(set);
}

/* ---- death ---- */

TEST(a_dying_port_wakes_receivers_and_senders, "P52 P115 P141")
{
    struct receiver receiver = { .port = make_port() };
    struct sender sender = { .port = port_new_with_sends(2) };
    qlimit_set(sender.port, 0);
    world_thread *receiving = world_thread_spawn(receive_one, &receiver);
    world_thread *sending = world_thread_spawn(send_one, &sender);
    world_yield_until_blocked(receiving);
    world_yield_until_blocked(sending);
    CHECK_EQ(mach_port_mod_refs(SELF, receiver.port, RECEIVE, -1), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, sender.port, RECEIVE, -1), OK);
    world_thread_join(receiving);
    world_thread_join(sending);
    CHECK_EQ(receiver.kr, MACH_RCV_PORT_CHANGED);
    CHECK_EQ(sender.kr, OK);
    destroy_port(sender.port);
}

TEST(a_dying_port_sinks_its_messages_in_order, "P52 P82")
{
    mach_port_t port = make_port(), tell = make_port();
    mach_port_t first = make_port(), second = make_port();
    mach_port_t previous;
    CHECK_EQ(request_previous(first, MACH_NOTIFY_NO_SENDERS, 1, tell, MAKE_SEND_ONCE, &previous), OK);
    CHECK_EQ(request_previous(second, MACH_NOTIFY_NO_SENDERS, 1, tell, MAKE_SEND_ONCE, &previous), OK);
    CHECK_EQ(mach_port_set_mscount(SELF, first, 100), OK);
    CHECK_EQ(mach_port_set_mscount(SELF, second, 200), OK);
    struct message message = message_with_port(port, MAKE_SEND, 1, first, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    message = message_with_port(port, MAKE_SEND, 1, second, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    destroy_port(port);
    CHECK_EQ(expect_notification(tell, MACH_NOTIFY_NO_SENDERS), 101);
    CHECK_EQ(expect_notification(tell, MACH_NOTIFY_NO_SENDERS), 201);
    destroy_port(first);
    destroy_port(second);
    destroy_port(tell);
}

TEST(the_order_of_what_a_death_tells, "P52 P73")
{
    mach_port_t port = port_new_with_sends(1), tell = make_port(), once[2];
    struct message message = message_plain(port, COPY_SEND, tell, MAKE_SEND_ONCE, 1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 9, tell), OK);
    CHECK_EQ(message_send(&message, 0), OK);
    for (int i = 0; i < 2; i++) {
        once[i] = so_make(port);
        CHECK_EQ(request(once[i], MACH_NOTIFY_DEAD_NAME, 0, tell), OK);
    }
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    expect_notification(tell, MACH_NOTIFY_SEND_ONCE); /* the no-senders request */
    expect_notification(tell, MACH_NOTIFY_SEND_ONCE); /* the reply in the queued message */
    CHECK_EQ(expect_notification(tell, MACH_NOTIFY_DEAD_NAME), once[0]);
    CHECK_EQ(expect_notification(tell, MACH_NOTIFY_DEAD_NAME), once[1]);
    expect_nothing(tell);
    destroy_port(port);
    destroy_port(once[0]);
    destroy_port(once[1]);
    destroy_port(tell);
}

TEST(ports_inside_messages_die_with_them, "P52")
{
    mach_port_t outer = make_port(), inner = port_new_with_sends(1), innermost = port_new_with_sends(1);
    struct message message = message_with_port(inner, COPY_SEND, 1, innermost, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    message = message_with_port(outer, MAKE_SEND, 1, inner, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(innermost), MACH_PORT_TYPE_SEND);
    destroy_port(outer);
    CHECK_EQ(type_of(inner), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(innermost), MACH_PORT_TYPE_DEAD_NAME);
    destroy_port(inner);
    destroy_port(innermost);
}

TEST(send_once_rights_to_a_dead_port_go_quietly, "P53 P82")
{
    struct item item = item_new(K_SO_DEAD, 0);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
    CHECK_EQ(type_of(item.name), 0);
}

/* ---- limits of queues ---- */

TEST(a_limit_of_zero_stops_all_but_send_once, "P58 P116")
{
    struct receiver receiver = { .port = make_port() };
    qlimit_set(receiver.port, 0);
    CHECK_EQ(say(receiver.port, 1), MACH_SEND_TIMED_OUT);
    mach_port_mod_refs(SELF, receiver.port, SEND, -1);
    world_thread *thread = world_thread_spawn(receive_one, &receiver);
    world_yield_until_blocked(thread);
    CHECK_EQ(say(receiver.port, 1), MACH_SEND_TIMED_OUT); /* even with a receiver waiting */
    struct message message = message_plain(receiver.port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 5);
    CHECK_EQ(message_send(&message, 0), OK);
    world_thread_join(thread);
    CHECK_EQ(receiver.kr, OK);
    CHECK_EQ(receiver.id, 5);
    destroy_port(receiver.port);
}

TEST(changing_the_limit_drops_nothing, "P59")
{
    mach_port_t port = port_new_with_sends(1);
    fill(port);
    qlimit_set(port, 2);
    CHECK_EQ(status_of(port).mps_msgcount, 5);
    for (int i = 0; i < 3; i++) {
        struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
        expect_message(port, 1);
    }
    CHECK_EQ(say(port, 1), MACH_SEND_TIMED_OUT); /* two of two */
    expect_message(port, 1);
    CHECK_EQ(say(port, 1), OK);
    destroy_port(port);
}

TEST(raising_the_limit_lets_blocked_senders_go, "P59 P116")
{
    struct sender sender[3];
    world_thread *thread[3];
    mach_port_t port = port_new_with_sends(1);
    qlimit_set(port, 1);
    fill(port);
    for (int i = 0; i < 3; i++) {
        sender[i] = (struct sender){ port, -1 };
        thread[i] = world_thread_spawn(send_one, &sender[i]);
        world_yield_until_blocked(thread[i]);
    }
    qlimit_set(port, 3);
    CHECK_EQ(status_of(port).mps_msgcount, 3);
    CHECK_EQ(say(port, 1), MACH_SEND_TIMED_OUT);
    world_thread_join(thread[0]);
    world_thread_join(thread[1]);
    CHECK_EQ(sender[0].kr, OK);
    CHECK_EQ(sender[1].kr, OK);
    CHECK_EQ(sender[2].kr, -1);
    expect_message(port, 1);
    world_thread_join(thread[2]);
    CHECK_EQ(sender[2].kr, OK);
    destroy_port(port);
}
