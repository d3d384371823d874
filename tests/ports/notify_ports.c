/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/notify_ports.c - section 4: what is told of ports, that there is room, no sender, no receiver; and unused send-once
 * rights */
#include "tests/ports/util.h"

/* ---- send possible ---- */

TEST(send_possible_requests_by_kind, "P75")
{
    mach_port_t at = make_port(), previous;
    CHECK_EQ(request_previous(MACH_PORT_NULL, 66, 0, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_ARGUMENT);
    CHECK_EQ(request_previous(MACH_PORT_DEAD, 66, 0, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_ARGUMENT);
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        for (uint32_t sync = 0; sync <= 1; sync++) {
            struct item item = item_new(kind, 2);
            bool dead = kind == K_DN || kind == K_S_DEAD || kind == K_SO_DEAD;
            kern_return_t expected = kind == K_SET       ? KERN_INVALID_RIGHT
                                     : kind == K_UNKNOWN ? KERN_INVALID_NAME
                                                         : OK;
            int64_t before = dead ? refs_of(item.name, DEAD_NAME) : 0;
            drain(at);
            CHECK_EQ(request_previous(item.name, 66, sync, at, MAKE_SEND_ONCE, &previous), expected);
            if (dead) {
                CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), item.name);
                CHECK_EQ(refs_of(item.name, DEAD_NAME), before + 1);
            } else if (expected == OK && sync) {
                CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), item.name);
                CHECK(!(type_of(item.name) & MACH_PORT_TYPE_DNREQUEST));
            } else if (expected == OK) {
                expect_nothing(at);
                CHECK(type_of(item.name) & MACH_PORT_TYPE_DNREQUEST);
            }
            item_free(&item);
        }
    }
    destroy_port(at);
}

TEST(an_immediate_request_waits_while_the_port_is_full, "P75 P76")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1), once;
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK);
    expect_nothing(at);
    once = so_make(port);
    CHECK_EQ(request(once, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK); /* send-once: always possible */
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), once);
    expect_message(port, 1);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), port);
    expect_message(port, 1);
    expect_nothing(at);
    destroy_port(once);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_delayed_request_does_not_fire_unarmed, "P76 P75")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, at), OK);
    expect_message(port, 1);
    expect_nothing(at);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), port); /* but it hears of the death */
    CHECK_EQ(refs_of(port, DEAD_NAME), 2);
    destroy_port(port);
    destroy_port(at);
}

TEST(an_armed_request_hears_of_the_death, "P76 P73")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), port);
    destroy_port(port);
    destroy_port(at);
}

TEST(what_does_not_fire_an_armed_request, "P76 P59")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK);
    qlimit_set(port, 10);
    expect_nothing(at);
    CHECK_EQ(unpark(park(port)), port);
    expect_nothing(at);
    struct message message;
    CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 24, port, 0, 0),
             MACH_RCV_TOO_LARGE);
    expect_nothing(at);
    expect_message(port, 1);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), port);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_receiver_finds_its_own_notification_queued, "P76 P153")
{
    mach_port_t port = port_new_with_sends(1);
    qlimit_set(port, 1);
    fill(port);
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, port), OK);
    expect_message(port, 1);
    CHECK_EQ(expect_notification(port, MACH_NOTIFY_SEND_POSSIBLE), port);
    destroy_port(port);
}

static int child_waiting_for_room(void *argument)
{
    mach_port_t parent = world_parent_port(), at = make_port();
    struct message message = message_plain(parent, COPY_SEND, MACH_PORT_NULL, 0, 2);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(mach_port_deallocate(SELF, parent), OK); /* the reference of the pseudo-receive */
    CHECK_EQ(request(parent, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_SEND_POSSIBLE), parent);
    message = message_plain(parent, COPY_SEND, MACH_PORT_NULL, 0, 2);
    CHECK_EQ(message_send(&message, -1), OK);
    return WORLD_OK;
}

TEST(send_possible_reaches_other_tasks, "P76")
{
    mach_port_t from = port_new_with_sends(1);
    qlimit_set(from, 1);
    fill(from);
    world_task *task = world_task_spawn(child_waiting_for_room, NULL, from);
    world_settle();
    expect_message(from, 1);
    expect_message(from, 2);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    destroy_port(from);
}

/* ---- no senders ---- */

TEST(no_senders_on_a_fresh_port, "P77")
{
    static const struct {
        uint32_t sync;
        bool at_once;
    } cases[] = { { 0, true }, { 1, false }, { 2, false } };
    for (int i = 0; i < 3; i++) {
        mach_port_t at = make_port(), port = make_port();
        CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, cases[i].sync, at), OK);
        CHECK_EQ(status_of(port).mps_nsrequest, !cases[i].at_once);
        if (cases[i].at_once) {
            CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 0);
        } else {
            expect_nothing(at);
            send_add(port, 1);
            CHECK_EQ(mach_port_deallocate(SELF, port), OK);
            CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 1); /* sync is not compared again */
            CHECK_EQ(status_of(port).mps_nsrequest, 0);
        }
        destroy_port(port);
        destroy_port(at);
    }
}

TEST(no_senders_compares_sync_with_the_make_send_count, "P77 P78")
{
    mach_port_t at = make_port(), port = make_port(), previous;
    CHECK_EQ(mach_port_set_mscount(SELF, port, 5), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 5, at), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 5);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 6, at), OK);
    expect_nothing(at);
    CHECK_EQ(request_previous(port, MACH_NOTIFY_NO_SENDERS, 0, at, MAKE_SEND_ONCE, &previous),
             OK); /* fires, and gives back */
    CHECK_EQ(type_of(previous), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 5);
    CHECK_EQ(status_of(port).mps_nsrequest, 0);
    destroy_port(previous);
    send_add(port, 1);
    drain(at);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 0, at), OK); /* there is a sender */
    expect_nothing(at);
    destroy_port(port);
    destroy_port(at);
}

TEST(rights_in_messages_are_senders, "P78")
{
    mach_port_t at = make_port(), port = make_port(), where = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), OK);
    struct message message = message_with_port(where, MAKE_SEND, 1, port, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    expect_nothing(at);
    destroy_port(where);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 2, at), OK);
    message = message_with_port(port, MAKE_SEND_ONCE, 1, port, MAKE_SEND); /* on the port itself */
    CHECK_EQ(message_send(&message, 0), OK);
    expect_nothing(at);
    drain(port);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 2);
    destroy_port(port);
    destroy_port(at);
}

TEST(the_destination_right_counts_until_the_message_is_taken, "P78 P149")
{
    mach_port_t at = make_port(), port = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), OK);
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(say(port, 2), OK);
    expect_message(port, 1);
    expect_nothing(at);
    expect_message(port, 2);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 2);
    mach_port_t once = so_make(port);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 3, at), OK);
    CHECK_EQ(mach_port_deallocate(SELF, once), OK); /* send-once rights do not count */
    expect_nothing(at);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_no_senders_request_stays_with_the_port, "P79 P50")
{
    mach_port_t at = make_port(), port = port_new_with_sends(1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), OK);
    CHECK_EQ(unpark(park(port)), port);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_NO_SENDERS), 0); /* the count was cleared by the move */
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), OK);
    destroy_port(port);
    expect_notification(at, MACH_NOTIFY_SEND_ONCE);
    destroy_port(at);
}

/* ---- port destroyed ---- */

TEST(port_destroyed_requests, "P80")
{
    mach_port_t at = make_port(), port = make_port(), previous;
    CHECK_EQ(request_previous(port, 69, 1, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_VALUE);
    CHECK_EQ(request_previous(name_unknown(), 69, 1, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_VALUE);
    CHECK_EQ(request(port, 69, 0, at), OK);
    CHECK_EQ(status_of(port).mps_pdrequest, 1);
    drain(at);
    CHECK_EQ(request_previous(port, 69, 0, at, MAKE_SEND_ONCE, &previous), KERN_FAILURE);
    expect_message(at, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(request_previous(port, 69, 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous), KERN_FAILURE);
    destroy_port(at);
    destroy_port(port);
}

TEST(port_destroyed_saves_the_port, "P81")
{
    for (int way = 0; way < 4; way++) {
        mach_port_t at = make_port(), port = make_port(), sender, tell = make_port();
        mach_msg_type_name_t type;
        CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 50, tell), OK);
        CHECK_EQ(mach_port_extract_right(SELF, port, MAKE_SEND_ONCE, &sender, &type), OK);
        struct message message = message_plain(sender, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 33);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, at), OK);
        if (way == 0)
            CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
        else if (way == 1)
            CHECK_EQ(mach_port_destroy(SELF, port), OK);
        else if (way == 2)
            CHECK_EQ(mach_port_destruct(SELF, port, 0, 0), OK);
        else
            destroy_port(park(port)); /* a message that carries it is sunk */
        CHECK_EQ(type_of(port), 0);
        expect_nothing(tell);
        mach_port_t again = expect_notification(at, MACH_NOTIFY_PORT_DESTROYED);
        CHECK_EQ(type_of(again), MACH_PORT_TYPE_RECEIVE);
        CHECK_EQ(status_of(again).mps_pdrequest, 0);
        CHECK_EQ(status_of(again).mps_nsrequest, 1);
        expect_message(again, 33);
        destroy_port(again);
        expect_message(tell, MACH_NOTIFY_SEND_ONCE);
        destroy_port(at);
        destroy_port(tell);
    }
}

TEST(a_port_that_cannot_be_saved_dies, "P81")
{
    mach_port_t at = make_port();
    struct item item = item_new(K_RS, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_PORT_DESTROYED, 0, at), OK);
    destroy_port(at);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, RECEIVE, -1), OK);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_DEAD_NAME);
    item_free(&item);
    item = item_new(K_RS, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_PORT_DESTROYED, 0, item.name), OK); /* would travel to itself */
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, RECEIVE, -1), OK);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_DEAD_NAME);
    item_free(&item);
}

TEST(a_refused_port_destroyed_right_destroys_the_port, "P81")
{
    mach_port_t at = make_port();
    struct item item = item_new(K_S, 1);
    mach_port_t port = unpark(item.holder);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, at), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND);
    destroy_port(at); /* with the message in its queue */
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    destroy_port(port);
}

/* ---- send once ---- */

TEST(an_unused_send_once_right_always_produces_a_message, "P82")
{
    mach_port_t port = make_port(), where = make_port();
    mach_port_t once = so_make(port);
    CHECK_EQ(mach_port_destroy(SELF, once), OK);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    struct message message = message_plain(where, MAKE_SEND, port, MAKE_SEND_ONCE, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    message = message_with_port(where, MAKE_SEND, 1, port, MAKE_SEND_ONCE);
    CHECK_EQ(message_send(&message, 0), OK);
    destroy_port(where); /* sinks both */
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(status_of(port).mps_sorights, 0);
    expect_nothing(port);
    destroy_port(port);
}
