/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/vouchers.c - vouchers: made from recipes, told, and in messages (P103, P104, P107, P122, P124, P151, T106) */
#include <mach/mach_voucher.h>
#include <voucher/ipc_pthread_priority_types.h>

#include "tests/ports/util.h"

enum {
    HEAD = sizeof(mach_voucher_attr_recipe_data_t),
    PRIORITY_IN = 1u << 12 | 0xff,
    PRIORITY_UT = 1u << 10 | 0xfe,
    KEY_PRIORITY = MACH_VOUCHER_ATTR_KEY_PTHPRIORITY,
    KEY_DATA = MACH_VOUCHER_ATTR_KEY_USER_DATA,
    KEY_TEST = MACH_VOUCHER_ATTR_KEY_TEST,
    CREATE = MACH_VOUCHER_ATTR_PTHPRIORITY_CREATE,
    STORE = MACH_VOUCHER_ATTR_USER_DATA_STORE
};

/* ---- recipes ---- */

struct recipes {
    uint32_t size;
    uint8_t bytes[MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE];
};

static void add(struct recipes *recipes, uint32_t key, uint32_t command, mach_port_t previous,
                const void *content, uint32_t size)
{
    mach_voucher_attr_recipe_data_t head = { key, command, previous, size };
    memcpy(recipes->bytes + recipes->size, &head, HEAD);
    if (size > 0)
        memcpy(recipes->bytes + recipes->size + HEAD, content, size);
    recipes->size += HEAD + size;
}

static kern_return_t make(const struct recipes *recipes, mach_port_t *voucher)
{
    *voucher = MACH_PORT_NULL;
    return host_create_mach_voucher(mach_host_self(), (uint8_t *)recipes->bytes, recipes->size, voucher);
}

static kern_return_t make_one(uint32_t key, uint32_t command, mach_port_t previous, const void *content,
                              uint32_t size, mach_port_t *voucher)
{
    struct recipes recipes = { 0 };
    add(&recipes, key, command, previous, content, size);
    return make(&recipes, voucher);
}

static mach_port_t with_priority(uint32_t priority)
{
    mach_port_t voucher;
    REQUIRE_EQ(make_one(KEY_PRIORITY, CREATE, MACH_PORT_NULL, &priority, sizeof(priority), &voucher), OK);
    return voucher;
}

static mach_port_t with_data(const char *data)
{
    mach_port_t voucher;
    REQUIRE_EQ(make_one(KEY_DATA, STORE, MACH_PORT_NULL, data, (uint32_t)strlen(data), &voucher), OK);
    return voucher;
}

/* -1: absent, or the call failed. */
static int64_t priority_of(mach_port_t voucher)
{
    uint32_t value = 0;
    mach_msg_type_number_t size = sizeof(value);
    kern_return_t kr = mach_voucher_extract_attr_content(voucher, KEY_PRIORITY, (uint8_t *)&value, &size);
    return kr == OK && size == sizeof(value) ? (int64_t)value : -1;
}

static void check_data(mach_port_t voucher, uint32_t key, const char *data)
{
    char found[64];
    mach_msg_type_number_t size = sizeof(found);
    CHECK_EQ(mach_voucher_extract_attr_content(voucher, key, (uint8_t *)found, &size), OK);
    CHECK_EQ(size, strlen(data));
    CHECK_MEM_EQ(found, data, size);
}

/* ---- making ---- */

TEST(a_priority_is_kept_normalized, "T106")
{
    mach_port_t voucher = with_priority(PRIORITY_UT);
    CHECK_EQ(priority_of(voucher), PRIORITY_UT);
    CHECK_EQ(with_priority(0x80000000u | PRIORITY_UT), voucher);           /* flags are dropped */
    CHECK_EQ(with_priority(1u << 13 | PRIORITY_UT), voucher);              /* the lowest class counts */
    CHECK_EQ(priority_of(with_priority(1u << 10 | 0x80)), 1 << 10 | 0xf0); /* the nearest relative priority */
    CHECK_EQ(priority_of(with_priority(0x02000000u | PRIORITY_IN)), 0x02000000);
    CHECK_EQ(priority_of(with_priority(0)), -1);
    CHECK_EQ(refs_of(voucher, SEND), 3);
}

TEST(a_priority_is_created_from_32_bits_by_one_command, "T106")
{
    uint32_t value[2] = { PRIORITY_IN, 0 };
    mach_port_t voucher;
    CHECK_EQ(make_one(KEY_PRIORITY, CREATE, MACH_PORT_NULL, value, 8, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_PRIORITY, CREATE, MACH_PORT_NULL, value, 3, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_PRIORITY, CREATE, MACH_PORT_NULL, NULL, 0, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_PRIORITY, MACH_VOUCHER_ATTR_PTHPRIORITY_NULL, MACH_PORT_NULL, value, 4, &voucher),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_PRIORITY, STORE, MACH_PORT_NULL, value, 4, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_PRIORITY, MACH_VOUCHER_ATTR_SET_VALUE_HANDLE, MACH_PORT_NULL, value, 4, &voucher),
             KERN_INVALID_CAPABILITY);
    CHECK_EQ(voucher, MACH_PORT_NULL);
}

TEST(vouchers_of_the_same_values_are_one, "T106 P176")
{
    uint32_t priority = PRIORITY_IN;
    struct recipes here = { 0 }, there = { 0 };
    mach_port_t a, b;
    add(&here, KEY_DATA, STORE, MACH_PORT_NULL, "ab", 2);
    add(&here, KEY_PRIORITY, CREATE, MACH_PORT_NULL, &priority, sizeof(priority));
    add(&there, KEY_PRIORITY, CREATE, MACH_PORT_NULL, &priority, sizeof(priority));
    add(&there, KEY_DATA, STORE, MACH_PORT_NULL, "lost", 4);
    add(&there, KEY_DATA, STORE, MACH_PORT_NULL, "ab", 2);
    CHECK_EQ(make(&here, &a), OK);
    CHECK_EQ(make(&there, &b), OK);
    CHECK_EQ(a, b);
    CHECK_NE(a, with_priority(PRIORITY_IN));
    CHECK_EQ(refs_of(a, SEND), 2);
    CHECK_EQ(mach_voucher_deallocate(a), OK);
    CHECK_EQ(mach_voucher_deallocate(a), OK);
    CHECK_EQ(type_of(a), 0);
}

TEST(values_are_copied_and_removed, "T106")
{
    mach_port_t priority = with_priority(PRIORITY_IN), data = with_data("who"), both, voucher;
    struct recipes recipes = { 0 };
    add(&recipes, MACH_VOUCHER_ATTR_KEY_ALL, MACH_VOUCHER_ATTR_COPY, data, NULL, 0);
    add(&recipes, KEY_PRIORITY, MACH_VOUCHER_ATTR_COPY, priority, NULL, 0);
    CHECK_EQ(make(&recipes, &both), OK);
    check_data(both, KEY_DATA, "who");
    CHECK_EQ(priority_of(both), PRIORITY_IN);
    add(&recipes, KEY_DATA, MACH_VOUCHER_ATTR_REMOVE, with_data("other"), NULL, 0); /* only if it is the same */
    CHECK_EQ(make(&recipes, &voucher), OK);
    CHECK_EQ(voucher, both);
    add(&recipes, KEY_DATA, MACH_VOUCHER_ATTR_REMOVE, MACH_PORT_NULL, NULL, 0);
    CHECK_EQ(make(&recipes, &voucher), OK);
    CHECK_EQ(voucher, priority);
    CHECK_EQ(make_one(MACH_VOUCHER_ATTR_KEY_ALL, MACH_VOUCHER_ATTR_REDEEM, both, NULL, 0, &voucher), OK);
    CHECK_EQ(voucher, both);
    CHECK_EQ(make_one(KEY_TEST, MACH_VOUCHER_ATTR_TEST_STORE, MACH_PORT_NULL, "", 0, &voucher), OK);
    CHECK_EQ(make_one(MACH_VOUCHER_ATTR_KEY_BANK, MACH_VOUCHER_ATTR_COPY, both, NULL, 0, &voucher), OK);
}

TEST(recipes_that_mean_nothing_make_nothing, "T106")
{
    mach_port_t data = with_data("x"), plain = make_port(), voucher = 77;
    struct recipes recipes = { 0 };
    CHECK_EQ(make(&recipes, &voucher), OK);
    CHECK_EQ(voucher, MACH_PORT_NULL);
    add(&recipes, KEY_DATA, STORE, MACH_PORT_NULL, "abcd", 4);
    for (uint32_t size = 1; size < HEAD + 4; size++) {
        recipes.size = size;
        CHECK_EQ(make(&recipes, &voucher), KERN_INVALID_ARGUMENT);
    }
    recipes.size = HEAD + 4;
    memset(recipes.bytes + 12, 0xff, 4); /* content_size */
    CHECK_EQ(make(&recipes, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(KEY_DATA, STORE, plain, "x", 1, &voucher), KERN_INVALID_CAPABILITY);
    CHECK_EQ(make_one(KEY_DATA, STORE, MACH_PORT_DEAD, "x", 1, &voucher), KERN_INVALID_CAPABILITY);
    CHECK_EQ(make_one(KEY_DATA, STORE, name_unknown(), "x", 1, &voucher), KERN_INVALID_CAPABILITY);
    CHECK_EQ(make_one(0, STORE, MACH_PORT_NULL, "x", 1, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(9, MACH_VOUCHER_ATTR_COPY, data, NULL, 0, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(MACH_VOUCHER_ATTR_KEY_ALL, STORE, data, "x", 1, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(make_one(MACH_VOUCHER_ATTR_KEY_BANK, STORE, data, "x", 1, &voucher), KERN_INVALID_ARGUMENT);
    CHECK_EQ(voucher, MACH_PORT_NULL);
    CHECK_EQ(refs_of(data, SEND), 1);
}

TEST(a_voucher_holds_no_more_than_can_be_told_at_once, "T106")
{
    static const uint8_t much[4000];
    struct recipes first = { 0 }, second = { 0 }, told;
    mach_port_t voucher, more;
    add(&first, KEY_DATA, STORE, MACH_PORT_NULL, much, sizeof(much));
    CHECK_EQ(make(&first, &voucher), OK);
    add(&second, KEY_TEST, STORE, MACH_PORT_NULL, much, sizeof(much));
    add(&second, KEY_DATA, MACH_VOUCHER_ATTR_COPY, voucher, NULL, 0);
    CHECK_EQ(make(&second, &more), KERN_NO_SPACE);
    told.size = sizeof(told.bytes);
    CHECK_EQ(mach_voucher_extract_all_attr_recipes(voucher, told.bytes, &told.size), OK);
    CHECK_EQ(told.size, HEAD + sizeof(much));
}

/* ---- telling ---- */

TEST(a_voucher_tells_its_recipes_in_the_order_of_keys, "T106")
{
    uint32_t priority = PRIORITY_UT;
    struct recipes recipes = { 0 }, told = { .size = sizeof(told.bytes) }, expected = { 0 };
    mach_port_t voucher;
    add(&recipes, KEY_DATA, STORE, MACH_PORT_NULL, "abc", 3);
    add(&recipes, KEY_PRIORITY, CREATE, MACH_PORT_NULL, &priority, sizeof(priority));
    REQUIRE_EQ(make(&recipes, &voucher), OK);
    add(&expected, KEY_PRIORITY, MACH_VOUCHER_ATTR_PTHPRIORITY_NULL, MACH_PORT_NULL, &priority,
        sizeof(priority));
    add(&expected, KEY_DATA, STORE, MACH_PORT_NULL, "abc", 3);
    CHECK_EQ(mach_voucher_extract_all_attr_recipes(voucher, told.bytes, &told.size), OK);
    REQUIRE_EQ(told.size, expected.size);
    CHECK_MEM_EQ(told.bytes, expected.bytes, told.size);
    told.size = sizeof(told.bytes);
    CHECK_EQ(mach_voucher_debug_info(SELF, voucher, told.bytes, &told.size), OK);
    CHECK_MEM_EQ(told.bytes, expected.bytes, told.size);
    told.size = HEAD + 4;
    CHECK_EQ(mach_voucher_extract_attr_recipe(voucher, KEY_PRIORITY, told.bytes, &told.size), OK);
    CHECK_EQ(told.size, HEAD + 4);
    CHECK_MEM_EQ(told.bytes, expected.bytes, told.size);
    told.size = 100;
    CHECK_EQ(mach_voucher_extract_attr_recipe(voucher, KEY_TEST, told.bytes, &told.size), OK);
    CHECK_EQ(told.size, HEAD);
    CHECK_EQ(((mach_voucher_attr_recipe_t)told.bytes)->command, MACH_VOUCHER_ATTR_NOOP);
}

TEST(what_is_asked_of_no_voucher_or_with_too_little_room_is_refused, "T106")
{
    mach_port_t voucher = with_data("abc"), plain = port_new_with_sends(1);
    uint8_t room[64];
    mach_msg_type_number_t size = 2;
    CHECK_EQ(mach_voucher_extract_attr_content(voucher, KEY_DATA, room, &size), KERN_NO_SPACE);
    size = HEAD + 2;
    CHECK_EQ(mach_voucher_extract_attr_recipe(voucher, KEY_DATA, room, &size), KERN_NO_SPACE);
    CHECK_EQ(mach_voucher_extract_all_attr_recipes(voucher, room, &size), KERN_NO_SPACE);
    size = HEAD - 1;
    CHECK_EQ(mach_voucher_extract_attr_recipe(voucher, KEY_TEST, room, &size), KERN_NO_SPACE);
    size = sizeof(room);
    CHECK_EQ(mach_voucher_extract_attr_content(voucher, 9, room, &size), KERN_INVALID_ARGUMENT);
    size = sizeof(room);
    CHECK_EQ(mach_voucher_extract_attr_content(SELF, KEY_DATA, room, &size), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_voucher_debug_info(SELF, plain, room, &size), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_voucher_debug_info(SELF, MACH_PORT_NULL, room, &size), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_voucher_attr_command(voucher, KEY_PRIORITY, CREATE, room, 4, room, &size),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_voucher_attr_command(voucher, KEY_DATA, STORE, room, 4, room, &size), KERN_FAILURE);
}

/* ---- of threads ---- */

static mach_port_t voucher_of_thread(mach_port_t thread)
{
    mach_port_t voucher = 77;
    CHECK_EQ(thread_get_mach_voucher(thread, MACH_VOUCHER_SELECTOR_CURRENT, &voucher), OK);
    return voucher;
}

TEST(a_thread_keeps_the_voucher_that_it_set, "P176")
{
    mach_port_t self = mach_thread_self(), voucher = with_data("mine"), other = make_port(),
                swapped = MACH_PORT_NULL;
    CHECK_EQ(voucher_of_thread(self), MACH_PORT_NULL);
    CHECK_EQ(thread_set_mach_voucher(self, voucher), OK);
    CHECK_EQ(refs_of(voucher, SEND), 1);
    CHECK_EQ(voucher_of_thread(self), voucher);
    CHECK_EQ(refs_of(voucher, SEND), 2);
    CHECK_EQ(mach_port_mod_refs(SELF, voucher, SEND, -2), OK);
    voucher = voucher_of_thread(self);
    check_data(voucher, KEY_DATA, "mine");
    send_add(other, 1);
    CHECK_EQ(thread_set_mach_voucher(self, other), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_get_mach_voucher(self, 2, &swapped), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_swap_mach_voucher(self, voucher, &swapped), KERN_NOT_SUPPORTED);
    CHECK_EQ(thread_set_mach_voucher(self, MACH_PORT_NULL), OK);
    CHECK_EQ(voucher_of_thread(self), MACH_PORT_NULL);
    mach_port_deallocate(SELF, self);
}

/* ---- in messages ---- */

static struct message with_voucher(mach_port_t dest, uint32_t how, mach_port_t voucher, uint32_t voucher_how)
{
    struct message message = message_plain(dest, how, MACH_PORT_NULL, 0, 5);
    message.header.msgh_bits |= voucher_how << 16;
    message.header.msgh_voucher_port = voucher;
    return message;
}

TEST(a_voucher_arrives_where_it_is_wanted_and_is_dropped_elsewhere, "P103 P151 P108")
{
    mach_port_t port = make_port(), voucher = with_data("v");
    struct message message = with_voucher(port, MAKE_SEND, voucher, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive_with(&message, port, MACH_RCV_VOUCHER, 0), OK);
    CHECK_EQ(message.header.msgh_voucher_port, voucher);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(refs_of(voucher, SEND), 2);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), 0);
    CHECK_EQ(refs_of(voucher, SEND), 2);
    message = with_voucher(port, MAKE_SEND, MACH_PORT_NULL, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive_with(&message, port, MACH_RCV_VOUCHER, 0), OK);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
}

TEST(a_moved_voucher_lives_in_its_message_and_ends_with_it, "P103 P124 P176")
{
    mach_port_t port = make_port(), voucher = with_data("moves");
    struct message message = with_voucher(port, MAKE_SEND, voucher, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(voucher), 0);
    CHECK_EQ(message_receive_with(&message, port, MACH_RCV_VOUCHER, 0), OK);
    voucher = message.header.msgh_voucher_port;
    check_data(voucher, KEY_DATA, "moves");
    message = with_voucher(port, MAKE_SEND, voucher, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    destroy_port(port);
}

TEST(a_voucher_comes_back_with_a_message_that_was_not_queued, "P122")
{
    mach_port_t port = make_port(), voucher = with_data("back");
    fill(port);
    struct message message = with_voucher(port, MAKE_SEND, voucher, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(message.header.msgh_voucher_port, voucher);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MOVE_SEND);
    CHECK_EQ(refs_of(voucher, SEND), 2);
    message = with_voucher(port, MAKE_SEND, MACH_PORT_NULL, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MOVE_SEND);
}

TEST(only_a_send_right_to_a_voucher_is_taken_for_one, "P103 P44")
{
    mach_port_t port = make_port(), voucher = with_data("only"),
                others[] = { port_new_with_sends(1), SELF, so_make(port), dead_name_new(1) };
    static const uint32_t how[] = { 16, 18, 20, 21, 31 };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct message message = with_voucher(port, MAKE_SEND, others[i], COPY_SEND);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER);
    }
    for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
        struct message message = with_voucher(port, MAKE_SEND, voucher, how[i]);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_VOUCHER);
    }
    CHECK_EQ(refs_of(voucher, SEND), 1);
    expect_nothing(port);
}

TEST(a_voucher_pays_for_a_message_to_itself_once_for_each_right, "P104 P107")
{
    mach_port_t voucher = with_data("self");
    struct message message = with_voucher(voucher, MOVE_SEND, voucher, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_DEST);
    message.header.msgh_bits = MACH_MSGH_BITS_SET(COPY_SEND, COPY_SEND, COPY_SEND, 0);
    message.header.msgh_local_port = voucher;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_REPLY);
    CHECK_EQ(refs_of(voucher, SEND), 1);
    message = with_voucher(voucher, COPY_SEND, voucher, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(refs_of(voucher, SEND), 1);
    message = with_voucher(voucher, MOVE_SEND, voucher, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(voucher), 0);
    voucher = with_data("self");
    CHECK_EQ(with_data("self"), voucher);
    message = with_voucher(voucher, MOVE_SEND, voucher, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(voucher), 0);
}

TEST(a_request_to_the_kernel_may_carry_a_voucher_which_means_nothing, "K10 P179")
{
    mach_port_t voucher = with_data("kernel");
    struct message message = with_voucher(SELF, COPY_SEND, voucher, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(voucher), 0);
}

static int holder(void *argument)
{
    struct message message;
    mach_port_t same = with_data("shared"), port = make_port();
    CHECK_EQ(say(world_parent_port(), 1), OK);
    message = message_plain(world_parent_port(), COPY_SEND, port, MAKE_SEND, 2);
    CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
    CHECK_EQ(message_receive_with(&message, port, MACH_RCV_VOUCHER, PATIENCE_MS), OK);
    CHECK_EQ(message.header.msgh_voucher_port, same); /* one voucher, one name */
    check_data(same, KEY_DATA, "shared");
    return WORLD_OK;
}

TEST(tasks_of_one_user_share_a_voucher_and_it_outlives_its_maker, "T106 P151")
{
    mach_port_t port = make_port(), nothing = 0;
    struct message message;
    world_task *task = world_task_spawn(holder, &nothing, port);
    CHECK_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    mach_port_t voucher = with_data("shared");
    CHECK_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    message = with_voucher(message.header.msgh_remote_port, MOVE_SEND, voucher, COPY_SEND);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    check_data(voucher, KEY_DATA, "shared");
}
