/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/queue.c - section 6.4 without P122: cycles, admission, order */
#include "tests/ports/util.h"

/* ---- cycles ---- */

TEST(a_port_sent_to_itself_dies, "P114")
{
    mach_port_t port = port_new_with_sends(1);
    struct message message = message_with_port(port, COPY_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    destroy_port(port);
}

/* ports[0] lies in the queue of ports[1], that in the queue of ports[2] ...; then the last is sent to the first. */
static void close_the_circle(int n)
{
    mach_port_t ports[8];
    for (int i = 0; i < n; i++)
        ports[i] = port_new_with_sends(1);
    for (int i = 0; i < n - 1; i++) {
        struct message message = message_with_port(ports[i + 1], COPY_SEND, 1, ports[i], MOVE_RECEIVE);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(type_of(ports[i]), MACH_PORT_TYPE_SEND);
    }
    struct message message = message_with_port(ports[0], COPY_SEND, 1, ports[n - 1], MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    for (int i = 0; i < n; i++) {
        CHECK_EQ(type_of(ports[i]), MACH_PORT_TYPE_DEAD_NAME);
        destroy_port(ports[i]);
    }
}

TEST(circles_of_ports_die, "P114")
{
    for (int n = 2; n <= 8; n++)
        close_the_circle(n);
}

TEST(a_chain_is_no_circle, "P114")
{
    mach_port_t a = port_new_with_sends(1), b = port_new_with_sends(1), c = make_port();
    struct message message = message_with_port(a, COPY_SEND, 1, b, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    message = message_with_port(b, COPY_SEND, 2, c, MOVE_RECEIVE); /* into a port in transit */
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, a, 0), OK);
    CHECK_EQ(message.port[0].name, b);
    CHECK_EQ(message_receive(&message, b, 0), OK);
    CHECK_EQ(type_of(message.port[0].name), MACH_PORT_TYPE_RECEIVE);
    destroy_port(message.port[0].name);
    destroy_port(b);
    destroy_port(a);
}

TEST(a_circle_through_an_array_or_the_second_descriptor, "P114")
{
    mach_port_t port = port_new_with_sends(1), other = port_new_with_sends(1);
    struct message message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, 1);
    mach_port_t names[2] = { other, port };
    add_ports(&message, names, 2, MOVE_RECEIVE, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(other), MACH_PORT_TYPE_DEAD_NAME); /* sunk with the message */
    destroy_port(port);
    destroy_port(other);
}

TEST(the_reply_of_a_circular_message_tells, "P114 P124")
{
    mach_port_t port = make_port(), reply = make_port();
    struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 1);
    add_port(&message, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(type_of(port), 0);
    destroy_port(reply);
}

/* ---- admission ---- */

struct sender {
    mach_port_t port;
    int id;
    int timeout;
    _Atomic kern_return_t kr; /* looked at while the thread may be at it */
};

static void *send_one(void *argument)
{
    struct sender *sender = argument;
    struct message message = message_plain(sender->port, MAKE_SEND, MACH_PORT_NULL, 0, sender->id);
    sender->kr = message_send(&message, sender->timeout);
    return NULL;
}

static world_thread *start(struct sender *sender)
{
    sender->kr = -1;
    world_thread *thread = world_thread_spawn(send_one, sender);
    world_yield_until_blocked(thread);
    return thread;
}

TEST(the_limit_is_kept, "P116 P58")
{
    static const uint32_t limits[] = { 0, 1, 5, 16, 1024 };
    for (int i = 0; i < 5; i++) {
        mach_port_t port = make_port();
        qlimit_set(port, limits[i]);
        for (uint32_t n = 0; n < limits[i]; n++)
            CHECK_EQ(say(port, (int)n), OK);
        CHECK_EQ(status_of(port).mps_msgcount, limits[i]);
        CHECK_EQ(say(port, 1), MACH_SEND_TIMED_OUT);
        struct message message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 9999);
        CHECK_EQ(message_send(&message, -1), OK); /* P120 */
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(status_of(port).mps_msgcount, limits[i] + 2);
        for (uint32_t n = 0; n < limits[i]; n++)
            expect_message(port, (int)n);
        expect_message(port, 9999);
        expect_message(port, 9999);
        destroy_port(port);
    }
}

TEST(a_blocked_sender_gets_the_slot_that_becomes_free, "P116")
{
    mach_port_t port = make_port();
    qlimit_set(port, 1);
    fill(port);
    struct sender sender = { .port = port, .id = 2, .timeout = -1 };
    world_thread *thread = start(&sender);
    CHECK_EQ(sender.kr, -1);
    CHECK_EQ(status_of(port).mps_msgcount, 1);
    expect_message(port, 1);
    CHECK_EQ(status_of(port).mps_msgcount, 1); /* filled at once */
    CHECK_EQ(say(port, 3), MACH_SEND_TIMED_OUT);
    expect_message(port, 2);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, OK);
    expect_nothing(port);
    destroy_port(port);
}

TEST(blocked_senders_go_in_order_of_arrival, "P116 P121")
{
    enum { N = 6 };
    struct sender sender[N];
    world_thread *thread[N];
    mach_port_t port = make_port();
    qlimit_set(port, 1);
    fill(port);
    for (int i = 0; i < N; i++) {
        sender[i] = (struct sender){ .port = port, .id = 10 + i, .timeout = -1 };
        thread[i] = start(&sender[i]);
    }
    expect_message(port, 1);
    for (int i = 0; i < N; i++)
        expect_message(port, 10 + i);
    for (int i = 0; i < N; i++) {
        world_thread_join(thread[i]);
        CHECK_EQ(sender[i].kr, OK);
    }
    destroy_port(port);
}

TEST(a_send_times_out, "P116 P117")
{
    mach_port_t port = make_port();
    qlimit_set(port, 0);
    struct sender sender = { .port = port, .id = 2, .timeout = 30 };
    world_thread *thread = start(&sender);
    CHECK_EQ(sender.kr, -1);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, MACH_SEND_TIMED_OUT);
    /* without the option the number means nothing */
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 3);
    qlimit_set(port, 1);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG, 24, 0, 0, 77, 0), OK);
    sender = (struct sender){ .port = port, .id = 4, .timeout = -1 };
    thread = start(&sender);
    world_sleep_ms(100);
    CHECK_EQ(sender.kr, -1);
    expect_message(port, 3);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, OK);
    destroy_port(port);
}

TEST(a_timeout_in_time_costs_nothing, "P117 P116")
{
    mach_port_t port = make_port();
    qlimit_set(port, 1);
    fill(port);
    struct sender sender = { .port = port, .id = 2, .timeout = 60000 };
    world_thread *thread = start(&sender);
    expect_message(port, 1);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, OK);
    expect_message(port, 2);
    destroy_port(port);
}

/* ---- destination dies ---- */

TEST(a_destination_that_dies_swallows_the_message, "P115 P164 P119")
{
    mach_port_t port = make_port(), reply = make_port();
    qlimit_set(port, 0);
    struct sender sender = { .port = port, .id = 2, .timeout = -1 };
    world_thread *thread = start(&sender);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    world_thread_join(thread);
    CHECK_EQ(sender.kr, OK);
    destroy_port(reply);
}

struct asking {
    mach_port_t port, reply;
    _Atomic kern_return_t kr; /* looked at while the thread may be at it */
    int id;
};

static void *ask(void *argument)
{
    struct asking *asking = argument;
    struct message message = message_plain(asking->port, COPY_SEND, asking->reply, MAKE_SEND_ONCE, 1);
    asking->kr =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(message), asking->reply, 0, 0);
    asking->id = asking->kr == OK ? message.header.msgh_id : 0;
    return NULL;
}

TEST(who_asks_a_dying_port_hears_send_once, "P115 P164 P124")
{
    struct asking asking = { .port = port_new_with_sends(1), .reply = make_port() };
    qlimit_set(asking.port, 0);
    world_thread *thread = world_thread_spawn(ask, &asking);
    world_yield_until_blocked(thread);
    CHECK_EQ(mach_port_mod_refs(SELF, asking.port, RECEIVE, -1), OK);
    world_thread_join(thread);
    CHECK_EQ(asking.kr, OK);
    CHECK_EQ(asking.id, MACH_NOTIFY_SEND_ONCE);
    destroy_port(asking.reply);
}

/* ---- MACH_SEND_NOTIFY ---- */

static kern_return_t send_notify(mach_port_t dest, uint32_t how)
{
    struct message message = message_plain(dest, how, MACH_PORT_NULL, 0, 4);
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_SEND_NOTIFY, 24, 0, 0, 0, 0);
}

TEST(send_notify_arms_a_delayed_request, "P118 P75 P76")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    qlimit_set(port, 1);
    CHECK_EQ(send_notify(port, COPY_SEND), OK); /* no request: nothing special */
    CHECK_EQ(send_notify(port, COPY_SEND), MACH_SEND_TIMED_OUT);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, at), OK);
    CHECK_EQ(send_notify(port, COPY_SEND), MACH_SEND_TIMED_OUT);
    expect_message(port, 4);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), port);
    CHECK(!(type_of(port) & MACH_PORT_TYPE_DNREQUEST));
    destroy_port(port);
    destroy_port(at);
}

TEST(send_notify_with_room_does_not_arm, "P118")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, at), OK);
    CHECK_EQ(send_notify(port, COPY_SEND), OK);
    expect_message(port, 4);
    expect_nothing(at);
    CHECK(type_of(port) & MACH_PORT_TYPE_DNREQUEST);
    destroy_port(port);
    destroy_port(at);
}

TEST(send_notify_does_not_change_a_dead_name_request, "P118")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    CHECK_EQ(send_notify(port, COPY_SEND), MACH_SEND_TIMED_OUT);
    expect_message(port, 1);
    expect_nothing(at);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), port);
    destroy_port(port);
    destroy_port(at);
}

TEST(send_notify_needs_a_name_that_remains, "P118")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1), holder;
    fill(port);
    holder = park(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, at), OK);
    CHECK_EQ(send_notify(port, MOVE_SEND), MACH_SEND_TIMED_OUT); /* the last reference: slot deleted */
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), port);
    mach_port_t again = unpark(holder);
    expect_message(again, 1);
    expect_nothing(at);
    destroy_port(again);
    destroy_port(at);
}

/* ---- success and order ---- */

TEST(a_successful_send_does_not_change_the_buffer, "P119")
{
    mach_port_t port = make_port(), reply = make_port();
    struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 1), sent;
    add_port(&message, reply, MAKE_SEND);
    sent = message;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_MEM_EQ(&message, &sent, sizeof(sent));
    destroy_port(port);
    destroy_port(reply);
}

TEST(replies_do_not_block, "P120 P116")
{
    mach_port_t port = make_port();
    qlimit_set(port, 0);
    for (int i = 0; i < 100; i++) {
        struct message message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, i);
        CHECK_EQ(message_send(&message, -1), OK);
    }
    for (int i = 0; i < 100; i++)
        expect_message(port, i);
    destroy_port(port);
}

TEST(messages_keep_their_order, "P121")
{
    mach_port_t port = make_port(), once[10];
    qlimit_set(port, 100);
    for (int i = 0; i < 10; i++)
        once[i] = so_make(port);
    for (int i = 0; i < 30; i++) {
        struct message message = i % 3 == 0 ? message_plain(once[i / 3], MOVE_SEND_ONCE, MACH_PORT_NULL, 0, i)
                                            : message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, i);
        CHECK_EQ(message_send(&message, 0), OK);
    }
    for (int i = 0; i < 30; i++)
        expect_message(port, i);
    destroy_port(port);
}

TEST(the_kernel_limit_of_a_queue, "P116 P67")
{
    mach_port_t port = make_port();
    qlimit_set(port, 0);
    for (int i = 0; i < 65534; i++) {
        struct message message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, i);
        kern_return_t kr = message_send(&message, -1);
        if (kr == MACH_SEND_NO_BUFFER) {
            destroy_port(port);
            SKIP("no room for 65534 messages here");
        }
        REQUIRE_EQ(kr, OK);
    }
    mach_port_t once = so_make(port);
    CHECK_EQ(mach_port_deallocate(SELF, once), OK); /* its notification is dropped */
    CHECK_EQ(status_of(port).mps_msgcount, 65534);
    struct message message = message_plain(port, MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, -1), MACH_SEND_NO_BUFFER);
    CHECK_EQ(message.header.msgh_bits, MOVE_SEND_ONCE); /* P122 */
    expect_message(port, 0);
    CHECK_EQ(message_send(&message, -1), OK);
    destroy_port(port);
}
