/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/notify.c - section 4: notifications, what they look like and how they are asked for; those of names
 *
 * P74 is a list of ways in which a name can go away; each has its own row here. */
#include "tests/ports/util.h"

/* ---- format ---- */

struct raw {
    mach_msg_header_t header;
    uint32_t words[20];
};

static struct raw raw_receive(mach_port_t from)
{
    struct raw raw;
    memset(&raw, 0xee, sizeof(raw));
    CHECK_EQ(mach_msg(&raw.header,
                      MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT), 0,
                      sizeof(raw), from, PATIENCE_MS, 0),
             OK);
    return raw;
}

static void check_header(const struct raw *raw, mach_port_t at, int id, uint32_t size, uint32_t bits)
{
    CHECK_EQ(raw->header.msgh_id, id);
    CHECK_EQ(raw->header.msgh_size, size);
    CHECK_EQ(raw->header.msgh_bits, bits);
    CHECK_EQ(raw->header.msgh_remote_port, MACH_PORT_NULL);
    CHECK_EQ(raw->header.msgh_local_port, at);
    CHECK_EQ(raw->header.msgh_voucher_port, 0);
    const mach_msg_audit_trailer_t *trailer = (const void *)((const char *)raw + size);
    CHECK_EQ(trailer->msgh_trailer_size, 52);
    CHECK_EQ(trailer->msgh_sender.val[0], 0);
    CHECK_EQ(trailer->msgh_sender.val[1], 1);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(trailer->msgh_audit.val[i], 0);
}

static void check_ndr(const struct raw *raw)
{
    CHECK_MEM_EQ(raw->words, &NDR_record, sizeof(NDR_record));
}

TEST(how_notifications_look, "P68 P157")
{
    mach_port_t at = make_port(), port, once;
    struct raw raw;

    struct item item = item_new(K_S, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
    raw = raw_receive(at);
    check_header(&raw, at, 65, 36, 0x1200);
    check_ndr(&raw);
    CHECK_EQ(raw.words[2], item.name);
    item_free(&item);

    port = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, at), OK);
    raw = raw_receive(at);
    check_header(&raw, at, 66, 36, 0x1200);
    check_ndr(&raw);
    CHECK_EQ(raw.words[2], port);

    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 0, at), OK);
    raw = raw_receive(at);
    check_header(&raw, at, 70, 36, 0x1200);
    check_ndr(&raw);
    CHECK_EQ(raw.words[2], 0);

    once = so_make(port);
    CHECK_EQ(request(once, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, at), OK);
    destroy_port(port);
    raw = raw_receive(at);
    check_header(&raw, at, 69, 40, 0x80001200);
    CHECK_EQ(raw.words[0], 1);
    const mach_msg_port_descriptor_t *descriptor = (const void *)&raw.words[1];
    CHECK_EQ(descriptor->type, MACH_MSG_PORT_DESCRIPTOR);
    CHECK_EQ(descriptor->disposition, MACH_MSG_TYPE_PORT_RECEIVE);
    CHECK_EQ(type_of(descriptor->name), MACH_PORT_TYPE_RECEIVE);
    destroy_port(descriptor->name);

    raw = raw_receive(at);
    check_header(&raw, at, 72, 36, 0x1200);
    check_ndr(&raw);
    CHECK_EQ(raw.words[2], once);
    destroy_port(once);

    once = so_make(at);
    CHECK_EQ(mach_port_deallocate(SELF, once), OK);
    raw = raw_receive(at);
    check_header(&raw, at, 71, 24, 0x1200);
    destroy_port(at);
}

TEST(notifications_ignore_the_queue_limit, "P67 P82")
{
    mach_port_t at = make_port();
    qlimit_set(at, 0);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(mach_port_deallocate(SELF, so_make(at)), OK);
    CHECK_EQ(status_of(at).mps_msgcount, 20);
    for (int i = 0; i < 20; i++)
        expect_message(at, MACH_NOTIFY_SEND_ONCE);
    destroy_port(at);
}

TEST(a_notification_to_a_dead_port_is_dropped, "P67")
{
    mach_port_t at = make_port();
    struct item item = item_new(K_S, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    destroy_port(at);
    destroy_port(item.holder);
    CHECK_EQ(refs_of(item.name, DEAD_NAME), 2);
    destroy_port(item.name);
}

/* ---- arguments ---- */

TEST(request_arguments_in_order, "P70 P83")
{
    mach_port_t at = make_port(), port = make_port(), previous = 77;
    struct item dead = item_new(K_SO_DEAD, 0);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0, at, MAKE_SEND, &previous),
             MIG_TYPE_ERROR);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0, name_unknown(),
                                            MAKE_SEND_ONCE, &previous),
             KERN_INVALID_NAME);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0, at, MOVE_SEND_ONCE,
                                            &previous),
             KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_request_notification(SELF, port, 71, 0, MACH_PORT_DEAD, MOVE_SEND_ONCE, &previous),
             KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_request_notification(SELF, port, 71, 0, dead.name, MOVE_SEND_ONCE, &previous),
             KERN_INVALID_CAPABILITY);
    static const int bad_ids[] = { 0, 64, 65, 67, 68, 71, 73, 77, -1 };
    for (size_t i = 0; i < sizeof(bad_ids) / sizeof(bad_ids[0]); i++) {
        CHECK_EQ(mach_port_request_notification(SELF, MACH_PORT_NULL, bad_ids[i], 0, at, MAKE_SEND_ONCE,
                                                &previous),
                 KERN_INVALID_VALUE);
        expect_message(at, MACH_NOTIFY_SEND_ONCE); /* the right had been taken */
    }
    CHECK_EQ(previous, 77); /* not touched */
    item_free(&dead);
    destroy_port(port);
    destroy_port(at);
}

TEST(a_failed_request_destroys_the_right, "P70")
{
    mach_port_t at = make_port(), set = set_new(), previous;
    CHECK_EQ(request_previous(set, MACH_NOTIFY_DEAD_NAME, 0, at, MAKE_SEND_ONCE, &previous),
             KERN_INVALID_RIGHT);
    expect_message(at, MACH_NOTIFY_SEND_ONCE);
    mach_port_t once = so_make(at);
    CHECK_EQ(request_previous(name_unknown(), MACH_NOTIFY_DEAD_NAME, 0, once, MOVE_SEND_ONCE, &previous),
             KERN_INVALID_NAME);
    CHECK_EQ(type_of(once), 0);
    expect_message(at, MACH_NOTIFY_SEND_ONCE);
    destroy_port(set);
    destroy_port(at);
}

TEST(previous_is_the_right_that_was_registered, "P69 P71")
{
    mach_port_t first = make_port(), second = make_port(), port = port_new_with_sends(1), previous;
    static const int ids[] = { MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_SEND_POSSIBLE, MACH_NOTIFY_NO_SENDERS };
    for (int i = 0; i < 3; i++) {
        uint32_t sync = ids[i] == MACH_NOTIFY_NO_SENDERS ? 100 : 0;
        CHECK_EQ(request_previous(port, ids[i], sync, first, MAKE_SEND_ONCE, &previous), OK);
        CHECK_EQ(previous, MACH_PORT_NULL);
        CHECK_EQ(request_previous(port, ids[i], sync, second, MAKE_SEND_ONCE, &previous), OK);
        CHECK_EQ(type_of(previous), MACH_PORT_TYPE_SEND_ONCE);
        struct message message = message_plain(previous, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 500);
        CHECK_EQ(message_send(&message, 0), OK);
        expect_message(first, 500);
        CHECK_EQ(request_previous(port, ids[i], sync, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous), OK);
        CHECK_EQ(mach_port_deallocate(SELF, previous), OK);
        expect_message(second, MACH_NOTIFY_SEND_ONCE);
        CHECK_EQ(request_previous(port, ids[i], sync, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous), OK);
        CHECK_EQ(previous, MACH_PORT_NULL);
    }
    destroy_port(port);
    destroy_port(first);
    destroy_port(second);
}

TEST(a_previous_right_that_died_is_dead, "P69")
{
    mach_port_t at = make_port(), port = make_port(), previous;
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    destroy_port(at);
    CHECK_EQ(request_previous(port, MACH_NOTIFY_DEAD_NAME, 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous), OK);
    CHECK_EQ(previous, MACH_PORT_DEAD);
    destroy_port(port);
}

/* ---- dead name ---- */

TEST(one_slot_serves_both_requests, "P71")
{
    mach_port_t at = make_port(), port = make_port(), previous;
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    CHECK_EQ(request_previous(port, MACH_NOTIFY_SEND_POSSIBLE, 0, at, MAKE_SEND_ONCE, &previous), OK);
    CHECK_NE(previous, MACH_PORT_NULL);
    CHECK_EQ(mach_port_deallocate(SELF, previous), OK);
    expect_message(at, MACH_NOTIFY_SEND_ONCE);
    destroy_port(port);
    expect_notification(at, MACH_NOTIFY_PORT_DELETED); /* once */
    expect_nothing(at);
    destroy_port(at);
}

TEST(cancelling_an_empty_slot_is_fine_for_any_name, "P71 P72")
{
    mach_port_t previous;
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        struct item item = item_new(kind, 2);
        static const int ids[] = { MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_SEND_POSSIBLE };
        for (int i = 0; i < 2; i++) {
            CHECK_EQ(request_previous(item.name, ids[i], 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous),
                     kind == K_UNKNOWN ? KERN_INVALID_NAME : OK);
            CHECK_EQ(previous, MACH_PORT_NULL);
        }
        item_free(&item);
    }
}

TEST(dead_name_requests_by_kind, "P72")
{
    mach_port_t at = make_port(), previous;
    CHECK_EQ(request_previous(MACH_PORT_NULL, 72, 0, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_ARGUMENT);
    CHECK_EQ(request_previous(MACH_PORT_DEAD, 72, 0, at, MAKE_SEND_ONCE, &previous), KERN_INVALID_ARGUMENT);
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        for (uint32_t sync = 0; sync <= 1; sync++) {
            struct item item = item_new(kind, 2);
            bool dead = kind == K_DN || kind == K_S_DEAD || kind == K_SO_DEAD;
            kern_return_t expected = dead                ? (sync ? OK : KERN_INVALID_ARGUMENT)
                                     : kind == K_SET     ? KERN_INVALID_RIGHT
                                     : kind == K_UNKNOWN ? KERN_INVALID_NAME
                                                         : OK;
            int64_t before = dead ? refs_of(item.name, DEAD_NAME) : 0;
            drain(at);
            CHECK_EQ(request_previous(item.name, 72, sync, at, MAKE_SEND_ONCE, &previous), expected);
            if (dead && sync) {
                CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), item.name);
                CHECK_EQ(refs_of(item.name, DEAD_NAME), before + 1);
            } else if (expected == OK) {
                CHECK(type_of(item.name) & MACH_PORT_TYPE_DNREQUEST);
                expect_nothing(at);
            }
            item_free(&item);
        }
    }
    destroy_port(at);
}

TEST(a_dead_name_notification_adds_a_reference_up_to_the_peg, "P72 P73")
{
    mach_port_t at = make_port(), name = dead_name_new(65534);
    CHECK_EQ(request(name, MACH_NOTIFY_DEAD_NAME, 1, at), OK);
    CHECK_EQ(refs_of(name, DEAD_NAME), 65535);
    CHECK_EQ(request(name, MACH_NOTIFY_DEAD_NAME, 1, at), OK);
    CHECK_EQ(refs_of(name, DEAD_NAME), 65535);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), name);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), name);
    destroy_port(name);
    destroy_port(at);
}

TEST(a_dead_name_cannot_have_its_request_cancelled_but_it_is_no_error, "P72")
{
    mach_port_t at = make_port(), previous;
    struct item item = item_new(K_S, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, at), OK);
    destroy_port(item.holder);
    CHECK_EQ(request_previous(item.name, MACH_NOTIFY_DEAD_NAME, 0, MACH_PORT_NULL, MAKE_SEND_ONCE, &previous),
             OK);
    CHECK_EQ(previous, MACH_PORT_NULL);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_DEAD_NAME), item.name);
    destroy_port(item.name);
    destroy_port(at);
}

/* ---- every way a name can go away ---- */

enum ending {
    BY_DEALLOCATE,
    BY_MOD_REFS,
    BY_DESTROY,
    BY_DESTRUCT,
    BY_MOVE,
    BY_SENDING,
    BY_INSERT,
    BY_EXTRACT,
    N_ENDINGS
};

static bool end_name(struct item *item, enum ending ending)
{
    mach_port_t sink = MACH_PORT_NULL, poly;
    mach_msg_type_name_t type;
    struct message message;
    uint32_t how = item->kind == K_R ? MOVE_RECEIVE : item->kind == K_S ? MOVE_SEND : MOVE_SEND_ONCE;
    mach_port_right_t right = item->kind == K_R ? RECEIVE : item->kind == K_S ? SEND : SEND_ONCE;
    switch (ending) {
    case BY_DEALLOCATE: return item->kind != K_R && mach_port_deallocate(SELF, item->name) == OK;
    case BY_MOD_REFS: return mach_port_mod_refs(SELF, item->name, right, -1) == OK;
    case BY_DESTROY: return mach_port_destroy(SELF, item->name) == OK;
    case BY_DESTRUCT: return item->kind == K_R && mach_port_destruct(SELF, item->name, 0, 0) == OK;
    case BY_MOVE:
        sink = make_port();
        message = message_with_port(sink, MAKE_SEND, 1, item->name, how);
        CHECK_EQ(message_send(&message, 0), OK);
        destroy_port(sink);
        return true;
    case BY_SENDING:
        message = message_plain(item->name, how, MACH_PORT_NULL, 0, 1);
        return item->kind != K_R && message_send(&message, 0) == OK;
    case BY_INSERT:
        return item->kind != K_R && mach_port_insert_right(SELF, 0x88803, item->name, how) == OK &&
               mach_port_destroy(SELF, 0x88803) == OK;
    case BY_EXTRACT:
        return mach_port_extract_right(SELF, item->name, how, &poly, &type) == OK &&
               mach_port_destroy(SELF, poly) == OK;
    case N_ENDINGS: break;
    }
    return false;
}

TEST(a_name_that_goes_away_is_told_deleted, "P74")
{
    static const enum kind kinds[] = { K_R, K_S, K_SO };
    static const int ids[] = { MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_SEND_POSSIBLE };
    mach_port_t at = make_port();
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 2; i++) {
            for (enum ending ending = BY_DEALLOCATE; ending < N_ENDINGS; ending++) {
                struct item item = item_new(kinds[k], 1);
                CHECK_EQ(request(item.name, ids[i], 0, at), OK);
                if (end_name(&item, ending)) {
                    CHECK_EQ(type_of(item.name), 0);
                    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), item.name);
                    expect_nothing(at);
                }
                item_free(&item);
                drain(at);
            }
        }
    }
    destroy_port(at);
}

TEST(port_deleted_comes_before_the_message_that_caused_it, "P74 P108")
{
    mach_port_t port = make_port(), once = so_make(port);
    CHECK_EQ(request(once, MACH_NOTIFY_DEAD_NAME, 0, port), OK);
    struct message message = message_plain(once, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 12);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(expect_notification(port, MACH_NOTIFY_PORT_DELETED), once);
    expect_message(port, 12);
    destroy_port(port);
}

static int child_with_requests(void *argument)
{
    mach_port_t parent = world_parent_port(), once, previous;
    mach_port_t port = make_port();
    /* the parent's port is asked to be told about names here */
    struct message message = message_plain(parent, COPY_SEND, port, MAKE_SEND_ONCE, 1);
    CHECK_EQ(message_send(&message, -1), OK);
    CHECK_EQ(message_receive(&message, port, -1), OK);
    once = message.port[0].name;
    CHECK_EQ(request_previous(parent, MACH_NOTIFY_DEAD_NAME, 0, once, MOVE_SEND_ONCE, &previous), OK);
    message = message_plain(parent, COPY_SEND, MACH_PORT_NULL, 0, 2);
    message.header.msgh_size += 4;
    message.words[0] = parent;
    CHECK_EQ(message_send(&message, -1), OK);
    return WORLD_OK;
}

TEST(a_dying_task_tells_its_names_deleted, "P74 P162 P163")
{
    mach_port_t from = make_port(), at = make_port();
    struct message message;
    world_task *task = world_task_spawn(child_with_requests, NULL, from);
    REQUIRE_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    struct message answer =
        message_with_port(message.header.msgh_remote_port, MOVE_SEND_ONCE, 1, at, MAKE_SEND_ONCE);
    CHECK_EQ(message_send(&answer, 0), OK);
    REQUIRE_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    uint32_t their_name = message.words[0];
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DELETED), their_name);
    destroy_port(from);
    destroy_port(at);
}
