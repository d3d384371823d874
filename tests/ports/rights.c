/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/rights.c - sections 2.1 and 2.2: how rights arrive, and the calls that count them
 *
 * The tables P27 and P34 are here as tables: a row is a kind of name, and every row is run with the counts at which something
 * could go wrong. */
#include "tests/ports/util.h"

static const uint32_t counts[] = { 1, 2, 65534, 65535 };
#define N_COUNTS (sizeof(counts) / sizeof(counts[0]))

/* Sends a right through a port of our own and gives the name under which it came back. */
static mach_port_t through_the_post(mach_port_t name, uint32_t how, uint32_t *disposition_p)
{
    mach_port_t post = make_port();
    struct message message = message_with_port(post, MAKE_SEND, 1, name, how);
    REQUIRE_EQ(message_send(&message, 0), OK);
    REQUIRE_EQ(message_receive(&message, post, 0), OK);
    destroy_port(post);
    if (disposition_p != NULL)
        *disposition_p = message.port[0].disposition;
    return message.port[0].name;
}

TEST(a_send_right_coalesces, "P21")
{
    struct item send = item_new(K_S, 2), receive = item_new(K_R, 0), both = item_new(K_RS, 3);
    CHECK_EQ(through_the_post(send.name, COPY_SEND, NULL), send.name);
    CHECK_EQ(refs_of(send.name, SEND), 3);
    CHECK_EQ(through_the_post(receive.name, MAKE_SEND, NULL), receive.name);
    CHECK_EQ(type_of(receive.name), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(refs_of(receive.name, SEND), 1);
    CHECK_EQ(through_the_post(both.name, MAKE_SEND, NULL), both.name);
    CHECK_EQ(refs_of(both.name, SEND), 4);
    item_free(&send);
    item_free(&receive);
    item_free(&both);
}

TEST(a_receive_right_joins_the_send_right, "P21")
{
    struct item send = item_new(K_S, 5);
    CHECK_EQ(item_receive(&send), send.name);
    CHECK_EQ(type_of(send.name), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(refs_of(send.name, SEND), 5);
    destroy_port(send.name);
}

TEST(a_lone_right_gets_a_new_name, "P21")
{
    mach_port_t port = make_port(), holder = park(port), again;
    CHECK_EQ(type_of(port), 0);
    again = unpark(holder);
    CHECK_EQ(type_of(again), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(refs_of(again, SEND), 0);
    destroy_port(again);

    struct item send = item_new(K_S, 1);
    uint32_t disposition = 0;
    mach_port_t moved = through_the_post(send.name, MOVE_SEND, &disposition);
    CHECK_EQ(disposition, MACH_MSG_TYPE_PORT_SEND);
    CHECK_EQ(type_of(moved), MACH_PORT_TYPE_SEND);
    CHECK_EQ(refs_of(moved, SEND), 1);
    destroy_port(moved);
    destroy_port(send.holder);
}

TEST(send_once_rights_never_coalesce, "P22")
{
    mach_port_t port = port_new_with_sends(1), once[3];
    for (int i = 0; i < 3; i++) {
        once[i] = through_the_post(port, MAKE_SEND_ONCE, NULL);
        CHECK_EQ(type_of(once[i]), MACH_PORT_TYPE_SEND_ONCE);
        CHECK_EQ(refs_of(once[i], SEND_ONCE), 1);
        CHECK_NE(once[i], port);
        for (int k = 0; k < i; k++)
            CHECK_NE(once[i], once[k]);
    }
    CHECK_EQ(status_of(port).mps_sorights, 3);
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    for (int i = 0; i < 3; i++)
        destroy_port(once[i]);
}

TEST(a_space_counts_as_one_sender, "P23")
{
    mach_port_t port = port_new_with_sends(7), notify = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 100, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -6), OK);
    expect_nothing(notify);
    CHECK_EQ(through_the_post(port, COPY_SEND, NULL), port); /* arrives and is used up: srights stays above 0 */
    expect_nothing(notify);
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -2), OK);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_NO_SENDERS),
             1); /* urefs were added by mod_refs, made only once */
    destroy_port(port);
    destroy_port(notify);
}

TEST(get_srights_counts_spaces_and_messages, "P42 P23 P175")
{
    mach_port_t port = port_new_with_sends(9), post = make_port();
    mach_port_rights_t n = 99;
    kern_return_t kr = mach_port_get_srights(SELF, port, &n);
    if (kr != KERN_NOT_SUPPORTED) {
        CHECK_EQ(kr, OK);
        CHECK_EQ(n, 1);
        struct message message = message_with_port(post, MAKE_SEND, 1, port, COPY_SEND);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(mach_port_get_srights(SELF, port, &n), OK);
        CHECK_EQ(n, 2);
        CHECK_EQ(mach_port_get_srights(SELF, MACH_PORT_NULL, &n), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_get_srights(SELF, MACH_PORT_DEAD, &n), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_get_srights(SELF, name_unknown(), &n), KERN_INVALID_NAME);
    }
    destroy_port(post);
    destroy_port(port);
}

TEST(send_urefs_peg, "P24")
{
    mach_port_t port = port_new_with_sends(65534);
    send_add(port, 1);
    CHECK_EQ(refs_of(port, SEND), 65535);
    send_add(port, 1);
    CHECK_EQ(refs_of(port, SEND), 65535);
    CHECK_EQ(through_the_post(port, MAKE_SEND, NULL), port);
    CHECK_EQ(refs_of(port, SEND), 65535);
    CHECK_EQ(through_the_post(port, MOVE_SEND, NULL), port); /* neither the move nor the arrival counts */
    CHECK_EQ(refs_of(port, SEND), 65535);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    CHECK_EQ(refs_of(port, SEND), 65535);
    static const int without_effect[] = { -65534, -1, 0, 1, 65535 };
    for (size_t i = 0; i < 5; i++) {
        CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, without_effect[i]), OK);
        CHECK_EQ(refs_of(port, SEND), 65535);
    }
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -65535), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
}

TEST(dead_name_urefs_peg, "P24 P32")
{
    mach_port_t name = dead_name_new(65534);
    CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, 5), OK);
    CHECK_EQ(refs_of(name, DEAD_NAME), 65535);
    CHECK_EQ(mach_port_deallocate(SELF, name), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, -65534), OK);
    CHECK_EQ(refs_of(name, DEAD_NAME), 65535);
    CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, 65536), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, -65536), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, -65535), OK);
    CHECK_EQ(type_of(name), 0);
}

TEST(a_right_that_dies_on_the_way_arrives_dead, "P25")
{
    static const uint32_t how[] = { MOVE_SEND, COPY_SEND, MAKE_SEND_ONCE };
    static const uint32_t arrives_as[] = { MOVE_SEND, MOVE_SEND, MOVE_SEND_ONCE };
    for (int i = 0; i < 3; i++) {
        mach_port_t post = make_port(), port = port_new_with_sends(1);
        struct message message = message_with_port(post, MAKE_SEND, 1, port, how[i]);
        CHECK_EQ(message_send(&message, 0), OK);
        destroy_port(port);
        CHECK_EQ(message_receive(&message, post, 0), OK);
        CHECK_EQ(message.port[0].name, MACH_PORT_DEAD);
        CHECK_EQ(message.port[0].disposition, arrives_as[i]);
        CHECK_EQ(type_of(port), 0);
        destroy_port(post);
    }
}

/* ---- get_refs ---- */

/* P34: what a kind holds. 'n' counts urefs, '1' is always one, '.' none. */
static const char *const holds[K_UNKNOWN] = {
    [K_R] = ".1....",  [K_S] = "n.....",      [K_RS] = "n1....",      [K_SO] = "..1...",
    [K_DN] = "....n.", [K_S_DEAD] = "....n.", [K_SO_DEAD] = "....1.", [K_SET] = "...1..",
};

TEST(get_refs_counts_what_the_entry_holds, "P26 P34")
{
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        for (size_t i = 0; i < N_COUNTS; i++) {
            struct item item = item_new(kind, counts[i]);
            for (mach_port_right_t right = 0; right <= LABELH; right++) {
                char what = holds[kind][right];
                int64_t expected = what == 'n' ? counts[i] : what == '1';
                int64_t refs = refs_of(item.name, right);
                if (refs != expected)
                    FAIL("kind %s, right %u, urefs %u: %lld references, expected %lld", kind_name[kind],
                         right, counts[i], (long long)refs, (long long)expected);
            }
            CHECK_EQ(refs_of(item.name, 6), -1);
            item_free(&item);
        }
    }
}

TEST(get_refs_of_no_entry, "P26")
{
    static const mach_port_t reserved[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    mach_port_urefs_t refs = 9;
    mach_port_t unknown = name_unknown();
    for (int i = 0; i < 2; i++) {
        for (mach_port_right_t right = 0; right <= LABELH; right++) {
            bool one = right == SEND || right == SEND_ONCE;
            CHECK_EQ(mach_port_get_refs(SELF, reserved[i], right, &refs), one ? OK : KERN_INVALID_NAME);
            if (one)
                CHECK_EQ(refs, 1);
        }
        CHECK_EQ(mach_port_get_refs(SELF, reserved[i], 6, &refs), KERN_INVALID_VALUE);
    }
    CHECK_EQ(mach_port_get_refs(SELF, unknown, SEND, &refs), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_get_refs(SELF, unknown, 6, &refs), KERN_INVALID_VALUE);
}

/* ---- deallocate ---- */

TEST(deallocate_of_no_entry, "P27")
{
    CHECK_EQ(mach_port_deallocate(SELF, MACH_PORT_NULL), OK);
    CHECK_EQ(mach_port_deallocate(SELF, MACH_PORT_DEAD), OK);
    CHECK_EQ(mach_port_deallocate(SELF, name_unknown()), KERN_INVALID_NAME);
}

TEST(deallocate_releases_one_reference, "P27")
{
    static const enum kind counted[] = { K_S, K_RS, K_DN, K_S_DEAD };
    for (size_t k = 0; k < 4; k++) {
        mach_port_right_t right = counted[k] <= K_RS ? SEND : DEAD_NAME;
        for (size_t i = 0; i < N_COUNTS; i++) {
            struct item item = item_new(counted[k], counts[i]);
            CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
            if (counts[i] == 65535)
                CHECK_EQ(refs_of(item.name, right), 65535);
            else if (counts[i] > 1)
                CHECK_EQ(refs_of(item.name, right), counts[i] - 1);
            else
                CHECK_EQ(type_of(item.name), counted[k] == K_RS ? MACH_PORT_TYPE_RECEIVE : 0);
            item_free(&item);
        }
    }
}

TEST(deallocate_of_the_last_send_right_tells, "P27 P78 P74")
{
    mach_port_t notify = make_port(), no_senders = make_port();
    struct item item = item_new(K_RS, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_NO_SENDERS, 1, no_senders), KERN_SUCCESS);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
    CHECK_EQ(expect_notification(no_senders, MACH_NOTIFY_NO_SENDERS), 1);
    expect_nothing(notify); /* the entry lives on as R, with its slot */
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    destroy_port(item.name);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);

    item = item_new(K_S, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
    CHECK_EQ(type_of(item.name), 0);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
    destroy_port(item.holder);
    destroy_port(notify);
    destroy_port(no_senders);
}

TEST(no_senders_goes_out_before_port_deleted, "P27 P33")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), OK);
    mach_port_t holder = park(port);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), port);
    destroy_port(holder);
    destroy_port(notify);
}

TEST(deallocate_of_a_send_once_right_tells_its_port, "P27 P82")
{
    mach_port_t notify = make_port();
    struct item item = item_new(K_SO, 0);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), OK);
    CHECK_EQ(type_of(item.name), 0);
    expect_notification(item.receive, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
    CHECK_EQ(status_of(item.receive).mps_sorights, 0);
    item_free(&item);
    destroy_port(notify);
}

TEST(deallocate_does_not_touch_receive_rights, "P27")
{
    struct item item = item_new(K_R, 0);
    CHECK_EQ(mach_port_deallocate(SELF, item.name), KERN_INVALID_RIGHT);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_RECEIVE);
    item_free(&item);
}

TEST(deallocate_of_a_set_destroys_it, "P27 P94")
{
    mach_port_t set = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_deallocate(SELF, set), OK);
    CHECK_EQ(type_of(set), 0);
    CHECK_EQ(status_of(port).mps_pset, 0);
    destroy_port(port);
}

/* ---- mod_refs ---- */

TEST(mod_refs_arguments, "P28")
{
    static const mach_port_t reserved[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    mach_port_t unknown = name_unknown(), port = make_port();
    for (int i = 0; i < 2; i++) {
        for (mach_port_right_t right = 0; right <= LABELH; right++)
            CHECK_EQ(mach_port_mod_refs(SELF, reserved[i], right, -1),
                     right == SEND || right == SEND_ONCE ? OK : KERN_INVALID_NAME);
        CHECK_EQ(mach_port_mod_refs(SELF, reserved[i], 6, 0), KERN_INVALID_VALUE);
    }
    CHECK_EQ(mach_port_mod_refs(SELF, unknown, SEND, -1), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_mod_refs(SELF, unknown, 6, -1), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, port, 0xffffffff, 0), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, port, LABELH, 0), KERN_INVALID_RIGHT);
    destroy_port(port);
}

/* P34: 'D' a delta is counted, '0' only 0 and -1, '.' KERN_INVALID_RIGHT. */
static const char *const mod_refs_table[K_UNKNOWN] = {
    [K_R] = ".0....",  [K_S] = "D.....",      [K_RS] = "D0....",      [K_SO] = "..0...",
    [K_DN] = "....D.", [K_S_DEAD] = "....D.", [K_SO_DEAD] = "....D.", [K_SET] = "...0..",
};

static void check_mod_refs(enum kind kind, mach_port_right_t right, int delta, kern_return_t expected)
{
    struct item item = item_new(kind, 3);
    kern_return_t kr = mach_port_mod_refs(SELF, item.name, right, delta);
    if (kr != expected)
        FAIL("mod_refs of a %s, right %u, delta %d: 0x%x, expected 0x%x", kind_name[kind], right, delta, kr,
             expected);
    item_free(&item);
}

TEST(mod_refs_at_a_glance, "P34 P29 P30 P31 P32 P33")
{
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        for (mach_port_right_t right = 0; right <= LABELH; right++) {
            char what = mod_refs_table[kind][right];
            kern_return_t other = what == '.' ? KERN_INVALID_RIGHT : KERN_INVALID_VALUE;
            check_mod_refs(kind, right, 0, what == '.' ? KERN_INVALID_RIGHT : OK);
            check_mod_refs(kind, right, -1, what == '.' ? KERN_INVALID_RIGHT : OK);
            check_mod_refs(kind, right, 1, what == 'D' ? OK : other);
            check_mod_refs(kind, right, -4, other);
            check_mod_refs(kind, right, 65536, other);
            check_mod_refs(kind, right, -65536, other);
            check_mod_refs(kind, right, INT32_MIN, other);
            check_mod_refs(kind, right, INT32_MAX, other);
        }
    }
}

TEST(delta_zero_changes_nothing, "P28")
{
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        struct item item = item_new(kind, 2);
        mach_port_type_t type = type_of(item.name);
        for (mach_port_right_t right = 0; right < LABELH; right++)
            mach_port_mod_refs(SELF, item.name, right, 0);
        CHECK_EQ(type_of(item.name), type);
        CHECK_EQ(refs_of(item.name, SEND), holds[kind][SEND] == 'n' ? 2 : 0);
        item_free(&item);
    }
}

TEST(mod_refs_counts_send_rights, "P33 P24")
{
    for (size_t i = 0; i < N_COUNTS; i++) {
        struct item item = item_new(K_RS, counts[i]);
        int n = (int)counts[i];
        bool pegged = n == 65535;
        CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, -n - 1), KERN_INVALID_VALUE);
        CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, 1), OK);
        CHECK_EQ(refs_of(item.name, SEND), n < 65535 ? n + 1 : 65535);
        CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, 65535), OK);
        CHECK_EQ(refs_of(item.name, SEND), 65535);
        CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, pegged ? -65535 : -65535), OK);
        CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_RECEIVE);
        item_free(&item);
    }
}

TEST(a_send_right_cannot_be_made_by_mod_refs, "P33")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, 1), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_mod_refs(SELF, port, SEND, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
}

TEST(the_last_send_right_goes_by_mod_refs, "P33 P74")
{
    mach_port_t notify = make_port();
    struct item item = item_new(K_S, 4);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, -4), OK);
    CHECK_EQ(type_of(item.name), 0);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
    item_free(&item);

    item = item_new(K_RS, 4);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND, -4), OK);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    expect_nothing(notify);
    item_free(&item);
    destroy_port(notify);
}

TEST(a_set_goes_by_mod_refs, "P29")
{
    mach_port_t set = set_new(), port = make_port();
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, set, PORT_SET, -2), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, set, PORT_SET, -1), OK);
    CHECK_EQ(type_of(set), 0);
    CHECK_EQ(status_of(port).mps_pset, 0);
    destroy_port(port);
}

TEST(a_lone_receive_right_goes_by_mod_refs, "P30")
{
    mach_port_t notify = make_port(), port = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(type_of(port), 0);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), port);
    destroy_port(notify);
}

TEST(the_send_rights_left_by_a_receive_right_are_dead, "P30 P73")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(3);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(refs_of(port, DEAD_NAME), 3);
    destroy_port(port);

    for (uint32_t urefs = 65534; urefs <= 65535; urefs++) {
        port = port_new_with_sends(urefs);
        CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
        CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
        CHECK_EQ(refs_of(port, DEAD_NAME), 65535);
        CHECK_EQ(expect_notification(notify, MACH_NOTIFY_DEAD_NAME), port);
        destroy_port(port);
    }
    destroy_port(notify);
}

TEST(a_receive_right_with_its_own_sender_says_send_once, "P30 P37 P52")
{
    mach_port_t notify = make_port(), port = port_new_with_sends(1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    expect_notification(notify, MACH_NOTIFY_SEND_ONCE);
    expect_nothing(notify);
    destroy_port(port);
    destroy_port(notify);
}

TEST(a_receive_right_with_a_port_destroyed_request_moves, "P30 P81")
{
    mach_port_t notify = make_port(), slot = make_port(), port = port_new_with_sends(3);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, notify), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, slot), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DNREQUEST);
    CHECK_EQ(refs_of(port, SEND), 3);
    expect_nothing(slot);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DESTROYED), port);
    CHECK_EQ(rights_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    destroy_port(port);
    destroy_port(notify);
    destroy_port(slot);
}

TEST(receive_rights_know_only_minus_one, "P30")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, 1), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -2), KERN_INVALID_VALUE);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
}

TEST(a_send_once_right_goes_by_mod_refs, "P31")
{
    mach_port_t notify = make_port();
    struct item item = item_new(K_SO, 0);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND_ONCE, 1), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND_ONCE, -1), OK);
    CHECK_EQ(type_of(item.name), 0);
    expect_notification(item.receive, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_PORT_DELETED), item.name);
    item_free(&item);
    item = item_new(K_SO_DEAD, 0);
    CHECK_EQ(mach_port_mod_refs(SELF, item.name, SEND_ONCE, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(type_of(item.name), MACH_PORT_TYPE_DEAD_NAME);
    item_free(&item);
    destroy_port(notify);
}

TEST(dead_names_are_counted_by_mod_refs, "P32")
{
    for (size_t i = 0; i < N_COUNTS; i++) {
        mach_port_t name = dead_name_new(counts[i]);
        int n = (int)counts[i];
        if (n < 65535)
            CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, -n - 1), KERN_INVALID_VALUE);
        CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, 1), OK);
        CHECK_EQ(refs_of(name, DEAD_NAME), n < 65535 ? n + 1 : 65535);
        CHECK_EQ(mach_port_mod_refs(SELF, name, DEAD_NAME, n < 65534 ? -n - 1 : -65535), OK);
        CHECK_EQ(type_of(name), 0);
    }
}
