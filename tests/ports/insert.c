/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/insert.c - sections 2.3 and 2.4: destroying, inserting and extracting rights */
#include "tests/ports/util.h"

/* ---- mach_port_destroy ---- */

TEST(destroy_removes_all_rights_at_once, "P37")
{
    CHECK_EQ(mach_port_destroy(SELF, MACH_PORT_NULL), OK);
    CHECK_EQ(mach_port_destroy(SELF, MACH_PORT_DEAD), OK);
    CHECK_EQ(mach_port_destroy(SELF, name_unknown()), KERN_INVALID_NAME);
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        struct item item = item_new(kind, 65535);
        CHECK_EQ(mach_port_destroy(SELF, item.name), OK);
        CHECK_EQ(type_of(item.name), 0);
        item_free(&item);
    }
}

TEST(destroy_tells_as_releasing_does, "P37 P74 P82")
{
    mach_port_t notify = make_port();
    struct item item = item_new(K_S, 9);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_destroy(SELF, item.name), OK);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
    item_free(&item);
    item = item_new(K_SO, 0);
    CHECK_EQ(mach_port_destroy(SELF, item.name), OK);
    expect_notification(item.receive, MACH_NOTIFY_SEND_ONCE);
    item_free(&item);
    destroy_port(notify);
}

TEST(destroy_of_the_only_sender_sends_no_senders, "P37")
{
    mach_port_t notify = make_port(), port = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 4, notify), OK);
    send_add(port, 3);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_NO_SENDERS), 3);
    expect_nothing(notify); /* and no SEND_ONCE */
    destroy_port(notify);
}

TEST(destroy_with_other_senders_gives_the_request_up, "P37 P52")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(1), post = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 4, notify), OK);
    struct message message = message_with_port(post, MAKE_SEND, 1, port, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
    expect_notification(notify, MACH_NOTIFY_SEND_ONCE);
    expect_nothing(notify);
    destroy_port(post);
    destroy_port(notify);
}

TEST(destroy_order_is_port_then_no_senders_then_port_deleted, "P37")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(1), once = so_make(port);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 4, notify), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(request(once, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_DEAD_NAME), once);
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), port);
    destroy_port(once);
    destroy_port(notify);
}

/* ---- mach_port_destruct ---- */

TEST(destruct_arguments, "P38")
{
    mach_port_t port = port_new_with_sends(3), lone = make_port();
    struct item send = item_new(K_S, 1), set = item_new(K_SET, 0);
    CHECK_EQ(mach_port_destruct(SELF, MACH_PORT_NULL, 0, 0), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_destruct(SELF, MACH_PORT_DEAD, 0, 0), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_destruct(SELF, name_unknown(), 0, 0), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_destruct(SELF, send.name, 0, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destruct(SELF, set.name, 0, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destruct(SELF, lone, -1, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destruct(SELF, port, 1, 0), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_destruct(SELF, port, -4, 0), KERN_INVALID_VALUE);
    CHECK_EQ(rights_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_port_guard(SELF, lone, 77, 0), OK);
    CHECK_EQ(mach_port_destruct(SELF, lone, 0, 78), KERN_INVALID_ARGUMENT);
    CHECK_EQ(type_of(lone), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mach_port_destruct(SELF, lone, 0, 77), OK);
    CHECK_EQ(type_of(lone), 0);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 12345), OK); /* not guarded: the value is not looked at */
    CHECK_EQ(refs_of(port, DEAD_NAME), 3);
    destroy_port(port);
    item_free(&send);
    item_free(&set);
}

TEST(destruct_takes_send_rights_along, "P38")
{
    mach_port_t notify = make_port(), slot = make_port(), port = port_new_with_sends(3);
    CHECK_EQ(mach_port_destruct(SELF, port, -2, 0), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(refs_of(port, DEAD_NAME), 1);
    destroy_port(port);

    port = port_new_with_sends(3);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, slot), OK);
    CHECK_EQ(mach_port_destruct(SELF, port, -3, 0), OK);
    CHECK_EQ(type_of(port), 0);
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS);
    expect_nothing(notify);
    CHECK_EQ(expect_notification(slot, MACH_NOTIFY_PORT_DELETED), port);

    port = port_new_with_sends(65535);
    CHECK_EQ(mach_port_destruct(SELF, port, -65535, 0), OK);
    CHECK_EQ(type_of(port), 0);
    port = port_new_with_sends(65535);
    CHECK_EQ(mach_port_destruct(SELF, port, -65534, 0), OK);
    CHECK_EQ(refs_of(port, DEAD_NAME), 65535);
    destroy_port(port);
    destroy_port(notify);
    destroy_port(slot);
}

TEST(destruct_obeys_a_port_destroyed_request, "P38 P81")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(3);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, notify), OK);
    CHECK_EQ(mach_port_destruct(SELF, port, -1, 0), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND);
    CHECK_EQ(refs_of(port, SEND), 2);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DESTROYED), port);
    destroy_port(port);
    destroy_port(notify);
}

/* ---- mach_port_insert_right ---- */

TEST(insert_right_known_answers, "P39 P14")
{
    mach_port_t port = make_port(), other = make_port();
    CHECK_EQ(mach_port_insert_right(SELF, 123, port, MAKE_SEND_ONCE), KERN_FAILURE);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(mach_port_insert_right(SELF, 122, port, MAKE_SEND_ONCE), KERN_INVALID_VALUE);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(mach_port_insert_right(SELF, 123, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(mach_port_insert_right(SELF, other, port, MAKE_SEND_ONCE), KERN_NAME_EXISTS);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(mach_port_insert_right(SELF, other, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(mach_port_insert_right(SELF, 0x22203, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(mach_port_insert_right(SELF, 0x22203, port, MAKE_SEND_ONCE), OK);
    CHECK_EQ(type_of(0x22203), MACH_PORT_TYPE_SEND_ONCE);
    destroy_port(0x22203);
    destroy_port(port);
    destroy_port(other);
}

TEST(insert_right_checks_in_order, "P39")
{
    mach_port_t port = make_port();
    struct item dead = item_new(K_S_DEAD, 2);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_NULL, name_unknown(), MAKE_SEND), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_NULL, port, 99), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_NULL, port, COPY_SEND), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_NULL, port, MAKE_SEND), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_DEAD, port, MAKE_SEND), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_insert_right(SELF, MACH_PORT_DEAD, dead.name, MOVE_SEND), KERN_INVALID_VALUE);
    CHECK_EQ(refs_of(dead.name, DEAD_NAME), 1); /* the move was paid */
    CHECK_EQ(mach_port_insert_right(SELF, 0x33303, dead.name, COPY_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_insert_right(SELF, 0x33303, MACH_PORT_NULL, COPY_SEND), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_insert_right(SELF, 0x33303, MACH_PORT_DEAD, COPY_SEND), KERN_INVALID_NAME);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    item_free(&dead);
    destroy_port(port);
}

TEST(a_failed_insertion_destroys_the_right, "P39 P47")
{
    mach_port_t notify = make_port(), port = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), OK);
    CHECK_EQ(mach_port_insert_right(SELF, 123, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_NO_SENDERS), 1);
    CHECK_EQ(status_of(port).mps_mscount, 1); /* stays raised */
    CHECK_EQ(status_of(port).mps_srights, 0);
    CHECK_EQ(mach_port_insert_right(SELF, 123, port, MAKE_SEND_ONCE), KERN_FAILURE);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    destroy_port(port);
    struct item send = item_new(K_S, 2);
    CHECK_EQ(mach_port_insert_right(SELF, 122, send.name, MOVE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(refs_of(send.name, SEND), 1);
    CHECK_EQ(mach_port_insert_right(SELF, 122, send.name, MOVE_SEND), KERN_INVALID_VALUE);
    CHECK_EQ(type_of(send.name), 0);
    item_free(&send);
    mach_port_t lost = make_port();
    CHECK_EQ(mach_port_insert_right(SELF, 122, lost, MOVE_RECEIVE), KERN_INVALID_VALUE);
    CHECK_EQ(type_of(lost), 0);
    destroy_port(notify);
}

TEST(inserting_under_the_own_name, "P40 P47")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_insert_right(SELF, port, port, COPY_SEND), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MAKE_SEND), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, COPY_SEND), OK);
    CHECK_EQ(refs_of(port, SEND), 2);
    CHECK_EQ(status_of(port).mps_mscount, 1);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MAKE_SEND_ONCE), KERN_NAME_EXISTS);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MOVE_SEND), OK);
    CHECK_EQ(refs_of(port, SEND), 2);
    destroy_port(port);
    mach_port_t unknown = name_unknown();
    CHECK_EQ(mach_port_insert_right(SELF, unknown, unknown, MAKE_SEND), KERN_INVALID_NAME);
}

TEST(inserting_under_the_own_name_by_kind, "P40")
{
    static const kern_return_t make[K_UNKNOWN] = { [K_R] = OK,
                                                   [K_S] = KERN_INVALID_RIGHT,
                                                   [K_RS] = OK,
                                                   [K_SO] = KERN_INVALID_RIGHT,
                                                   [K_SET] = KERN_INVALID_RIGHT,
                                                   [K_DN] = KERN_INVALID_CAPABILITY,
                                                   [K_S_DEAD] = KERN_INVALID_CAPABILITY,
                                                   [K_SO_DEAD] = KERN_INVALID_CAPABILITY };
    static const kern_return_t copy[K_UNKNOWN] = { [K_R] = KERN_INVALID_RIGHT,
                                                   [K_S] = OK,
                                                   [K_RS] = OK,
                                                   [K_SO] = KERN_INVALID_RIGHT,
                                                   [K_SET] = KERN_INVALID_RIGHT,
                                                   [K_DN] = KERN_INVALID_CAPABILITY,
                                                   [K_S_DEAD] = KERN_INVALID_CAPABILITY,
                                                   [K_SO_DEAD] = KERN_INVALID_CAPABILITY };
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        struct item item = item_new(kind, 2);
        kern_return_t made = mach_port_insert_right(SELF, item.name, item.name, MAKE_SEND);
        if (made != make[kind])
            FAIL("MAKE_SEND of %s under its own name: 0x%x, expected 0x%x", kind_name[kind], made, make[kind]);
        item_free(&item);
        item = item_new(kind, 2);
        kern_return_t copied = mach_port_insert_right(SELF, item.name, item.name, COPY_SEND);
        if (copied != copy[kind])
            FAIL("COPY_SEND of %s under its own name: 0x%x, expected 0x%x", kind_name[kind], copied,
                 copy[kind]);
        item_free(&item);
    }
}

TEST(moving_under_the_own_name_changes_nothing, "P40 P50")
{
    mach_port_t slot = make_port();
    struct item once = item_new(K_SO, 0);
    CHECK_EQ(mach_port_insert_right(SELF, once.name, once.name, MOVE_SEND_ONCE), OK);
    CHECK_EQ(type_of(once.name), MACH_PORT_TYPE_SEND_ONCE);
    item_free(&once);
    struct item send = item_new(K_S, 1);
    CHECK_EQ(request(send.name, MACH_NOTIFY_DEAD_NAME, 0, slot), OK);
    CHECK_EQ(mach_port_insert_right(SELF, send.name, send.name, MOVE_SEND), OK);
    CHECK_EQ(type_of(send.name), MACH_PORT_TYPE_SEND);
    CHECK_EQ(expect_notification(slot, MACH_NOTIFY_PORT_DELETED), send.name);
    item_free(&send);
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_set_seqno(SELF, port, 7), OK);
    CHECK_EQ(mach_port_set_context(SELF, port, 8), OK);
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MOVE_RECEIVE), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(status_of(port).mps_seqno, 0);
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    destroy_port(port);
    destroy_port(slot);
}

static int idle_child(void *argument)
{
    struct message message;
    message_receive(&message, make_port(), -1);
    return WORLD_OK;
}

TEST(rights_go_into_another_space_under_a_chosen_name, "P39 P3 P2")
{
    world_task *task = world_task_spawn(idle_child, NULL, MACH_PORT_NULL);
    mach_port_t theirs = world_task_port_of(task), port = make_port();
    mach_port_type_t type = 0;
    CHECK_EQ(mach_port_insert_right(theirs, 0x77703, port, MAKE_SEND), OK);
    CHECK_EQ(mach_port_type(theirs, 0x77703, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_SEND);
    CHECK_EQ(mach_port_insert_right(theirs, 0x77703, port, MAKE_SEND), OK); /* joins */
    mach_port_urefs_t refs = 0;
    CHECK_EQ(mach_port_get_refs(theirs, 0x77703, SEND, &refs), OK);
    CHECK_EQ(refs, 2);
    CHECK_EQ(mach_port_insert_right(theirs, 0x88803, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(mach_port_insert_right(theirs, 123, port, MAKE_SEND), KERN_RIGHT_EXISTS);
    CHECK_EQ(mach_port_insert_right(theirs, 0x77703, port, MAKE_SEND_ONCE), KERN_NAME_EXISTS);
    expect_message(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(mach_port_insert_right(theirs, 0x88803, name_unknown(), MAKE_SEND), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(theirs, 0x88803, port, COPY_SEND), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(theirs, 0x88803, MACH_PORT_NULL, MAKE_SEND), KERN_INVALID_CAPABILITY);
    CHECK_EQ(status_of(port).mps_srights, 1);
    world_task_kill(task);
    CHECK_EQ(status_of(port).mps_srights, 0);
    destroy_port(port);
}

/* ---- mach_port_extract_right ---- */

static kern_return_t extract(mach_port_t name, uint32_t how, mach_port_t *poly_p, mach_msg_type_name_t *type_p)
{
    *poly_p = MACH_PORT_NULL;
    *type_p = 0;
    return mach_port_extract_right(SELF, name, how, poly_p, type_p);
}

TEST(extract_right_arguments, "P41")
{
    mach_port_t poly, port = make_port();
    mach_msg_type_name_t type;
    CHECK_EQ(extract(port, 15, &poly, &type), KERN_INVALID_VALUE);
    CHECK_EQ(extract(port, 22, &poly, &type), KERN_INVALID_VALUE);
    CHECK_EQ(extract(MACH_PORT_NULL, 22, &poly, &type), KERN_INVALID_VALUE);
    CHECK_EQ(extract(MACH_PORT_NULL, COPY_SEND, &poly, &type), KERN_INVALID_RIGHT);
    CHECK_EQ(extract(MACH_PORT_DEAD, COPY_SEND, &poly, &type), KERN_INVALID_RIGHT);
    CHECK_EQ(extract(name_unknown(), COPY_SEND, &poly, &type), KERN_INVALID_NAME);
    CHECK_EQ(extract(port, COPY_SEND, &poly, &type), KERN_INVALID_RIGHT);
    destroy_port(port);
}

TEST(extract_right_gives_rights_to_the_caller, "P41 P21 P22")
{
    mach_port_t poly, port = make_port();
    mach_msg_type_name_t type;
    CHECK_EQ(extract(port, MAKE_SEND, &poly, &type), OK);
    CHECK_EQ(poly, port);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND);
    CHECK_EQ(extract(port, COPY_SEND, &poly, &type), OK);
    CHECK_EQ(refs_of(port, SEND), 2);
    CHECK_EQ(extract(port, MOVE_SEND, &poly, &type), OK);
    CHECK_EQ(refs_of(port, SEND), 2);
    CHECK_EQ(extract(port, MAKE_SEND_ONCE, &poly, &type), OK);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND_ONCE);
    CHECK_EQ(type_of(poly), MACH_PORT_TYPE_SEND_ONCE);
    mach_port_t once = poly;
    CHECK_EQ(extract(once, MOVE_SEND_ONCE, &poly, &type), OK);
    CHECK_EQ(type_of(poly), MACH_PORT_TYPE_SEND_ONCE);
    destroy_port(poly);
    CHECK_EQ(extract(port, MOVE_RECEIVE, &poly, &type), OK);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_RECEIVE);
    CHECK_EQ(poly, port);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    destroy_port(port);
}

TEST(dead_rights_are_extracted_as_dead, "P41")
{
    static const uint32_t how[] = { COPY_SEND, MOVE_SEND, MOVE_SEND_ONCE };
    mach_port_t poly;
    mach_msg_type_name_t type;
    for (int i = 0; i < 3; i++) {
        struct item dead = item_new(K_S_DEAD, 3);
        CHECK_EQ(extract(dead.name, how[i], &poly, &type), OK);
        CHECK_EQ(poly, MACH_PORT_DEAD);
        CHECK_EQ(refs_of(dead.name, DEAD_NAME), how[i] == COPY_SEND ? 3 : 2);
        item_free(&dead);
    }
}

TEST(rights_are_taken_out_of_another_space, "P41 P3")
{
    world_task *task = world_task_spawn(idle_child, NULL, MACH_PORT_NULL);
    mach_port_t theirs = world_task_port_of(task), name = 0, mine = 0;
    mach_msg_type_name_t type = 0;
    mach_port_type_t kind = 0;
    CHECK_EQ(mach_port_allocate(theirs, RECEIVE, &name), OK);
    CHECK_EQ(mach_port_extract_right(theirs, name, MAKE_SEND, &mine, &type), OK);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND);
    CHECK_EQ(type_of(mine), MACH_PORT_TYPE_SEND);
    CHECK_EQ(mach_port_extract_right(theirs, name, MOVE_RECEIVE, &mine, &type), OK);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_RECEIVE);
    CHECK_EQ(type_of(mine), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_port_type(theirs, name, &kind), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_extract_right(theirs, name, MAKE_SEND, &mine, &type), KERN_INVALID_NAME);
    world_task_kill(task);
    destroy_port(mine);
}
