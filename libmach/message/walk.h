/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/walk.h - the descriptors of a message, one after the other
 *
 * The message is a copy of our own; sizes are checked all the same, since a program may have written
 * nonsense. The walk ends at the count, at the end of the message, or at a descriptor of an unknown kind.
 */
#pragma once

#include <mach/message.h>
#include <stdbool.h>
#include <stdint.h>

struct walk {
    uint8_t *at, *end;
    uint32_t left;
};

static inline struct walk walk_begin(void *message, mach_msg_size_t size)
{
    mach_msg_base_t *base = message;
    struct walk walk = { NULL, NULL, 0 };
    if (size >= sizeof *base && (base->header.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        walk.at = (uint8_t *)(base + 1);
        walk.end = (uint8_t *)message + size;
        walk.left = base->body.msgh_descriptor_count;
    }
    return walk;
}

static inline mach_msg_descriptor_t *walk_next(struct walk *walk)
{
    if (walk->left == 0 || walk->end - walk->at < (long)sizeof(mach_msg_port_descriptor_t))
        return NULL;
    mach_msg_descriptor_t *descriptor = (mach_msg_descriptor_t *)walk->at;
    uint32_t type = descriptor->type.type;
    long size = type == MACH_MSG_PORT_DESCRIPTOR ? (long)sizeof(mach_msg_port_descriptor_t)
                                                 : (long)sizeof(mach_msg_ool_descriptor_t);
    if (type > MACH_MSG_DESCRIPTOR_MAX || walk->end - walk->at < size)
        return NULL;
    walk->at += size;
    walk->left--;
    return descriptor;
}

static inline bool is_memory(const mach_msg_descriptor_t *descriptor)
{
    return descriptor->type.type == MACH_MSG_OOL_DESCRIPTOR ||
           descriptor->type.type == MACH_MSG_OOL_VOLATILE_DESCRIPTOR;
}

static inline bool is_out_of_line(const mach_msg_descriptor_t *descriptor)
{
    return is_memory(descriptor) || descriptor->type.type == MACH_MSG_OOL_PORTS_DESCRIPTOR;
}

/* Bytes of the memory that an out-of-line descriptor stands for. */
static inline uint64_t walk_region_size(const mach_msg_descriptor_t *descriptor)
{
    if (is_memory(descriptor))
        return descriptor->out_of_line.size;
    return (uint64_t)descriptor->ool_ports.count * sizeof(mach_port_name_t);
}
