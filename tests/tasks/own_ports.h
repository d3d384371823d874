/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/own_ports.h - control ports that stay with their task: what the tests of the soft and of the hard options share */
#pragma once

#include "tests/tasks/faulting.h"

#define PINNED_BY_RELEASE ((int64_t)1 << 56)
#define PINNED_BY_DESTROY ((int64_t)2 << 56)
#define PINNED_BY_MOVE ((int64_t)4 << 56)

static inline mach_port_t movable_task(void)
{
    mach_port_t port = MACH_PORT_NULL;
    CHECK_EQ(task_get_special_port(SELF, TASK_KERNEL_PORT, &port), OK);
    return port;
}

/* A message with one right, to a port by this disposition. */
static inline kern_return_t send_one(mach_port_t dest, uint32_t dest_how, mach_port_t reply, mach_port_t right, uint32_t how)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(dest_how, reply ? MACH_MSG_TYPE_COPY_SEND : 0),
                    .msgh_size = sizeof message.header,
                    .msgh_remote_port = dest,
                    .msgh_local_port = reply },
        .body = { 1 },
        .port = { .name = right, .disposition = how, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    if (right != MACH_PORT_NULL) {
        message.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        message.header.msgh_size = sizeof message;
    }
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, message.header.msgh_size, 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

static inline mach_port_t receive_one(mach_port_t from)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_max_trailer_t trailer;
    } message;
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, from, PATIENCE_MS,
                        MACH_PORT_NULL),
               OK);
    return message.port.name;
}

/* All but the reference that is pinned. */
static inline void release_all_but_one(mach_port_t name)
{
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, (mach_port_delta_t)(1 - sends_of(name))), OK);
    CHECK_EQ(sends_of(name), 1);
}

/* One violation each, of a task that has only the pinned reference left; they give the call's code. */
static inline kern_return_t by_deallocate(void)
{
    release_all_but_one(SELF);
    return mach_port_deallocate(SELF, SELF);
}

static inline kern_return_t by_mod_refs_of_self(void)
{
    release_all_but_one(SELF);
    return mach_port_mod_refs(SELF, SELF, MACH_PORT_RIGHT_SEND, -1);
}

static inline kern_return_t by_destroy_of_self(void)
{
    return mach_port_destroy(SELF, SELF);
}

static inline kern_return_t by_move_as_destination(void)
{
    release_all_but_one(SELF);
    return send_one(SELF, MACH_MSG_TYPE_MOVE_SEND, MACH_PORT_NULL, MACH_PORT_NULL, 0);
}

static inline kern_return_t by_move_to_the_kernel(void)
{
    mach_port_t thread = mach_thread_self();
    release_all_but_one(SELF);
    return send_one(thread, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, SELF, MACH_MSG_TYPE_MOVE_SEND);
}

static inline kern_return_t by_sending_self(void)
{
    return send_one(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, SELF, MACH_MSG_TYPE_COPY_SEND);
}

static inline kern_return_t by_replying_self(void)
{
    return send_one(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, SELF, MACH_PORT_NULL, 0);
}

static inline kern_return_t by_sending_thread(void)
{
    return send_one(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, mach_thread_self(),
                    MACH_MSG_TYPE_COPY_SEND);
}

struct own_violation {
    kern_return_t (*commit)(void);
    kern_return_t code;
    uint32_t flavor;
    int64_t subcode;
};

/* flavors: of what is pinned, and of what is sent */
#define OWN_VIOLATIONS(PINNED, IMMOVABLE) \
    { \
        { by_deallocate, KERN_INVALID_CAPABILITY, PINNED, PINNED_BY_RELEASE }, \
        { by_mod_refs_of_self, KERN_INVALID_CAPABILITY, PINNED, PINNED_BY_RELEASE }, \
        { by_destroy_of_self, KERN_INVALID_CAPABILITY, PINNED, PINNED_BY_DESTROY }, \
        { by_move_as_destination, MACH_SEND_INVALID_DEST, PINNED, PINNED_BY_MOVE }, \
        { by_move_to_the_kernel, MACH_SEND_INVALID_RIGHT, PINNED, PINNED_BY_MOVE }, \
        { by_sending_self, MACH_SEND_INVALID_RIGHT, IMMOVABLE, 0 }, \
        { by_replying_self, MACH_SEND_INVALID_REPLY, IMMOVABLE, 0 }, \
        { by_sending_thread, MACH_SEND_INVALID_RIGHT, IMMOVABLE, 0 } \
    }

/* The name is the child's; its own ports have other names than the parent's. */
static inline void expect_own_guard(mach_port_t port, const struct own_violation *violation, kern_return_t code)
{
    union request r = next_request(port, 2405);
    CHECK_EQ(word_at(&r, 60), EXC_GUARD);
    CHECK_EQ(word_at(&r, 64), 2);
    CHECK_EQ(wide_at(&r, 68) & ~(int64_t)0xffffffff, (int64_t)((uint64_t)1 << 61 | (uint64_t)violation->flavor << 32));
    CHECK_EQ(wide_at(&r, 76), violation->subcode);
    answer(&r, code);
    r.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&r.header);
}
