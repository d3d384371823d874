/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/dispositions.c - section 2.5: what each disposition takes
 *
 * The table P43 is run in every context of P44: insert_right, extract_right, a descriptor, an array of ports, the reply and the
 * destination of a message. */
#include "tests/ports/util.h"

enum outcome { IR, IN, TAKEN, DEAD }; /* refused; refused; taken; carried as dead */

static const uint32_t dispositions[] = { MOVE_RECEIVE, MOVE_SEND, MOVE_SEND_ONCE,
                                         COPY_SEND,    MAKE_SEND, MAKE_SEND_ONCE,
                                         15,           22 };
#define N_DISPOSITIONS (sizeof(dispositions) / sizeof(dispositions[0]))

static const enum outcome p43[N_DISPOSITIONS][N_KINDS] = {
    /*                  R      S      RS     SO     DN    S†    SO†   set  unknown */
    /* MOVE_RECEIVE */ { TAKEN, IR, TAKEN, IR, IR, IR, IR, IR, IN },
    /* MOVE_SEND */ { IR, TAKEN, TAKEN, IR, DEAD, DEAD, DEAD, IR, IN },
    /* MOVE_SEND_ONCE */ { IR, IR, IR, TAKEN, DEAD, DEAD, DEAD, IR, IN },
    /* COPY_SEND */ { IR, TAKEN, TAKEN, IR, DEAD, DEAD, DEAD, IR, IN },
    /* MAKE_SEND */ { TAKEN, IR, TAKEN, IR, IR, IR, IR, IR, IN },
    /* MAKE_SEND_ONCE */ { TAKEN, IR, TAKEN, IR, IR, IR, IR, IR, IN },
    /* 15 */ { IR, IR, IR, IR, IR, IR, IR, IR, IN },
    /* 22 */ { IR, IR, IR, IR, IR, IR, IR, IR, IN },
};

static mach_port_type_t base_type(enum kind kind)
{
    static const mach_port_type_t types[N_KINDS] = {
        [K_R] = MACH_PORT_TYPE_RECEIVE,         [K_S] = MACH_PORT_TYPE_SEND,
        [K_RS] = MACH_PORT_TYPE_SEND_RECEIVE,   [K_SO] = MACH_PORT_TYPE_SEND_ONCE,
        [K_DN] = MACH_PORT_TYPE_DEAD_NAME,      [K_S_DEAD] = MACH_PORT_TYPE_DEAD_NAME,
        [K_SO_DEAD] = MACH_PORT_TYPE_DEAD_NAME, [K_SET] = MACH_PORT_TYPE_PORT_SET
    };
    return types[kind];
}

static uint32_t urefs_in(mach_port_name_t name)
{
    int64_t send = refs_of(name, SEND), dead = refs_of(name, DEAD_NAME);
    return (uint32_t)((send > 0 ? send : 0) + (dead > 0 ? dead : 0));
}

static uint32_t urefs_before(enum kind kind, uint32_t urefs)
{
    switch (kind) {
    case K_S:
    case K_RS:
    case K_DN:
    case K_S_DEAD: return urefs;
    case K_SO_DEAD: return 1;
    case K_R:
    case K_SO:
    case K_SET:
    case K_UNKNOWN:
    case N_KINDS: return 0;
    }
    return 0;
}

/* What is left under the name when the right was taken. */
static void check_left(const struct item *item, uint32_t how, uint32_t urefs)
{
    uint32_t before = urefs_before(item->kind, urefs);
    bool moved_one = how == MOVE_SEND || (how == MOVE_SEND_ONCE && item->kind != K_SO);
    uint32_t after = moved_one && before < 65535 ? before - 1 : before;
    mach_port_type_t type = base_type(item->kind);
    if (how == MOVE_SEND_ONCE && item->kind == K_SO)
        type = 0;
    if (how == MOVE_RECEIVE)
        type &= ~MACH_PORT_TYPE_RECEIVE;
    if (after == 0 && before > 0)
        type &= MACH_PORT_TYPE_RECEIVE;
    if (type_of(item->name) != type || urefs_in(item->name) != (type ? after : 0))
        FAIL("after disposition %u of %s with %u urefs: type 0x%x, urefs %u; expected 0x%x, %u", how,
             kind_name[item->kind], urefs, type_of(item->name), urefs_in(item->name), type, type ? after : 0);
}

static void check_code(const struct item *item, uint32_t how, const char *where, kern_return_t kr,
                       kern_return_t expected)
{
    if (kr != expected)
        FAIL("disposition %u of %s in %s: 0x%x, expected 0x%x", how, kind_name[item->kind], where, kr,
             expected);
}

static kern_return_t body_code(enum outcome outcome)
{
    return outcome == IR || outcome == IN ? MACH_SEND_INVALID_RIGHT : OK;
}

static void run_p43(uint32_t urefs,
                    void (*context)(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs))
{
    for (size_t d = 0; d < N_DISPOSITIONS; d++) {
        for (enum kind kind = K_R; kind < N_KINDS; kind++) {
            struct item item = item_new(kind, urefs);
            context(&item, dispositions[d], p43[d][kind], urefs);
            item_free(&item);
        }
    }
}

static mach_port_t post;

static void in_a_descriptor(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    struct message message = message_with_port(post, MAKE_SEND, 1, item->name, how);
    kern_return_t kr = message_send(&message, 0);
    check_code(item, how, "a descriptor", kr, body_code(outcome));
    if (kr == OK) {
        check_left(item, how, urefs);
        CHECK_EQ(message_receive(&message, post, 0), OK);
        if (outcome == DEAD)
            CHECK_EQ(message.port[0].name, MACH_PORT_DEAD);
        mach_msg_destroy(&message.header);
    } else {
        expect_nothing(post);
        CHECK_EQ(type_of(item->name), base_type(item->kind));
    }
}

static void in_an_array(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    struct message message = message_plain(post, MAKE_SEND, 0, 0, 1);
    mach_port_t names[3] = { MACH_PORT_NULL, item->name, MACH_PORT_DEAD };
    add_ports(&message, names, 3, how, false);
    kern_return_t kr = message_send(&message, 0);
    check_code(item, how, "an array", kr, body_code(outcome));
    if (kr == OK) {
        check_left(item, how, urefs);
        CHECK_EQ(message_receive(&message, post, 0), OK);
        const mach_port_t *got = message.ool_ports.address;
        REQUIRE(got != NULL);
        CHECK_EQ(got[0], MACH_PORT_NULL);
        CHECK_EQ(got[2], MACH_PORT_DEAD);
        if (outcome == DEAD)
            CHECK_EQ(got[1], MACH_PORT_DEAD);
        mach_msg_destroy(&message.header);
    }
}

static void in_insert_right(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    kern_return_t kr = mach_port_insert_right(SELF, MACH_PORT_NULL, item->name, how);
    kern_return_t expected = outcome == IR   ? KERN_INVALID_RIGHT
                             : outcome == IN ? KERN_INVALID_NAME
                                             : KERN_INVALID_VALUE;
    check_code(item, how, "insert_right", kr, expected);
    if ((outcome == TAKEN && how != MOVE_RECEIVE) || outcome == DEAD)
        check_left(item, how, urefs); /* the right is destroyed by step 2 of P39, but the entry has paid */
}

/* The caller's own space gets the right back, so only the code can be seen. */
static void in_extract_right(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    mach_port_t poly = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    kern_return_t expected = outcome == IR ? KERN_INVALID_RIGHT : outcome == IN ? KERN_INVALID_NAME : OK;
    if (how < MOVE_RECEIVE || how > MAKE_SEND_ONCE)
        expected = KERN_INVALID_VALUE;
    kern_return_t kr = mach_port_extract_right(SELF, item->name, how, &poly, &type);
    check_code(item, how, "extract_right", kr, expected);
    if (kr == OK && outcome == DEAD)
        CHECK_EQ(poly, MACH_PORT_DEAD);
    if (kr == OK && poly != item->name)
        destroy_port(poly);
}

static void in_the_reply(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    if (how < MOVE_SEND || how > MAKE_SEND_ONCE)
        return; /* an invalid header, P102 */
    struct message message = message_plain(post, MAKE_SEND, item->name, how, 1);
    kern_return_t kr = message_send(&message, 0);
    check_code(item, how, "the reply", kr, outcome == IR || outcome == IN ? MACH_SEND_INVALID_REPLY : OK);
    if (kr == OK) {
        check_left(item, how, urefs);
        CHECK_EQ(message_receive(&message, post, 0), OK);
        if (outcome == DEAD)
            CHECK_EQ(message.header.msgh_remote_port, MACH_PORT_DEAD);
        mach_msg_destroy(&message.header);
    } else {
        CHECK_EQ(type_of(item->name), base_type(item->kind));
    }
}

static void in_the_destination(struct item *item, uint32_t how, enum outcome outcome, uint32_t urefs)
{
    if (how < MOVE_SEND || how > MAKE_SEND_ONCE)
        return;
    if (how == MOVE_SEND_ONCE && item->kind == K_SO_DEAD)
        return; /* P45 */
    struct message message = message_plain(item->name, how, MACH_PORT_NULL, 0, 1);
    kern_return_t kr = message_send(&message, 0);
    check_code(item, how, "the destination", kr, outcome == TAKEN ? OK : MACH_SEND_INVALID_DEST);
    if (kr == OK) {
        check_left(item, how, urefs);
        expect_message(item_receive(item), 1);
    } else {
        CHECK_EQ(type_of(item->name), base_type(item->kind));
    }
}

#define P43_TEST(test, context)                                                                              \
    TEST(test, "P43 P44")                                                                                    \
    {                                                                                                        \
        static const uint32_t counts[] = { 1, 2, 65535 };                                                    \
        post = make_port();                                                                                  \
        for (int i = 0; i < 3; i++)                                                                          \
            run_p43(counts[i], context);                                                                     \
        destroy_port(post);                                                                                  \
    }

P43_TEST(what_each_disposition_takes_in_a_descriptor, in_a_descriptor)
P43_TEST(what_each_disposition_takes_in_an_array, in_an_array)
P43_TEST(what_each_disposition_takes_in_insert_right, in_insert_right)
P43_TEST(what_each_disposition_takes_in_extract_right, in_extract_right)
P43_TEST(what_each_disposition_takes_in_the_reply, in_the_reply)
P43_TEST(what_each_disposition_takes_in_the_destination, in_the_destination)

TEST(dispositions_and_the_sender_counts, "P43 P47 P23")
{
    mach_port_t where = make_port(), port = port_new_with_sends(2);
    static const uint32_t how[] = { COPY_SEND, MAKE_SEND, MOVE_SEND, MAKE_SEND_ONCE };
    for (int i = 0; i < 4; i++) {
        struct message message = message_with_port(where, MAKE_SEND, 1, port, how[i]);
        uint32_t before = status_of(port).mps_mscount;
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(status_of(port).mps_mscount, before + (how[i] == MAKE_SEND));
        CHECK_EQ(status_of(port).mps_sorights, how[i] == MAKE_SEND_ONCE);
        CHECK_EQ(status_of(port).mps_srights, 1);
    }
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -1), OK);
    CHECK_EQ(status_of(port).mps_srights, 1); /* those in the messages */
    drain(where);
    CHECK_EQ(status_of(port).mps_srights, 0);
    drain(port); /* the notification that the send-once right became still is one */
    CHECK_EQ(status_of(port).mps_sorights, 0);
    destroy_port(where);
    destroy_port(port);
}

TEST(moved_rights_tell_the_slot, "P43 P74")
{
    static const struct {
        enum kind kind;
        uint32_t how;
        bool deleted;
    } cases[] = { { K_R, MOVE_RECEIVE, true }, { K_RS, MOVE_RECEIVE, false },  { K_S, MOVE_SEND, true },
                  { K_RS, MOVE_SEND, false },  { K_SO, MOVE_SEND_ONCE, true }, { K_S, COPY_SEND, false },
                  { K_R, MAKE_SEND, false } };
    mach_port_t where = make_port(), notify = make_port();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct item item = item_new(cases[i].kind, 1);
        CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
        struct message message = message_with_port(where, MAKE_SEND, 1, item.name, cases[i].how);
        CHECK_EQ(message_send(&message, 0), OK);
        if (cases[i].deleted)
            CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
        else
            CHECK(type_of(item.name) & MACH_PORT_TYPE_DNREQUEST);
        expect_nothing(notify);
        drain(where);
        item_free(&item);
        drain(notify);
    }
    destroy_port(where);
    destroy_port(notify);
}

TEST(no_name_in_a_body_needs_no_disposition, "P44 P135")
{
    static const mach_port_t names[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    static const uint32_t given[] = {
        0, 15, 22, 26, 99, MAKE_SEND, MOVE_RECEIVE, MOVE_SEND_ONCE, MAKE_SEND_ONCE
    };
    static const uint32_t seen[] = { 0, 0, 0, 0, 0, 17, 16, 18, 18 };
    mach_port_t where = make_port();
    for (int n = 0; n < 2; n++) {
        for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
            struct message message = message_with_port(where, MAKE_SEND, 1, names[n], given[i]);
            CHECK_EQ(message_send(&message, 0), OK);
            CHECK_EQ(message_receive(&message, where, 0), OK);
            CHECK_EQ(message.port[0].name, names[n]);
            CHECK_EQ(message.port[0].disposition, seen[i]);
        }
    }
    destroy_port(where);
}

TEST(a_send_once_right_to_a_port_that_just_died, "P45")
{
    struct item item = item_new(K_SO_DEAD, 0);
    struct message message = message_plain(item.name, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(item.name), 0);
    item = item_new(K_SO_DEAD, 0);
    message = message_plain(item.name, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_DEAD_NAME); /* looked at */
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST);
    item_free(&item);
}
