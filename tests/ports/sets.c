/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/sets.c - section 5: port sets */
#include "tests/ports/util.h"

TEST(a_set_is_an_entry_of_its_own, "P84")
{
    mach_port_t set = set_new(), other = set_new(), port = make_port(), notify = make_port(), previous, poly;
    mach_msg_type_name_t type;
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, other), OK);                /* in any number of sets */
    CHECK_EQ(mach_port_insert_member(SELF, set, other), KERN_INVALID_RIGHT); /* sets do not nest */
    CHECK_EQ(refs_of(set, PORT_SET), 1);
    CHECK_EQ(mach_port_extract_right(SELF, set, MOVE_RECEIVE, &poly, &type), KERN_INVALID_RIGHT);
    CHECK_EQ(request_previous(set, MACH_NOTIFY_DEAD_NAME, 0, notify, MAKE_SEND_ONCE, &previous),
             KERN_INVALID_RIGHT);
    CHECK_EQ(say(port, 3), OK); /* a member remains a normal port */
    CHECK_EQ(refs_of(port, RECEIVE), 1);
    destroy_port(set);
    destroy_port(other);
    destroy_port(port);
    destroy_port(notify);
}

TEST(insert_member_by_kind, "P85 P86")
{
    mach_port_t set = set_new(), member = make_port(), unknown = name_unknown();
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        struct item item = item_new(kind, 1);
        bool receives = kind == K_R || kind == K_RS;
        CHECK_EQ(mach_port_extract_member(SELF, item.name, set),
                 receives ? KERN_NOT_IN_SET : KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_insert_member(SELF, item.name, set), receives ? OK : KERN_INVALID_RIGHT);
        if (receives) {
            CHECK_EQ(mach_port_insert_member(SELF, item.name, set), KERN_ALREADY_IN_SET);
            CHECK_EQ(status_of(item.name).mps_pset, 1);
            CHECK_EQ(mach_port_extract_member(SELF, item.name, set), OK);
            CHECK_EQ(mach_port_extract_member(SELF, item.name, set), KERN_NOT_IN_SET);
            CHECK_EQ(status_of(item.name).mps_pset, 0);
        }
        if (kind != K_SET)
            CHECK_EQ(mach_port_insert_member(SELF, member, item.name), KERN_INVALID_RIGHT);
        item_free(&item);
    }
    unknown = name_unknown();
    CHECK_EQ(mach_port_insert_member(SELF, unknown, set), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_insert_member(SELF, member, unknown), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_extract_member(SELF, unknown, set), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_extract_member(SELF, member, unknown), KERN_INVALID_NAME);
    static const mach_port_t reserved[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(mach_port_insert_member(SELF, reserved[i], set), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_insert_member(SELF, member, reserved[i]), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_insert_member(SELF, unknown, reserved[i]), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_extract_member(SELF, reserved[i], set), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_extract_member(SELF, member, reserved[i]), KERN_INVALID_RIGHT);
    }
    destroy_port(set);
    destroy_port(member);
}

TEST(a_port_leaves_only_the_set_that_is_named, "P86 P96")
{
    mach_port_t one = set_new(), two = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, one), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, two), OK);
    CHECK_EQ(mach_port_extract_member(SELF, port, one), OK);
    CHECK_EQ(status_of(port).mps_pset, 1);
    CHECK_EQ(say(port, 8), OK);
    expect_nothing(one);
    expect_message(two, 8);
    destroy_port(one);
    destroy_port(two);
    destroy_port(port);
}

static uint32_t n_members(mach_port_t set)
{
    mach_port_name_array_t members = NULL;
    mach_msg_type_number_t count = 99;
    CHECK_EQ(mach_port_get_set_status(SELF, set, &members, &count), OK);
    for (uint32_t i = 1; i < count; i++)
        CHECK_LT(members[i - 1], members[i]);
    if (count > 0)
        vm_deallocate(SELF, (vm_address_t)members, count * sizeof(*members));
    return count;
}

TEST(move_member_leaves_all_other_sets, "P87 P95")
{
    mach_port_t one = set_new(), two = set_new(), port = make_port(), unknown = name_unknown();
    CHECK_EQ(mach_port_move_member(SELF, MACH_PORT_NULL, one), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member(SELF, MACH_PORT_DEAD, one), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member(SELF, port, MACH_PORT_DEAD), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member(SELF, unknown, one), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_move_member(SELF, port, unknown), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_move_member(SELF, one, two), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member(SELF, port, port), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_move_member(SELF, port, MACH_PORT_NULL), KERN_NOT_IN_SET);
    CHECK_EQ(mach_port_insert_member(SELF, port, one), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, two), OK);
    CHECK_EQ(mach_port_move_member(SELF, port, two), OK);
    CHECK_EQ(n_members(one), 0);
    CHECK_EQ(n_members(two), 1);
    CHECK_EQ(mach_port_move_member(SELF, port, one), OK);
    CHECK_EQ(n_members(one), 1);
    CHECK_EQ(n_members(two), 0);
    CHECK_EQ(mach_port_insert_member(SELF, port, two), OK);
    CHECK_EQ(mach_port_move_member(SELF, port, MACH_PORT_NULL), OK);
    CHECK_EQ(n_members(one) + n_members(two), 0);
    destroy_port(one);
    destroy_port(two);
    destroy_port(port);
}

struct receiver {
    mach_port_t port;
    uint32_t options;
    uint32_t size;
    kern_return_t kr;
    int id;
    mach_port_t local;
};

static void *receive_one(void *argument)
{
    struct receiver *receiver = argument;
    struct message message;
    uint32_t size = receiver->size ? receiver->size : sizeof(message);
    receiver->kr =
        mach_msg(&message.header, (int)(MACH_RCV_MSG | receiver->options), 0, size, receiver->port, 0, 0);
    receiver->id = receiver->kr == OK ? message.header.msgh_id : 0;
    receiver->local = receiver->kr == OK ? message.header.msgh_local_port : 0;
    return NULL;
}

static world_thread *start(struct receiver *receiver)
{
    receiver->kr = -1;
    world_thread *thread = world_thread_spawn(receive_one, receiver);
    world_yield_until_blocked(thread);
    return thread;
}

TEST(a_port_with_messages_joins_a_set, "P88")
{
    mach_port_t set = set_new(), port = make_port();
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(say(port, 2), OK);
    struct receiver receiver = { .port = set };
    world_thread *thread = start(&receiver);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    world_thread_join(thread);
    CHECK_EQ(receiver.kr, OK);
    CHECK_EQ(receiver.id, 1);
    CHECK_EQ(receiver.local, port);
    expect_message(set, 2);
    destroy_port(set);
    destroy_port(port);
}

TEST(a_member_can_be_received_on_directly, "P89")
{
    mach_port_t set = set_new(), port = make_port(), other = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_insert_member(SELF, other, set), OK);
    CHECK_EQ(say(other, 1), OK);
    CHECK_EQ(say(port, 2), OK);
    expect_message(port, 2);
    expect_nothing(port);
    expect_message(set, 1);
    destroy_port(set);
    destroy_port(port);
    destroy_port(other);
}

TEST(joining_and_leaving_a_set_does_not_disturb_receivers, "P89 P90")
{
    mach_port_t set = set_new(), port = make_port();
    struct receiver receiver = { .port = port };
    world_thread *thread = start(&receiver);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_extract_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_move_member(SELF, port, set), OK);
    world_yield_until_blocked(thread);
    CHECK_EQ(receiver.kr, -1);
    CHECK_EQ(say(port, 6), OK);
    world_thread_join(thread);
    CHECK_EQ(receiver.id, 6);
    destroy_port(set);
    destroy_port(port);
}

TEST(messages_leave_with_their_port, "P90")
{
    mach_port_t set = set_new(), port = make_port();
    struct receiver receiver = { .port = set };
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(say(port, 6), OK);
    CHECK_EQ(mach_port_extract_member(SELF, port, set), OK);
    world_thread *thread = start(&receiver);
    CHECK_EQ(mach_port_insert_member(SELF, make_port(), set), OK);
    world_yield_until_blocked(thread);
    CHECK_EQ(receiver.kr, -1);
    CHECK_EQ(status_of(port).mps_msgcount, 1);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    world_thread_join(thread);
    CHECK_EQ(receiver.id, 6);
    destroy_port(set);
    destroy_port(port);
}

TEST(leaving_a_set_does_not_wake_its_receivers, "P90")
{
    mach_port_t set = set_new(), port = make_port();
    struct receiver receiver = { .port = set };
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    world_thread *thread = start(&receiver);
    CHECK_EQ(mach_port_extract_member(SELF, port, set), OK);
    world_yield_until_blocked(thread);
    CHECK_EQ(receiver.kr, -1);
    destroy_port(set);
    world_thread_join(thread);
    CHECK_EQ(receiver.kr, MACH_RCV_PORT_CHANGED);
    destroy_port(port);
}

TEST(who_gets_an_arriving_message, "P91 P142")
{
    mach_port_t first = set_new(), second = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, first), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, second), OK);
    struct receiver at_second = { .port = second }, at_first[2] = { { .port = first }, { .port = first } },
                    at_port = { .port = port };
    world_thread *thread_second = start(&at_second);
    world_thread *thread_first[2] = { start(&at_first[0]), start(&at_first[1]) };
    world_thread *thread_port = start(&at_port);
    CHECK_EQ(say(port, 1), OK);
    world_thread_join(thread_port);
    CHECK_EQ(at_port.id, 1);
    CHECK_EQ(say(port, 2), OK);
    world_thread_join(thread_first[0]);
    CHECK_EQ(at_first[0].id, 2);
    CHECK_EQ(say(port, 3), OK);
    world_thread_join(thread_first[1]);
    CHECK_EQ(at_first[1].id, 3);
    CHECK_EQ(say(port, 4), OK);
    world_thread_join(thread_second);
    CHECK_EQ(at_second.id, 4);
    destroy_port(first);
    destroy_port(second);
    destroy_port(port);
}

TEST(a_small_buffer_takes_or_leaves_the_message, "P91 P145")
{
    mach_port_t port = make_port();
    struct receiver large = { .port = port, .options = MACH_RCV_LARGE, .size = 24 };
    struct receiver next = { .port = port };
    world_thread *first = start(&large), *second = start(&next);
    CHECK_EQ(say(port, 1), OK);
    world_thread_join(first);
    world_thread_join(second);
    CHECK_EQ(large.kr, MACH_RCV_TOO_LARGE);
    CHECK_EQ(next.kr, OK);
    CHECK_EQ(next.id, 1);
    struct receiver small = { .port = port, .size = 24 };
    next = (struct receiver){ .port = port };
    first = start(&small);
    second = start(&next);
    CHECK_EQ(say(port, 2), OK);
    world_thread_join(first);
    CHECK_EQ(small.kr, MACH_RCV_TOO_LARGE);
    world_yield_until_blocked(second);
    CHECK_EQ(next.kr, -1); /* it is gone */
    CHECK_EQ(say(port, 3), OK);
    world_thread_join(second);
    CHECK_EQ(next.id, 3);
    destroy_port(port);
}

TEST(members_take_turns, "P92")
{
    mach_port_t set = set_new(), port[3];
    for (int i = 0; i < 3; i++) {
        port[i] = make_port();
        CHECK_EQ(mach_port_insert_member(SELF, port[i], set), OK);
    }
    for (int i = 0; i < 3; i++)
        for (int n = 0; n < 3; n++)
            CHECK_EQ(say(port[i], i * 10 + n), OK);
    for (int n = 0; n < 3; n++)
        for (int i = 0; i < 3; i++)
            expect_message(set, i * 10 + n);
    CHECK_EQ(say(port[2], 1), OK);
    CHECK_EQ(say(port[0], 2), OK);
    CHECK_EQ(say(port[2], 3), OK);
    expect_message(set, 1);
    expect_message(set, 2);
    expect_message(set, 3);
    for (int i = 0; i < 3; i++)
        destroy_port(port[i]);
    destroy_port(set);
}

TEST(an_empty_set_waits, "P93")
{
    mach_port_t set = set_new();
    struct message message;
    CHECK_EQ(message_receive(&message, set, 0), MACH_RCV_TIMED_OUT);
    CHECK_EQ(message_receive(&message, set, 5), MACH_RCV_TIMED_OUT);
    destroy_port(set);
}

TEST(a_dying_set_lets_its_members_go, "P94")
{
    for (int way = 0; way < 3; way++) {
        mach_port_t set = set_new(), port = make_port();
        struct receiver receiver = { .port = set };
        world_thread *thread = start(&receiver);
        CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
        if (way == 0)
            CHECK_EQ(mach_port_deallocate(SELF, set), OK);
        else if (way == 1)
            CHECK_EQ(mach_port_mod_refs(SELF, set, PORT_SET, -1), OK);
        else
            CHECK_EQ(mach_port_destroy(SELF, set), OK);
        world_thread_join(thread);
        CHECK_EQ(receiver.kr, MACH_RCV_PORT_CHANGED);
        CHECK_EQ(type_of(set), 0);
        CHECK_EQ(say(port, 4), OK);
        CHECK_EQ(status_of(port).mps_pset, 0);
        expect_message(port, 4);
        destroy_port(port);
    }
}

TEST(members_keep_their_messages_when_a_set_dies, "P94")
{
    mach_port_t set = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(say(port, 4), OK);
    destroy_port(set);
    expect_message(port, 4);
    destroy_port(port);
}

TEST(get_set_status_lists_the_members, "P95")
{
    mach_port_t set = set_new(), port[30];
    mach_port_name_array_t members = NULL;
    mach_msg_type_number_t count = 99;
    struct item send = item_new(K_S, 1);
    CHECK_EQ(mach_port_get_set_status(SELF, MACH_PORT_NULL, &members, &count), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_get_set_status(SELF, MACH_PORT_DEAD, &members, &count), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_get_set_status(SELF, name_unknown(), &members, &count), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_get_set_status(SELF, send.name, &members, &count), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_get_set_status(SELF, set, &members, &count), OK);
    CHECK_EQ(count, 0);
    for (int i = 0; i < 30; i++)
        port[i] = make_port();
    for (int i = 29; i >= 0; i--)
        CHECK_EQ(mach_port_insert_member(SELF, port[i], set), OK);
    CHECK_EQ(mach_port_get_set_status(SELF, set, &members, &count), OK);
    CHECK_EQ(count, 30);
    for (uint32_t i = 0; i < count; i++) {
        bool found = false;
        for (int k = 0; k < 30; k++)
            found |= members[i] == port[k];
        CHECK(found);
        if (i > 0)
            CHECK_LT(members[i - 1], members[i]);
    }
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)members, count * sizeof(*members)), OK);
    for (int i = 0; i < 30; i++)
        destroy_port(port[i]);
    CHECK_EQ(n_members(set), 0);
    destroy_port(set);
    item_free(&send);
}

TEST(a_port_leaves_its_sets_when_it_goes, "P97 P96")
{
    mach_port_t one = set_new(), two = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, one), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, two), OK);
    CHECK_EQ(status_of(port).mps_pset, 1);
    mach_port_t holder = park(port);
    CHECK_EQ(n_members(one) + n_members(two), 0);
    port = unpark(holder);
    CHECK_EQ(status_of(port).mps_pset, 0);
    CHECK_EQ(mach_port_insert_member(SELF, port, one), OK);
    destroy_port(port);
    CHECK_EQ(n_members(one), 0);
    destroy_port(one);
    destroy_port(two);
}

TEST(one_message_goes_to_one_receiver, "P142")
{
    mach_port_t port = make_port();
    struct receiver receiver[4];
    world_thread *thread[4];
    for (int i = 0; i < 4; i++) {
        receiver[i] = (struct receiver){ .port = port };
        thread[i] = start(&receiver[i]);
    }
    for (int n = 1; n <= 4; n++)
        CHECK_EQ(say(port, n), OK);
    unsigned seen = 0;
    for (int i = 0; i < 4; i++) {
        world_thread_join(thread[i]);
        CHECK_EQ(receiver[i].kr, OK);
        seen |= 1u << receiver[i].id;
    }
    CHECK_EQ(seen, 0x1e);
    destroy_port(port);
}
