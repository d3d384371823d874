/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/guarded.c - guarded descriptors: receive rights that travel with their guard (P110, P123, P136 to P138) */
#include "tests/ports/util.h"

enum {
    IMMOVABLE = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE,
    UNGUARDED = MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND
};
enum { GUARD = 0x1234 };

static mach_msg_guarded_port_descriptor_t *guarded_of(struct message *message, uint32_t n)
{
    return descriptor(message, n);
}

static void add_guarded(struct message *message, mach_port_t name, uint64_t context, uint32_t flags)
{
    mach_msg_guarded_port_descriptor_t guarded = { .context = context,
                                                   .flags = flags,
                                                   .disposition = MOVE_RECEIVE,
                                                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
                                                   .name = name };
    message->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    if (message->header.msgh_size == sizeof(mach_msg_header_t))
        message->header.msgh_size += sizeof(mach_msg_body_t);
    memcpy((char *)message + message->header.msgh_size, &guarded, sizeof(guarded));
    message->header.msgh_size += sizeof(guarded);
    message->body.msgh_descriptor_count++;
}

static struct message guarded_message(mach_port_t dest, mach_port_t name, uint64_t context, uint32_t flags)
{
    struct message message = message_plain(dest, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_guarded(&message, name, context, flags);
    return message;
}

static kern_return_t receive_guarded(struct message *message, mach_port_t from)
{
    return message_receive_with(message, from, MACH_RCV_GUARDED_DESC, 0);
}

static mach_port_t guarded_port(uint64_t flags)
{
    mach_port_t port = make_port();
    CHECK_EQ(mach_port_guard_with_flags(SELF, port, GUARD, flags), OK);
    return port;
}

static void destroy_guarded(mach_port_t port, uint64_t guard)
{
    CHECK_EQ(mach_port_destruct(SELF, port, 0, guard), OK);
}

/* ---- sending ---- */

TEST(the_form_of_a_guarded_descriptor, "P110 P136")
{
    mach_port_t port = make_port(), carried = make_port();
    static const struct {
        uint64_t context;
        uint32_t flags;
    } bad[] = { { 0, 0 }, { 0, 4 }, { 0, 4 | UNGUARDED }, { 0, 0x8001 }, { 5, UNGUARDED }, { 5, 3 } };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct message message = guarded_message(port, carried, bad[i].context, bad[i].flags);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_TYPE);
    }
    for (uint32_t how = 0; how < 30; how++) {
        struct message message = guarded_message(port, carried, 0, UNGUARDED);
        guarded_of(&message, 0)->disposition = how;
        if (how != MOVE_RECEIVE)
            CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_TYPE);
    }
    struct message message = guarded_message(port, carried, 0, UNGUARDED);
    message.header.msgh_size -= 4;
    CHECK_EQ(message_send(&message, 0), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_RECEIVE); /* nothing was taken by any of them */
    expect_nothing(port);
    destroy_port(carried);
    destroy_port(port);
}

TEST(who_moves_a_guarded_port_must_know_its_guard, "P136")
{
    mach_port_t port = make_port(), free = make_port(), guarded = guarded_port(0),
                strict = guarded_port(MPG_STRICT);
    mach_port_t immovable = guarded_port(MPG_IMMOVABLE_RECEIVE), zero = make_port();
    CHECK_EQ(mach_port_guard(SELF, zero, 0, 0), OK);
    const struct {
        mach_port_t name;
        uint64_t context;
        uint32_t flags;
        kern_return_t code;
    } plan[] = {
        { free, 0, IMMOVABLE, MACH_SEND_INVALID_RIGHT }, /* it has no guard */
        { free, GUARD, IMMOVABLE, MACH_SEND_INVALID_RIGHT },
        { guarded, 0, UNGUARDED, MACH_SEND_INVALID_RIGHT },
        { guarded, 0, IMMOVABLE, MACH_SEND_INVALID_RIGHT },
        { guarded, GUARD + 1, IMMOVABLE, MACH_SEND_INVALID_RIGHT },
        { strict, GUARD + 1, IMMOVABLE, MACH_SEND_INVALID_RIGHT },
        { immovable, GUARD, IMMOVABLE, MACH_SEND_INVALID_RIGHT },
        { guarded, GUARD, IMMOVABLE, OK },
        { strict, GUARD, IMMOVABLE, OK },
        { free, 0, UNGUARDED, OK },
        { zero, 0, UNGUARDED, OK },
    };
    for (size_t i = 0; i < sizeof(plan) / sizeof(plan[0]); i++) {
        struct message message = guarded_message(port, plan[i].name, plan[i].context, plan[i].flags);
        CHECK_EQ(message_send(&message, 0), plan[i].code);
        CHECK_EQ(type_of(plan[i].name), plan[i].code == OK ? 0 : MACH_PORT_TYPE_RECEIVE);
    }
    destroy_guarded(immovable, GUARD);
    destroy_port(port); /* with all that is on the way */
}

TEST(a_guarded_descriptor_takes_receive_rights_alone, "P136 P43 P111")
{
    mach_port_t port = make_port(), reserved[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        struct item item = item_new(kind, 1);
        bool has = kind == K_R || kind == K_RS;
        struct message message = guarded_message(port, item.name, 0, UNGUARDED);
        CHECK_EQ(message_send(&message, 0), has ? OK : MACH_SEND_INVALID_RIGHT);
        if (has) {
            CHECK_EQ(receive_guarded(&message, port), OK);
            item.name = guarded_of(&message, 0)->name;
        }
        item_free(&item);
    }
    for (int i = 0; i < 2; i++) {
        struct message message = guarded_message(port, reserved[i], 0, IMMOVABLE);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(receive_guarded(&message, port), OK);
        CHECK_EQ(guarded_of(&message, 0)->name, reserved[i]);
        CHECK_EQ(guarded_of(&message, 0)->context, 0); /* there is nothing that a guard could be on */
    }
    destroy_port(port);
}

/* ---- receiving ---- */

TEST(a_port_that_came_without_a_guard_has_none, "P137 P50 P51")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(1);
    CHECK_EQ(say(carried, 7), OK);
    struct message message = guarded_message(port, carried, 0, UNGUARDED);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_SEND);
    CHECK_EQ(receive_guarded(&message, port), OK);
    const mach_msg_guarded_port_descriptor_t *guarded = guarded_of(&message, 0);
    CHECK_EQ(message.header.msgh_size, 28 + 16);
    CHECK_EQ(guarded->name, carried);
    CHECK_EQ(guarded->type, MACH_MSG_GUARDED_PORT_DESCRIPTOR);
    CHECK_EQ(guarded->disposition, MOVE_RECEIVE);
    CHECK_EQ(guarded->flags, UNGUARDED);
    CHECK_EQ(guarded->context, 0);
    CHECK_EQ(status_of(carried).mps_flags, 0);
    expect_message(carried, 7);
    CHECK_EQ(unpark(park(carried)), carried); /* and it moves on */
    destroy_port(carried);
    destroy_port(port);
}

TEST(the_guard_of_a_port_that_shall_stay_is_the_address_of_the_buffer, "P137 P63")
{
    mach_port_t port = make_port(), where = make_port(), poly;
    mach_msg_type_name_t type;
    for (int i = 0; i < 2; i++) {
        struct message message = guarded_message(port, guarded_port(i ? MPG_STRICT : 0), GUARD, IMMOVABLE);
        struct message here;
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(receive_guarded(&here, port), OK);
        const mach_msg_guarded_port_descriptor_t *guarded = guarded_of(&here, 0);
        CHECK_EQ(guarded->flags, IMMOVABLE);
        CHECK_EQ(guarded->context, (uintptr_t)&here);
        CHECK_EQ(status_of(guarded->name).mps_flags,
                 MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE); /* not strict */
        message = message_with_port(where, MAKE_SEND, 1, guarded->name, MOVE_RECEIVE);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
        CHECK_EQ(mach_port_extract_right(SELF, guarded->name, MOVE_RECEIVE, &poly, &type),
                 KERN_INVALID_CAPABILITY);
        CHECK_EQ(mach_port_mod_refs(SELF, guarded->name, RECEIVE, -1), KERN_INVALID_RIGHT);
        CHECK_EQ(mach_port_destruct(SELF, guarded->name, 0, GUARD), KERN_INVALID_ARGUMENT); /* the old one */
        destroy_guarded(guarded->name, (uintptr_t)&here);
    }
    destroy_port(where);
    destroy_port(port);
}

TEST(both_flags_mean_that_an_unguarded_port_shall_stay, "P136 P137")
{
    mach_port_t port = make_port();
    struct message message = guarded_message(port, make_port(), 0, UNGUARDED | IMMOVABLE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(receive_guarded(&message, port), OK);
    CHECK_EQ(guarded_of(&message, 0)->flags, IMMOVABLE);
    destroy_guarded(guarded_of(&message, 0)->name, (uintptr_t)&message);
    destroy_port(port);
}

TEST(a_receive_buffer_of_its_own_gives_the_guard, "P137 P98")
{
    mach_port_t port = make_port();
    struct message message = guarded_message(port, guarded_port(0), GUARD, IMMOVABLE), other;
    CHECK_EQ(mach_msg_overwrite(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_GUARDED_DESC,
                                message.header.msgh_size, sizeof(other), port, 0, MACH_PORT_NULL,
                                &other.header, 0),
             OK);
    CHECK_EQ(guarded_of(&other, 0)->context, (uintptr_t)&other);
    destroy_guarded(guarded_of(&other, 0)->name, (uintptr_t)&other);
    destroy_port(port);
}

TEST(a_guarded_descriptor_that_the_receiver_does_not_take_is_empty_and_its_port_dies, "P138 P52")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(1), second = port_new_with_sends(1);
    mach_port_t moves = make_port(), notify = make_port();
    CHECK_EQ(request(second, MACH_NOTIFY_PORT_DESTROYED, 0, notify), OK);
    struct message message = guarded_message(port, carried, 0, UNGUARDED);
    add_guarded(&message, second, 0, UNGUARDED | IMMOVABLE);
    add_port(&message, moves, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_size, 28 + 16 + 16 + 12);
    for (uint32_t i = 0; i < 2; i++) {
        const mach_msg_guarded_port_descriptor_t *guarded = guarded_of(&message, i);
        CHECK_EQ(guarded->type, MACH_MSG_GUARDED_PORT_DESCRIPTOR);
        CHECK_EQ(guarded->disposition, MOVE_RECEIVE);
        CHECK_EQ(guarded->name, MACH_PORT_NULL);
        CHECK_EQ(guarded->flags, 0);
        CHECK_EQ(guarded->context, 0);
    }
    const mach_msg_port_descriptor_t *plain = descriptor(&message, 2); /* what follows is where it was */
    CHECK_EQ(plain->type, MACH_MSG_PORT_DESCRIPTOR);
    CHECK_EQ(type_of(plain->name), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_DEAD_NAME);
    expect_notification(notify, MACH_NOTIFY_PORT_DESTROYED);
    CHECK_EQ(rights_of(second), MACH_PORT_TYPE_SEND_RECEIVE);
    destroy_port(plain->name);
    destroy_port(carried);
    destroy_port(second);
    destroy_port(notify);
    destroy_port(port);
}

TEST(a_received_guarded_descriptor_can_be_destroyed, "P187 P137")
{
    mach_port_t port = make_port(), carried[2] = { make_port(), make_port() };
    CHECK_EQ(mach_port_guard(SELF, carried[1], GUARD, 1), OK);
    struct message message = guarded_message(port, carried[0], 0, UNGUARDED);
    add_guarded(&message, carried[1], GUARD, IMMOVABLE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(receive_guarded(&message, port), OK);
    mach_msg_destroy(&message.header);
    for (uint32_t i = 0; i < 2; i++)
        CHECK_EQ(type_of(guarded_of(&message, i)->name), 0);
    destroy_port(port);
}

TEST(a_guarded_port_on_the_way_into_its_own_queue_is_destroyed, "P114 P136")
{
    mach_port_t port = guarded_port(0);
    struct message message = guarded_message(port, port, GUARD, IMMOVABLE);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(port), 0);
}

/* ---- coming back ---- */

TEST(a_guarded_descriptor_comes_back_guarded_anew, "P123 P122")
{
    mach_port_t port = make_port(), guarded = guarded_port(MPG_STRICT), free = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_guarded(&message, guarded, GUARD, IMMOVABLE);
    add_guarded(&message, free, 0, UNGUARDED);
    qlimit_set(port, 0);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT);
    const mach_msg_guarded_port_descriptor_t *first = guarded_of(&message, 0),
                                             *second = guarded_of(&message, 1);
    CHECK_EQ(first->flags, IMMOVABLE);
    CHECK_EQ(first->context, (uintptr_t)&message);
    CHECK_EQ(status_of(first->name).mps_flags,
             MACH_PORT_STATUS_FLAG_GUARDED); /* neither strict nor immovable */
    CHECK_EQ(second->flags, UNGUARDED);
    CHECK_EQ(second->context, 0);
    CHECK_EQ(status_of(second->name).mps_flags, 0);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_TIMED_OUT); /* it can be sent again as it is */
    qlimit_set(port, 5);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(receive_guarded(&message, port), OK);
    mach_msg_destroy(&message.header);
    destroy_port(port);
}

TEST(a_blocked_guarded_descriptor_comes_back_too, "P123 P122")
{
    mach_port_t port = make_port(), guarded = guarded_port(0);
    struct message message = guarded_message(port, guarded, GUARD, IMMOVABLE);
    qlimit_set(port, 0);
    CHECK_EQ(message_send(&message, 1), MACH_SEND_TIMED_OUT);
    CHECK_EQ(guarded_of(&message, 0)->context, (uintptr_t)&message);
    destroy_guarded(guarded_of(&message, 0)->name, (uintptr_t)&message);
    destroy_port(port);
}

/* ---- to another task ---- */

static int takes_guarded(void *argument)
{
    mach_port_t own = make_port();
    struct message message = message_with_port(world_parent_port(), COPY_SEND, 1, own, MAKE_SEND);
    CHECK_EQ(message_send(&message, -1), OK);
    CHECK_EQ(message_receive_with(&message, own, MACH_RCV_GUARDED_DESC, PATIENCE_MS), OK);
    const mach_msg_guarded_port_descriptor_t *guarded = guarded_of(&message, 0);
    CHECK_EQ(guarded->context, (uintptr_t)&message);
    expect_message(guarded->name, 9); /* what was sent before it came */
    CHECK_EQ(mach_port_destroy(SELF, guarded->name), KERN_INVALID_RIGHT);
    return WORLD_OK;
}

TEST(a_guarded_port_goes_to_another_task, "P136 P137 P51")
{
    mach_port_t from = make_port(), carried = port_new_with_sends(1);
    struct message message;
    world_task *task = world_task_spawn(takes_guarded, NULL, from);
    CHECK_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    mach_port_t dest = message.port[0].name;
    CHECK_EQ(mach_port_guard(SELF, carried, GUARD, 1), OK);
    CHECK_EQ(say(carried, 9), OK);
    message = message_plain(dest, COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_guarded(&message, carried, GUARD, IMMOVABLE);
    CHECK_EQ(message_send(&message, -1), OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_EQ(type_of(carried),
             MACH_PORT_TYPE_DEAD_NAME); /* a guard does not protect from the end of its task */
    destroy_port(carried);
    destroy_port(dest);
    destroy_port(from);
}
