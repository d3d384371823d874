/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/guards.c - P60 to P63: what a guard is and what it forbids (the return codes; exceptions are section 14) */
#include "tests/ports/util.h"

TEST(guard_lookups, "P60 P46")
{
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        struct item item = item_new(kind, 1);
        bool has = kind == K_R || kind == K_RS;
        kern_return_t expected = has ? OK : kind == K_UNKNOWN ? KERN_INVALID_NAME : KERN_INVALID_RIGHT;
        CHECK_EQ(mach_port_guard(SELF, item.name, 4, 0), expected);
        CHECK_EQ(mach_port_unguard(SELF, item.name, 4), expected);
        item_free(&item);
    }
    CHECK_EQ(mach_port_guard(SELF, MACH_PORT_NULL, 4, 0), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_guard(SELF, MACH_PORT_DEAD, 4, 0), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_unguard(SELF, MACH_PORT_NULL, 4), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_unguard(SELF, MACH_PORT_DEAD, 4), KERN_INVALID_NAME);
}

TEST(a_guard_is_set_once, "P60")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_unguard(SELF, port, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_guard(SELF, port, 0, 0), OK);
    CHECK_EQ(status_of(port).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED);
    CHECK_EQ(mach_port_guard(SELF, port, 6, 1), OK); /* value 0 can be guarded again */
    CHECK_EQ(mach_port_guard(SELF, port, 7, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_unguard(SELF, port, 7), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_unguard(SELF, port, 6), OK);
    CHECK_EQ(status_of(port).mps_flags, 0);
    mach_port_context_t context = 1;
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 0);
    CHECK_EQ(mach_port_set_context(SELF, port, 3), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 7, 0), KERN_INVALID_ARGUMENT); /* a context is in the way */
    destroy_port(port);
}

TEST(a_guard_forbids_destruction, "P62 P30 P37 P38")
{
    mach_port_t port = port_new_with_sends(1);
    CHECK_EQ(mach_port_guard(SELF, port, 9, 0), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destroy(SELF, port), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 8), KERN_INVALID_ARGUMENT);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, 0), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -2), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK); /* a send right is none of its business */
    CHECK_EQ(mach_port_unguard(SELF, port, 9), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), OK);
}

TEST(a_guard_of_zero_protects_only_from_mod_refs, "P62 P37 P30")
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_guard(SELF, port, 0, 0), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, RECEIVE, -1), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_destroy(SELF, port), OK);
    CHECK_EQ(type_of(port), 0);
}

TEST(a_guarded_port_moves_and_loses_its_guard, "P62 P50")
{
    mach_port_t port = port_new_with_sends(1);
    CHECK_EQ(mach_port_guard(SELF, port, 9, 1), OK);
    CHECK_EQ(say(port, 4), OK); /* senders do not notice */
    CHECK_EQ(unpark(park(port)), port);
    CHECK_EQ(status_of(port).mps_flags, 0);
    CHECK_EQ(mach_port_unguard(SELF, port, 9), KERN_INVALID_ARGUMENT);
    expect_message(port, 4);
    destroy_port(port);
}

static int child_with_guard(void *argument)
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_guard(SELF, port, 9, 1), OK);
    struct message message = message_with_port(world_parent_port(), COPY_SEND, 1, port, MAKE_SEND);
    CHECK_EQ(message_send(&message, -1), OK);
    return WORLD_OK;
}

TEST(a_guard_does_not_survive_its_task, "P62 P162")
{
    mach_port_t from = make_port();
    struct message message;
    world_task *task = world_task_spawn(child_with_guard, NULL, from);
    CHECK_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_EQ(type_of(message.port[0].name), MACH_PORT_TYPE_DEAD_NAME);
    destroy_port(message.port[0].name);
    destroy_port(from);
}

TEST(an_immovable_receive_right_stays, "P63 P61 P43")
{
    mach_port_t port = make_port(), where = make_port(), poly;
    mach_msg_type_name_t type;
    kern_return_t kr = mach_port_guard_with_flags(SELF, port, 9, MPG_IMMOVABLE_RECEIVE);
    if (kr == KERN_NOT_SUPPORTED)
        SKIP("mach_port_guard_with_flags is not built");
    CHECK_EQ(kr, OK);
    CHECK_EQ(status_of(port).mps_flags,
             MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE);
    struct message message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(mach_port_insert_right(SELF, 0x66603, port, MOVE_RECEIVE), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_extract_right(SELF, port, MOVE_RECEIVE, &poly, &type), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_unguard(SELF, port, 9), OK);
    CHECK_EQ(mach_port_insert_right(SELF, 0x66603, port, MOVE_RECEIVE),
             KERN_INVALID_CAPABILITY); /* the mark stays */
    destroy_port(port);
    destroy_port(where);
}

TEST(a_special_reply_port_stays, "P63 P65")
{
    mach_port_t port = thread_get_special_reply_port(), where = make_port();
    if (port == MACH_PORT_NULL)
        SKIP("special reply ports are not built");
    struct message message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(port) & MACH_PORT_TYPE_RECEIVE, MACH_PORT_TYPE_RECEIVE);
    destroy_port(where);
}

TEST(swap_guard_exchanges_the_value, "P61")
{
    mach_port_t port = make_port();
    kern_return_t kr = mach_port_swap_guard(SELF, port, 1, 2);
    if (kr == KERN_NOT_SUPPORTED)
        SKIP("mach_port_swap_guard is not built");
    CHECK_EQ(kr, KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_guard(SELF, port, 1, 0), OK);
    CHECK_EQ(mach_port_swap_guard(SELF, port, 5, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_swap_guard(SELF, port, 1, 2), OK);
    CHECK_EQ(mach_port_unguard(SELF, port, 2), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 1, 1), OK);
    CHECK_EQ(mach_port_swap_guard(SELF, port, 1, 2), KERN_INVALID_ARGUMENT); /* strict */
    CHECK_EQ(mach_port_unguard(SELF, port, 1), OK);
    destroy_port(port);
}
