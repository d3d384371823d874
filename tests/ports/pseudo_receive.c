/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/pseudo_receive.c - P122: what comes back when a message cannot be queued; P124, P125: sinking */
#include "tests/ports/util.h"

/* A destination that is full for ever, as an S entry with `urefs`. */
static struct item full_new(uint32_t urefs)
{
    struct item item = { .kind = K_S, .name = port_new_with_sends(urefs) };
    qlimit_set(item.name, 0);
    item.holder = park(item.name);
    return item;
}

TEST(the_known_answer_of_a_full_port, "P122")
{
    struct item full = full_new(1);
    struct message message = message_plain(full.name, COPY_SEND, MACH_PORT_NULL, 0, 77);
    message.header.msgh_size = 28;
    message.words[0] = 0x13572468;
    message.header.msgh_voucher_port = 0xabc;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(refs_of(full.name, SEND), 2);
    CHECK_EQ(message.header.msgh_bits, MOVE_SEND);
    CHECK_EQ(message.header.msgh_size, 28);
    CHECK_EQ(message.header.msgh_remote_port, full.name);
    CHECK_EQ(message.header.msgh_local_port, MACH_PORT_NULL);
    CHECK_EQ(message.header.msgh_id, 77);
    CHECK_EQ(message.words[0], 0x13572468);
    CHECK_EQ(message.words[1], 0); /* no trailer: what was there before */
    item_free(&full);
}

struct header_case {
    enum kind kind;
    uint32_t urefs, how;
    uint32_t back;      /* disposition afterwards */
    int64_t send_urefs; /* under the returned name */
    bool same_name;
};

static const struct header_case header_cases[] = {
    { K_S, 1, MOVE_SEND, MOVE_SEND, 1, false }, { K_S, 2, MOVE_SEND, MOVE_SEND, 2, true },
    { K_RS, 1, MOVE_SEND, MOVE_SEND, 1, true }, { K_S, 1, COPY_SEND, MOVE_SEND, 2, true },
    { K_RS, 5, COPY_SEND, MOVE_SEND, 6, true }, { K_R, 0, MAKE_SEND, MOVE_SEND, 1, true },
    { K_RS, 3, MAKE_SEND, MOVE_SEND, 4, true },
};

TEST(destinations_come_back, "P122")
{
    for (size_t i = 0; i < sizeof(header_cases) / sizeof(header_cases[0]); i++) {
        const struct header_case *c = &header_cases[i];
        struct item item = c->kind == K_S ? full_new(c->urefs) : item_new(c->kind, c->urefs);
        if (c->kind != K_S)
            qlimit_set(item.name, 0);
        struct message message = message_plain(item.name, c->how, MACH_PORT_NULL, 0, 1);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
        mach_port_t back = message.header.msgh_remote_port;
        CHECK_EQ(message.header.msgh_bits, c->back);
        if (c->same_name)
            CHECK_EQ(back, item.name);
        else
            CHECK_NE(back, item.name);
        CHECK_EQ(refs_of(back, SEND), c->send_urefs);
        /* as it is, the buffer can be sent again */
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
        CHECK_EQ(refs_of(message.header.msgh_remote_port, SEND), c->send_urefs);
        destroy_port(message.header.msgh_remote_port);
        item_free(&item);
    }
}

static const struct header_case right_cases[] = {
    { K_S, 1, MOVE_SEND, MOVE_SEND, 1, false },
    { K_S, 2, MOVE_SEND, MOVE_SEND, 2, true },
    { K_RS, 1, MOVE_SEND, MOVE_SEND, 1, true },
    { K_S, 1, COPY_SEND, MOVE_SEND, 2, true },
    { K_R, 0, MAKE_SEND, MOVE_SEND, 1, true },
    { K_RS, 2, MAKE_SEND, MOVE_SEND, 3, true },
    { K_SO, 0, MOVE_SEND_ONCE, MOVE_SEND_ONCE, 0, false },
    { K_R, 0, MAKE_SEND_ONCE, MOVE_SEND_ONCE, 0, false },
    { K_RS, 2, MOVE_RECEIVE, MOVE_RECEIVE, 2, true },
    { K_R, 0, MOVE_RECEIVE, MOVE_RECEIVE, 0, false },
};

static void check_back(const struct header_case *c, const struct item *item, mach_port_t back,
                       uint32_t disposition)
{
    CHECK_EQ(disposition, c->back);
    if (c->same_name != (back == item->name) && !(c->kind == K_RS && c->how == MAKE_SEND_ONCE))
        FAIL("%s by %u came back as 0x%x, was 0x%x", kind_name[c->kind], c->how, back, item->name);
    if (c->back == MOVE_SEND_ONCE)
        CHECK_EQ(type_of(back), MACH_PORT_TYPE_SEND_ONCE);
    else
        CHECK_EQ(refs_of(back, SEND), c->send_urefs);
    if (c->back == MOVE_RECEIVE)
        CHECK(type_of(back) & MACH_PORT_TYPE_RECEIVE);
}

TEST(replies_come_back, "P122")
{
    for (size_t i = 0; i < sizeof(right_cases) / sizeof(right_cases[0]); i++) {
        const struct header_case *c = &right_cases[i];
        if (c->how == MOVE_RECEIVE)
            continue;
        struct item full = full_new(1), item = item_new(c->kind, c->urefs);
        struct message message = message_plain(full.name, COPY_SEND, item.name, c->how, 1);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
        CHECK_EQ(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), MOVE_SEND);
        check_back(c, &item, message.header.msgh_local_port, MACH_MSGH_BITS_LOCAL(message.header.msgh_bits));
        CHECK_EQ(refs_of(full.name, SEND), 2);
        destroy_port(message.header.msgh_local_port);
        item_free(&item);
        item_free(&full);
    }
}

TEST(descriptors_come_back, "P122")
{
    for (size_t i = 0; i < sizeof(right_cases) / sizeof(right_cases[0]); i++) {
        const struct header_case *c = &right_cases[i];
        struct item full = full_new(1), item = item_new(c->kind, c->urefs);
        struct message message = message_with_port(full.name, COPY_SEND, 1, item.name, c->how);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
        CHECK_EQ(message.header.msgh_bits, MACH_MSGH_BITS_COMPLEX | MOVE_SEND);
        CHECK_EQ(message.body.msgh_descriptor_count, 1);
        check_back(c, &item, message.port[0].name, message.port[0].disposition);
        destroy_port(message.port[0].name);
        item_free(&item);
        item_free(&full);
    }
}

TEST(arrays_and_memory_come_back, "P122 P131")
{
    struct item full = full_new(1);
    mach_port_t port = port_new_with_sends(1);
    char *memory = make_memory(page_size());
    mach_port_t *names = make_memory(page_size());
    strcpy(memory, "to and fro");
    names[0] = port;
    names[1] = MACH_PORT_NULL;
    names[2] = port;
    struct message message = message_plain(full.name, COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, 100, true, MACH_MSG_VIRTUAL_COPY);
    add_ports(&message, names, 3, COPY_SEND, true);
    add_memory(&message, NULL, 0, false, MACH_MSG_PHYSICAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    mach_msg_ool_descriptor_t *ool = descriptor(&message, 0), *empty = descriptor(&message, 2);
    mach_msg_ool_ports_descriptor_t *ports = descriptor(&message, 1);
    CHECK_EQ(ool->size, 100);
    CHECK_EQ(ool->deallocate, 1);
    CHECK_EQ(ool->copy, MACH_MSG_VIRTUAL_COPY);
    REQUIRE(ool->address != NULL);
    CHECK_STR_EQ((char *)ool->address, "to and fro");
    CHECK_EQ(ports->count, 3);
    CHECK_EQ(ports->disposition, MOVE_SEND);
    CHECK_EQ(ports->deallocate, 1);
    REQUIRE(ports->address != NULL);
    CHECK_EQ(((mach_port_t *)ports->address)[0], port);
    CHECK_EQ(((mach_port_t *)ports->address)[1], MACH_PORT_NULL);
    CHECK_EQ(((mach_port_t *)ports->address)[2], port);
    CHECK_EQ(refs_of(port, SEND), 3);
    CHECK_EQ(empty->size, 0);
    CHECK_EQ(empty->address, NULL);
    /* send the same buffer again, now with room: no reference is left over */
    mach_port_t receive = unpark(full.holder);
    full.holder = MACH_PORT_NULL;
    qlimit_set(receive, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(refs_of(port, SEND), 1);
    drain(receive);
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    item_free(&full);
}

TEST(a_receive_right_comes_back_bare, "P122 P50")
{
    struct item full = full_new(1);
    mach_port_t port = port_new_with_sends(1), set = set_new();
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_set_context(SELF, port, 9), OK);
    CHECK_EQ(mach_port_set_seqno(SELF, port, 9), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    struct message message = message_with_port(full.name, COPY_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(message.port[0].name, port);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    mach_port_status_t status = status_of(port);
    CHECK_EQ(status.mps_seqno, 0);
    CHECK_EQ(status.mps_mscount, 0);
    CHECK_EQ(status.mps_pset, 0);
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    destroy_port(port);
    destroy_port(set);
    item_free(&full);
}

TEST(dead_rights_come_back_dead, "P122")
{
    struct item full = full_new(1);
    mach_port_t dead = dead_name_new(3);
    struct message message = message_plain(full.name, COPY_SEND, dead, COPY_SEND, 1);
    add_port(&message, dead, MOVE_SEND);
    add_port(&message, MACH_PORT_NULL, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(message.header.msgh_local_port, MACH_PORT_DEAD);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(message.header.msgh_bits), MOVE_SEND);
    CHECK_EQ(message.port[0].name, MACH_PORT_DEAD);
    CHECK_EQ(message.port[0].disposition, MOVE_SEND);
    CHECK_EQ(message.port[1].name, MACH_PORT_NULL);
    CHECK_EQ(refs_of(dead, DEAD_NAME), 2);
    destroy_port(dead);
    item_free(&full);
}

TEST(a_right_that_dies_while_the_sender_waits, "P122")
{
    struct item full = full_new(1);
    mach_port_t reply = port_new_with_sends(1);
    struct message message = message_plain(full.name, COPY_SEND, reply, MOVE_SEND, 1);
    add_port(&message, reply, MAKE_SEND);
    add_port(&message, reply, MOVE_RECEIVE); /* comes back last; names are given in order */
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    mach_port_t back = message.header.msgh_local_port;
    CHECK_EQ(message.port[0].name, back);
    CHECK_EQ(message.port[1].name, back);
    CHECK_EQ(type_of(back), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(refs_of(back, SEND), 2);
    destroy_port(back);
    item_free(&full);
}

TEST(the_slot_of_a_moved_right_was_told_already, "P122 P74")
{
    struct item full = full_new(1);
    mach_port_t at = make_port();
    CHECK_EQ(request(full.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    struct message message = message_plain(full.name, MOVE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), full.name);
    CHECK_EQ(type_of(message.header.msgh_remote_port), MACH_PORT_TYPE_SEND);
    destroy_port(message.header.msgh_remote_port);
    item_free(&full);
    destroy_port(at);
}

TEST(giving_up_releases_what_came_back, "P122 P187 P189")
{
    struct item full = full_new(2);
    mach_port_t port = port_new_with_sends(1);
    struct message message = message_plain(full.name, COPY_SEND, port, MAKE_SEND_ONCE, 1);
    add_port(&message, port, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(refs_of(full.name, SEND), 3);
    CHECK_EQ(refs_of(port, SEND), 2);
    mach_msg_destroy(&message.header);
    CHECK_EQ(refs_of(full.name, SEND), 2);
    CHECK_EQ(refs_of(port, SEND), 1);
    CHECK_EQ(mach_port_deallocate(SELF, message.header.msgh_local_port), OK);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    destroy_port(port);
    item_free(&full);
}

TEST(a_blocked_send_that_times_out_gives_back, "P122 P116")
{
    struct item full = full_new(1);
    mach_port_t port = make_port();
    struct message message = message_with_port(full.name, COPY_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 20), MACH_SEND_TIMED_OUT);
    CHECK_EQ(refs_of(full.name, SEND), 2);
    CHECK_EQ(type_of(message.port[0].name), MACH_PORT_TYPE_RECEIVE);
    destroy_port(message.port[0].name);
    item_free(&full);
}

TEST(errors_of_the_header_leave_everything, "P189 P112")
{
    struct item full = full_new(1);
    mach_port_t port = port_new_with_sends(1);
    struct message message = message_plain(full.name, MAKE_SEND, port, MOVE_SEND, 1), sent;
    add_port(&message, port, MOVE_RECEIVE);
    sent = message;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST);
    CHECK_MEM_EQ(&message, &sent, sizeof(sent));
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    item_free(&full);
}

/* ---- sinking ---- */

TEST(sinking_releases_in_order, "P124")
{
    mach_port_t queue = make_port(), tell = make_port(), port[3];
    mach_port_t previous;
    for (int i = 0; i < 3; i++) {
        port[i] = make_port();
        CHECK_EQ(mach_port_set_mscount(SELF, port[i], 100u * (uint32_t)(i + 1)), OK);
        CHECK_EQ(request_previous(port[i], MACH_NOTIFY_NO_SENDERS, 0xffffffff, tell, MAKE_SEND_ONCE, &previous),
                 OK);
    }
    char *memory = make_memory(page_size());
    struct message message = message_plain(queue, MAKE_SEND, port[0], MAKE_SEND, 1);
    add_port(&message, port[1], MAKE_SEND);
    add_memory(&message, memory, page_size(), true, MACH_MSG_VIRTUAL_COPY);
    add_ports(&message, &port[2], 1, MAKE_SEND, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(mach_port_set_mscount(SELF, queue, 900), OK);
    CHECK_EQ(request_previous(queue, MACH_NOTIFY_NO_SENDERS, 0xffffffff, tell, MAKE_SEND_ONCE, &previous), OK);
    destroy_port(queue);
    expect_notification(tell, MACH_NOTIFY_SEND_ONCE); /* the queue is dead before its messages are sunk */
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQ(expect_notification(tell, MACH_NOTIFY_NO_SENDERS), 100 * (i + 1) + 1);
    expect_nothing(tell);
    for (int i = 0; i < 3; i++)
        destroy_port(port[i]);
    destroy_port(tell);
}

TEST(a_send_once_right_on_its_own_port, "P125 P82")
{
    mach_port_t port = make_port();
    struct message message = message_with_port(port, MAKE_SEND, 1, port, MAKE_SEND_ONCE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(status_of(port).mps_sorights, 1);
    struct item other = item_new(K_S, 1);
    destroy_port(port);
    CHECK_EQ(type_of(port), 0);
    item_free(&other);
}
