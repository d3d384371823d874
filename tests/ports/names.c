/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/names.c - section 1: names and entries */
#include "tests/ports/util.h"

#define LOW_BYTE(name) ((name)&0xff)

TEST(reserved_names_denote_nothing, "P5")
{
    mach_port_type_t type = 1;
    CHECK(!MACH_PORT_VALID(MACH_PORT_NULL));
    CHECK(!MACH_PORT_VALID(MACH_PORT_DEAD));
    CHECK_EQ(mach_port_type(SELF, MACH_PORT_NULL, &type), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, MACH_PORT_NULL), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, MACH_PORT_DEAD), KERN_INVALID_VALUE);
}

TEST(names_are_index_and_generation, "P6")
{
    for (int i = 0; i < 40; i++) {
        mach_port_t name = make_port();
        CHECK_EQ(name & 3, 3);
        CHECK_GE(name, 0x103);
        CHECK_EQ(MACH_PORT_MAKE(MACH_PORT_INDEX(name), MACH_PORT_GEN(name)), name);
    }
}

TEST(a_name_with_another_generation_is_unknown, "P7")
{
    mach_port_t name = make_port();
    mach_port_t other = (name & ~0xffu) | ((name + 4) & 0xff);
    mach_port_type_t type;
    CHECK_EQ(mach_port_type(SELF, other, &type), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, other), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_destroy(SELF, other), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_type(SELF, LOW_BYTE(name), &type), KERN_INVALID_NAME); /* index 0 */
    CHECK_EQ(mach_port_type(SELF, 0x7fffff03, &type), KERN_INVALID_NAME);     /* beyond the table */
    CHECK_EQ(rights_of(name), MACH_PORT_TYPE_RECEIVE);
    destroy_port(name);
}

/* Frees and allocates until the same index comes again. */
static mach_port_t next_at(mach_port_t name)
{
    mach_port_t next;
    REQUIRE_EQ(mach_port_deallocate(SELF, name), OK);
    next = dead_name_new(1);
    REQUIRE_EQ(MACH_PORT_INDEX(next), MACH_PORT_INDEX(name)); /* P9: the slot freed last is taken first */
    return next;
}

TEST(a_slot_gives_other_names_for_a_while, "P8 P9")
{
    mach_port_t seen[15];
    mach_port_type_t type;
    seen[0] = dead_name_new(1);
    for (int i = 1; i < 15; i++) {
        seen[i] = next_at(seen[i - 1]);
        for (int k = 0; k < i && LOW_BYTE(seen[i]) != 3; k++) {
            CHECK_NE(seen[i], seen[k]);
            CHECK_EQ(mach_port_type(SELF, seen[k], &type), KERN_INVALID_NAME);
        }
        if (LOW_BYTE(seen[i]) != 3)
            CHECK_EQ(LOW_BYTE(seen[i]), LOW_BYTE(seen[i - 1]) + 4);
        else
            CHECK(LOW_BYTE(seen[i - 1]) == 0x3b || LOW_BYTE(seen[i - 1]) == 0x7b ||
                  LOW_BYTE(seen[i - 1]) == 0xbb || LOW_BYTE(seen[i - 1]) == 0xfb);
    }
    mach_port_deallocate(SELF, seen[14]);
}

TEST(a_generation_comes_again_only_after_fourteen_others, "P8")
{
    mach_port_t name = dead_name_new(1);
    unsigned since_three = 0, rounds = 0;
    for (int i = 0; i < 300 && rounds < 3; i++) {
        name = next_at(name);
        since_three++;
        if (LOW_BYTE(name) != 3)
            continue;
        if (rounds > 0)
            CHECK(since_three == 15 || since_three == 31 || since_three == 47 || since_three == 63);
        since_three = 0;
        rounds++;
    }
    CHECK_EQ(rounds, 3);
    mach_port_deallocate(SELF, name);
}

TEST(fresh_names_differ_from_all_in_use, "P9")
{
    enum { N = 200 };
    mach_port_t names[N];
    for (int i = 0; i < N; i++) {
        names[i] = make_port();
        for (int k = 0; k < i; k++)
            if (names[k] == names[i])
                FAIL("the name 0x%x was given twice", names[i]);
    }
    for (int i = 0; i < N; i++)
        destroy_port(names[i]);
}

TEST(the_table_grows, "P10")
{
    enum { N = 5000 };
    static mach_port_t names[N];
    ipc_info_space_basic_t before, after;
    REQUIRE_EQ(mach_port_space_basic_info(SELF, &before), OK);
    CHECK_GE(before.iisb_table_size, 21);
    for (int i = 0; i < N; i++)
        names[i] = dead_name_new(1);
    REQUIRE_EQ(mach_port_space_basic_info(SELF, &after), OK);
    CHECK_GE(after.iisb_table_size, N);
    for (int i = 0; i < N; i++)
        CHECK_EQ(mach_port_deallocate(SELF, names[i]), OK);
    CHECK_EQ(type_of(names[0]), 0);
}

TEST(allocate_makes_what_is_asked, "P11")
{
    mach_port_t name = 0;
    static const struct {
        mach_port_right_t right;
        mach_port_type_t type;
    } good[] = { { RECEIVE, MACH_PORT_TYPE_RECEIVE },
                 { PORT_SET, MACH_PORT_TYPE_PORT_SET },
                 { DEAD_NAME, MACH_PORT_TYPE_DEAD_NAME } };
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(mach_port_allocate(SELF, good[i].right, &name), OK);
        CHECK_EQ(type_of(name), good[i].type);
        CHECK_EQ(refs_of(name, good[i].right), 1);
        destroy_port(name);
    }
    static const mach_port_right_t bad[] = { SEND, SEND_ONCE, LABELH, 6, 7, 0x7fffffff, 0xffffffff };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_EQ(mach_port_allocate(SELF, bad[i], &name), KERN_INVALID_VALUE);
}

TEST(a_fresh_port_is_blank, "P12 P54")
{
    mach_port_t port = make_port();
    mach_port_status_t blank = { .mps_qlimit = 5 }, status = status_of(port);
    mach_port_context_t context = 1;
    CHECK_MEM_EQ(&status, &blank, sizeof(status));
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    CHECK_EQ(mach_port_unguard(SELF, port, 0), KERN_INVALID_ARGUMENT);
    expect_nothing(port);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
}

TEST(allocate_name_honours_the_name, "P13")
{
    static const mach_port_right_t rights[] = { RECEIVE, PORT_SET, DEAD_NAME };
    for (size_t i = 0; i < 3; i++) {
        mach_port_t name = 0x12303;
        CHECK_EQ(mach_port_allocate_name(SELF, rights[i], name), OK);
        CHECK_EQ(type_of(name), MACH_PORT_TYPE(rights[i]));
        CHECK_EQ(mach_port_allocate_name(SELF, rights[i], name), KERN_NAME_EXISTS);
        CHECK_EQ(mach_port_destroy(SELF, name), OK);
    }
    CHECK_EQ(mach_port_allocate_name(SELF, SEND, 0x12303), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, LABELH, 122), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, SEND, MACH_PORT_NULL), KERN_INVALID_VALUE);
}

TEST(where_an_entry_can_be_put, "P14")
{
    mach_port_t used = make_port();
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 122), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 123), KERN_FAILURE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0x12300), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0x12301), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0x12302), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, used), KERN_NAME_EXISTS);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, (used & ~0xffu) | ((used + 4) & 0xff)), KERN_FAILURE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0xfffffe03), KERN_NO_SPACE);
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0xfffffe02), KERN_NO_SPACE); /* the index comes first */
    CHECK_EQ(mach_port_allocate_name(SELF, RECEIVE, 0x23407), OK);
    CHECK_EQ(type_of(0x23407), MACH_PORT_TYPE_RECEIVE);
    destroy_port(0x23407);
    destroy_port(used);
}

TEST(a_chosen_name_is_not_handed_out_again, "P14 P9")
{
    mach_port_t chosen = 0x3b03, names[80];
    REQUIRE_EQ(mach_port_allocate_name(SELF, DEAD_NAME, chosen), OK);
    for (int i = 0; i < 80; i++) {
        names[i] = make_port();
        CHECK_NE(MACH_PORT_INDEX(names[i]), MACH_PORT_INDEX(chosen));
    }
    for (int i = 0; i < 80; i++)
        destroy_port(names[i]);
    CHECK_EQ(mach_port_deallocate(SELF, chosen), OK);
}

TEST(rename_is_not_supported, "P16")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_rename(SELF, port, 0x45603), KERN_NOT_SUPPORTED);
    CHECK_EQ(mach_port_rename(SELF, MACH_PORT_NULL, MACH_PORT_DEAD), KERN_NOT_SUPPORTED);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    destroy_port(port);
}

TEST(rights_to_a_dead_port_become_dead_names, "P17")
{
    struct item send = item_new(K_S, 3), once = item_new(K_SO, 0);
    destroy_port(send.holder);
    destroy_port(once.receive);
    CHECK_EQ(type_of(send.name), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(refs_of(send.name, DEAD_NAME), 3);
    CHECK_EQ(type_of(once.name), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(refs_of(once.name, DEAD_NAME), 1);
    CHECK_EQ(mach_port_mod_refs(SELF, send.name, DEAD_NAME, -3), OK);
    CHECK_EQ(type_of(send.name), 0);
    CHECK_EQ(mach_port_deallocate(SELF, once.name), OK);
    CHECK_EQ(type_of(once.name), 0);
}

TEST(a_dying_port_adds_a_reference_where_a_request_waits, "P17 P73 P26")
{
    static const uint32_t urefs[] = { 1, 2, 65534, 65535 };
    mach_port_t notify = make_port();
    for (size_t i = 0; i < 4; i++) {
        struct item item = item_new(K_S, urefs[i]);
        CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
        destroy_port(item.holder);
        CHECK_EQ(refs_of(item.name, SEND), 0);
        CHECK_EQ(refs_of(item.name, DEAD_NAME), urefs[i] < 65535 ? urefs[i] + 1 : 65535);
        CHECK_EQ(expect_notification(notify, MACH_NOTIFY_DEAD_NAME), item.name);
        destroy_port(item.name);
    }
    struct item once = item_new(K_SO, 0);
    CHECK_EQ(request(once.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    destroy_port(once.receive);
    CHECK_EQ(refs_of(once.name, DEAD_NAME), 2);
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_DEAD_NAME), once.name);
    destroy_port(once.name);
    destroy_port(notify);
}

TEST(type_tells_rights_and_request, "P18")
{
    static const mach_port_type_t expected[N_KINDS] = {
        [K_R] = MACH_PORT_TYPE_RECEIVE,         [K_S] = MACH_PORT_TYPE_SEND,
        [K_RS] = MACH_PORT_TYPE_SEND_RECEIVE,   [K_SO] = MACH_PORT_TYPE_SEND_ONCE,
        [K_DN] = MACH_PORT_TYPE_DEAD_NAME,      [K_S_DEAD] = MACH_PORT_TYPE_DEAD_NAME,
        [K_SO_DEAD] = MACH_PORT_TYPE_DEAD_NAME, [K_SET] = MACH_PORT_TYPE_PORT_SET,
    };
    mach_port_type_t type = 0;
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++) {
        struct item item = item_new(kind, 2);
        CHECK_EQ(mach_port_type(SELF, item.name, &type), OK);
        CHECK_EQ(type, expected[kind]);
        item_free(&item);
    }
    CHECK_EQ(mach_port_type(SELF, MACH_PORT_NULL, &type), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_type(SELF, MACH_PORT_DEAD, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_type(SELF, name_unknown(), &type), KERN_INVALID_NAME);
}

TEST(type_shows_any_request_as_dnrequest, "P18")
{
    mach_port_t port = port_new_with_sends(1), notify = make_port();
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    mach_port_t previous = MACH_PORT_NULL;
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_SEND_POSSIBLE, 0, notify, MAKE_SEND_ONCE,
                                            &previous),
             OK);
    CHECK_NE(previous, MACH_PORT_NULL);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    destroy_port(previous);
    destroy_port(port);
    destroy_port(notify);
}

/* ---- mach_port_names ---- */

struct names {
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t n_names, n_types;
};

static struct names names_get(mach_port_t task)
{
    struct names all = { 0 };
    REQUIRE_EQ(mach_port_names(task, &all.names, &all.n_names, &all.types, &all.n_types), OK);
    CHECK_EQ(all.n_names, all.n_types);
    return all;
}

static void names_free(struct names *all)
{
    vm_deallocate(SELF, (vm_address_t)all->names, all->n_names * sizeof(*all->names));
    vm_deallocate(SELF, (vm_address_t)all->types, all->n_types * sizeof(*all->types));
}

static mach_port_type_t listed_type(const struct names *all, mach_port_t name)
{
    for (unsigned i = 0; i < all->n_names; i++)
        if (all->names[i] == name)
            return all->types[i];
    return 0;
}

TEST(names_lists_every_name_with_its_type, "P19")
{
    struct item item[K_UNKNOWN];
    struct names before = names_get(SELF);
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++)
        item[kind] = item_new(kind, 2);
    struct names all = names_get(SELF);
    CHECK_EQ(all.n_names, before.n_names + K_UNKNOWN + 2); /* the parking port, and the receive right of SO */
    for (unsigned i = 1; i < all.n_names; i++)
        CHECK_LT(all.names[i - 1], all.names[i]);
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++)
        CHECK_EQ(listed_type(&all, item[kind].name), type_of(item[kind].name));
    for (enum kind kind = K_R; kind < K_UNKNOWN; kind++)
        item_free(&item[kind]);
    names_free(&all);
    names_free(&before);
}

TEST(names_shows_which_request_it_is, "P19")
{
    mach_port_t notify = make_port(), dead = make_port(), delayed = make_port(),
                armed = port_new_with_sends(1);
    qlimit_set(armed, 0);
    CHECK_EQ(request(dead, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(request(delayed, MACH_NOTIFY_SEND_POSSIBLE, 0, notify), OK);
    CHECK_EQ(request(armed, MACH_NOTIFY_SEND_POSSIBLE, 1, notify), OK);
    struct names all = names_get(SELF);
    CHECK_EQ(listed_type(&all, dead), MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    CHECK_EQ(listed_type(&all, delayed), MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST |
                                             MACH_PORT_TYPE_SPREQUEST | MACH_PORT_TYPE_SPREQUEST_DELAYED);
    CHECK_EQ(listed_type(&all, armed),
             MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_DNREQUEST | MACH_PORT_TYPE_SPREQUEST);
    names_free(&all);
    destroy_port(dead);
    destroy_port(delayed);
    destroy_port(armed);
    destroy_port(notify);
}

TEST(names_lists_dead_entries_without_request, "P19 P17")
{
    mach_port_t notify = make_port();
    struct item item = item_new(K_S, 1);
    CHECK_EQ(request(item.name, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    destroy_port(item.holder);
    struct names all = names_get(SELF);
    CHECK_EQ(listed_type(&all, item.name), MACH_PORT_TYPE_DEAD_NAME);
    names_free(&all);
    destroy_port(item.name);
    destroy_port(notify);
}

static int idle_child(void *argument)
{
    struct message message;
    message_receive(&message, make_port(), -1);
    return WORLD_OK;
}

TEST(names_of_another_task_are_its_own, "P19 P2 P3")
{
    world_task *task = world_task_spawn(idle_child, NULL, MACH_PORT_NULL);
    mach_port_t theirs = 0;
    CHECK_EQ(mach_port_allocate_name(world_task_port_of(task), DEAD_NAME, 0x55503), OK);
    CHECK_EQ(mach_port_allocate(world_task_port_of(task), RECEIVE, &theirs), OK);
    struct names all = names_get(world_task_port_of(task));
    CHECK_EQ(listed_type(&all, 0x55503), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(listed_type(&all, theirs), MACH_PORT_TYPE_RECEIVE);
    names_free(&all);
    CHECK_EQ(type_of(0x55503), 0);
    world_task_kill(task);
}
