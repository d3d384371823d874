/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/body.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/guard.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/right.h"

enum {
    RIGHTS_MAX = 16382,
    PORTS_IN_ARRAY_MAX = 917504,
    PHYSICAL_MAX = 7340032, /* bytes in whole pages, of physical copies together (P110, P132) */
    PAGE = 4096,
    DESCRIPTOR_TYPE_AT = 11
};

struct measure {
    uint64_t n_rights, n_physical;
};

/* ---- measuring ---- */

/* Of an unknown type only the part that says so: that it is unknown is what its sender shall hear (P110). */
static uint32_t descriptor_size(uint8_t type)
{
    bool is_long = type == MACH_MSG_OOL_DESCRIPTOR || type == MACH_MSG_OOL_VOLATILE_DESCRIPTOR ||
                   type == MACH_MSG_OOL_PORTS_DESCRIPTOR || type == MACH_MSG_GUARDED_PORT_DESCRIPTOR;
    return is_long ? sizeof(mach_msg_ool_descriptor_t) : sizeof(mach_msg_type_descriptor_t);
}

static kern_return_t refuse_body(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason,
                                 uint64_t detail)
{
    return refuse_with(thread, code, reason, MACH_PORT_NULL, (uint32_t)detail, 0);
}

/* MACH_MSG_VM_KERNEL is a bare bit here, as in the original. */
static kern_return_t measure_memory(struct ipc_thread *thread, const uint8_t *bytes, struct measure *measure)
{
    mach_msg_ool_descriptor_t memory;
    memcpy(&memory, bytes, sizeof(memory));
    if (memory.copy != MACH_MSG_PHYSICAL_COPY && memory.copy != MACH_MSG_VIRTUAL_COPY)
        return refuse_body(thread, MACH_SEND_INVALID_TYPE, REFUSED_DESCRIPTOR_COPY, memory.copy);
    if (memory.copy == MACH_MSG_PHYSICAL_COPY && !memory.deallocate)
        measure->n_physical += ((uint64_t)memory.size + PAGE - 1) / PAGE * PAGE;
    return measure->n_physical > PHYSICAL_MAX
               ? refuse_body(thread, MACH_MSG_VM_KERNEL, REFUSED_LIMIT, memory.size)
               : MACH_MSG_SUCCESS;
}

/* It moves a receive right and says how that is guarded (P110). */
static kern_return_t measure_guarded(struct ipc_thread *thread, const uint8_t *bytes, struct measure *measure)
{
    mach_msg_guarded_port_descriptor_t guarded;
    memcpy(&guarded, bytes, sizeof(guarded));
    measure->n_rights += 1;
    if (guarded.disposition != MACH_MSG_TYPE_MOVE_RECEIVE)
        return refuse_with(thread, MACH_SEND_INVALID_TYPE, REFUSED_GUARDED_DISPOSITION, guarded.name, 0,
                           guarded.disposition);
    bool is_unguarded = guarded.flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    if (guarded.flags == 0 || (guarded.flags & ~(unsigned)MACH_MSG_GUARD_FLAGS_MASK) ||
        (is_unguarded && guarded.context != 0))
        return refuse_with(thread, MACH_SEND_INVALID_TYPE, REFUSED_GUARDED_FLAGS, guarded.name, guarded.flags,
                           0);
    return MACH_MSG_SUCCESS;
}

static kern_return_t measure_one(struct ipc_thread *thread, const uint8_t *bytes, uint8_t type,
                                 struct measure *measure)
{
    mach_msg_ool_ports_descriptor_t ports;
    switch (type) {
    case MACH_MSG_PORT_DESCRIPTOR: measure->n_rights += 1; return MACH_MSG_SUCCESS;
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR: return measure_guarded(thread, bytes, measure);
    case MACH_MSG_OOL_DESCRIPTOR:
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: return measure_memory(thread, bytes, measure);
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        memcpy(&ports, bytes, sizeof(ports));
        measure->n_rights += ports.count;
        return ports.count > PORTS_IN_ARRAY_MAX
                   ? refuse_body(thread, MACH_SEND_TOO_LARGE, REFUSED_RIGHTS_TOO_MANY, ports.count)
                   : MACH_MSG_SUCCESS;
    }
    return refuse_body(thread, MACH_SEND_INVALID_TYPE, REFUSED_DESCRIPTOR_TYPE, type);
}

static kern_return_t measure_next(struct ipc_thread *thread, struct message *message,
                                  struct message_descriptor *d, uint32_t at, struct measure *measure)
{
    if (message->size - at < sizeof(mach_msg_type_descriptor_t))
        return refuse_body(thread, MACH_SEND_MSG_TOO_SMALL, REFUSED_DESCRIPTOR_CUT, 0);
    uint8_t type = message->bytes[at + DESCRIPTOR_TYPE_AT];
    if (message->size - at < descriptor_size(type))
        return refuse_body(thread, MACH_SEND_MSG_TOO_SMALL, REFUSED_DESCRIPTOR_CUT, 0);
    kern_return_t kr = measure_one(thread, message->bytes + at, type, measure);
    if (kr == MACH_MSG_SUCCESS && measure->n_rights > RIGHTS_MAX)
        kr = refuse_body(thread, MACH_SEND_TOO_LARGE, REFUSED_RIGHTS_TOO_MANY, measure->n_rights);
    *d = (struct message_descriptor){ .type = type, .offset = at };
    return kr;
}

kern_return_t body_measure(struct ipc_thread *thread, struct message *message)
{
    uint32_t at = sizeof(mach_msg_base_t);
    struct measure measure = { 0 };
    for (uint32_t i = 0; i < message->n_descriptors; i++) {
        struct message_descriptor *d = &message->descriptors[i];
        kern_return_t kr = measure_next(thread, message, d, at, &measure);
        if (kr != MACH_MSG_SUCCESS) {
            refused_in(thread, REFUSED_DESCRIPTOR, i);
            return kr;
        }
        at += descriptor_size(d->type);
    }
    return MACH_MSG_SUCCESS;
}

/* ---- rights ---- */

/* One name with one disposition: NULL and DEAD are carried as they are (P44). */
static kern_return_t take_right(struct ipc_thread *thread, struct message *message, mach_port_name_t name,
                                uint32_t disposition, struct port **port_p)
{
    if (!MACH_PORT_VALID(name)) {
        *port_p = name == MACH_PORT_NULL ? NULL : PORT_DEAD;
        return MACH_MSG_SUCCESS;
    }
    struct entry *entry = space_lookup(thread->ipc, thread->space, name);
    bool to_kernel = port_is_real(message->dest.port) && message->dest.port->state == PORT_IN_KERNEL;
    if (right_check_copyin(entry, disposition, to_kernel) != KERN_SUCCESS) {
        if (to_kernel)
            guard_note_dest(thread, entry, disposition);
        guard_note_right(thread, thread->space, entry, name, disposition, kGUARD_EXC_SEND_INVALID_RIGHT);
        return refuse_right(thread, MACH_SEND_INVALID_RIGHT, thread->space, entry, name, disposition);
    }
    struct right right = right_copyin(thread->ipc, entry, disposition);
    if (right.type == MACH_MSG_TYPE_PORT_RECEIVE)
        link_carried(thread->ipc, right.port, message);
    *port_p = right.port;
    return MACH_MSG_SUCCESS;
}

static kern_return_t take_port(struct ipc_thread *thread, struct message *message,
                               struct message_descriptor *d)
{
    mach_msg_port_descriptor_t in;
    memcpy(&in, message->bytes + d->offset, sizeof(in));
    d->disposition = right_type_of(in.disposition);
    return take_right(thread, message, in.name, in.disposition, &d->port);
}

/* P136: whoever moves a guarded port knows its guard, and whoever says that it has none is right. */
static bool knows_guard(const struct port *port, const mach_msg_guarded_port_descriptor_t *in)
{
    if (port->guarded)
        return port->context == in->context;
    return in->flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
}

static kern_return_t take_guarded(struct ipc_thread *thread, struct message *message,
                                  struct message_descriptor *d)
{
    mach_msg_guarded_port_descriptor_t in;
    memcpy(&in, message->bytes + d->offset, sizeof(in));
    d->disposition = MACH_MSG_TYPE_PORT_RECEIVE;
    d->guard_flags = (uint8_t)in.flags;
    struct entry *entry = MACH_PORT_VALID(in.name) ? space_lookup(thread->ipc, thread->space, in.name) : NULL;
    if (right_check_copyin(entry, MACH_MSG_TYPE_MOVE_RECEIVE, false) == KERN_SUCCESS &&
        !knows_guard(entry->port, &in)) {
        guard_note(thread, thread->space, kGUARD_EXC_INCORRECT_GUARD, in.name, entry->port->context);
        return refuse(thread, MACH_SEND_INVALID_RIGHT, REFUSED_GUARD_OTHER, in.name);
    }
    return take_right(thread, message, in.name, MACH_MSG_TYPE_MOVE_RECEIVE, &d->port);
}

/* ---- memory ---- */

/* The item that libmach gathered for this descriptor; the shared payload is read once. */
static bool read_item(const struct ipc_thread *thread, const struct message *message, uint32_t n,
                      struct trap_item *item)
{
    uint64_t at = trap_round8(message->size) + (uint64_t)n * sizeof(*item);
    if (n >= thread->call.n_items || at + sizeof(*item) > thread->call.payload_size)
        return false;
    memcpy(item, thread->call.payload + at, sizeof(*item));
    return true;
}

/* MACH_MSG_VM_KERNEL is a bare bit here, as in the original (P110, P111). */
static kern_return_t take_memory_item(struct ipc_thread *thread, struct message *message,
                                      const struct trap_item *item, uint64_t size, struct memory **memory_p)
{
    struct ipc *ipc = thread->ipc;
    if (size == 0) {
        *memory_p = NULL;
        return MACH_MSG_SUCCESS;
    }
    if (item->size < size)
        return MACH_SEND_INVALID_MEMORY;
    if (item->kind == TRAP_ITEM_INLINE) {
        if (item->at > thread->call.payload_size || size > thread->call.payload_size - item->at)
            return MACH_SEND_INVALID_MEMORY;
        if (!(*memory_p = memory_new(ipc, message->account, size)))
            return MACH_MSG_VM_KERNEL;
        memcpy((*memory_p)->bytes, thread->call.payload + item->at, size);
        return MACH_MSG_SUCCESS;
    }
    if (item->kind != TRAP_ITEM_SEGMENT)
        return MACH_SEND_INVALID_MEMORY;
    segment_handle segment = ipc->ops->segment_claim(ipc->host, thread->task, item->at, size);
    if (!segment)
        return MACH_SEND_INVALID_MEMORY;
    if (segment == SEGMENT_OVER_LIMIT)
        return MACH_MSG_VM_KERNEL;
    if ((*memory_p = memory_new_segment(ipc, message->account, segment, size)))
        return MACH_MSG_SUCCESS;
    ipc->ops->segment_drop(ipc->host, segment);
    return MACH_MSG_VM_KERNEL;
}

static kern_return_t take_memory(struct ipc_thread *thread, struct message *message,
                                 const struct trap_item *item, uint64_t size, struct memory **memory_p)
{
    kern_return_t kr = take_memory_item(thread, message, item, size, memory_p);
    if (kr == MACH_SEND_INVALID_MEMORY)
        return refuse_body(thread, kr, REFUSED_MEMORY, size);
    return kr == MACH_MSG_SUCCESS ? kr : refuse(thread, kr, REFUSED_LIMIT, MACH_PORT_NULL);
}

static kern_return_t take_region(struct ipc_thread *thread, struct message *message,
                                 struct message_descriptor *d, const struct trap_item *item)
{
    mach_msg_ool_descriptor_t in;
    memcpy(&in, message->bytes + d->offset, sizeof(in));
    d->copy = (uint8_t)in.copy;
    d->deallocate = in.deallocate != 0;
    return take_memory(thread, message, item, in.size, &d->memory);
}

/* Rights taken before a bad element stay in the descriptor, to be destroyed with the message (P133). */
static kern_return_t take_names(struct ipc_thread *thread, struct message *message,
                                struct message_descriptor *d, const uint32_t *names, uint32_t count,
                                uint32_t disposition)
{
    for (; d->count < count; d->count++) {
        kern_return_t kr = take_right(thread, message, names[d->count], disposition, &d->ports[d->count]);
        if (kr != MACH_MSG_SUCCESS) {
            thread->refused.element = d->count + 1;
            return kr;
        }
        thread->ipc->steps++;
    }
    return MACH_MSG_SUCCESS;
}

static kern_return_t take_array(struct ipc_thread *thread, struct message *message,
                                struct message_descriptor *d, const struct trap_item *item)
{
    mach_msg_ool_ports_descriptor_t in;
    struct memory *memory = NULL;
    memcpy(&in, message->bytes + d->offset, sizeof(in));
    if (in.copy != MACH_MSG_PHYSICAL_COPY && in.copy != MACH_MSG_VIRTUAL_COPY)
        return refuse_body(thread, MACH_SEND_INVALID_TYPE, REFUSED_DESCRIPTOR_COPY, in.copy);
    d->disposition = right_type_of(in.disposition);
    d->deallocate = in.deallocate != 0;
    d->ports = NULL;
    d->count = 0;
    kern_return_t kr = take_memory(thread, message, item, (uint64_t)in.count * sizeof(uint32_t), &memory);
    if (kr != MACH_MSG_SUCCESS || in.count == 0)
        return kr == MACH_MSG_VM_KERNEL ? MACH_SEND_NO_BUFFER : kr;
    uint64_t ports_size = (uint64_t)in.count * sizeof(*d->ports);
    uint32_t *names = alloc_bytes((uint64_t)in.count * sizeof(*names));
    if (message_charge_more(thread->ipc, message, alloc_cost(ports_size)))
        d->ports = alloc_zeroed(ports_size);
    if (!names || !d->ports)
        kr = refuse(thread, MACH_SEND_NO_BUFFER, REFUSED_LIMIT, MACH_PORT_NULL);
    else if (!memory_read(thread->ipc, memory, names, memory->size))
        kr = refuse_body(thread, MACH_SEND_INVALID_MEMORY, REFUSED_MEMORY, memory->size);
    else
        kr = take_names(thread, message, d, names, in.count, in.disposition);
    alloc_free(names);
    memory_free(thread->ipc, memory);
    return kr;
}

/* n_taken counts what the sender's libmach must unmap if it asked for that: regions copied in (P129), and names arrays that
 * were read, though a name in them was refused (P133). */
static kern_return_t take_one(struct ipc_thread *thread, struct message *message, struct message_descriptor *d)
{
    struct trap_item item;
    if (d->type == MACH_MSG_PORT_DESCRIPTOR)
        return take_port(thread, message, d);
    if (d->type == MACH_MSG_GUARDED_PORT_DESCRIPTOR)
        return take_guarded(thread, message, d);
    if (!read_item(thread, message, message->n_taken, &item))
        return refuse_body(thread, MACH_SEND_INVALID_MEMORY, REFUSED_MEMORY, 0);
    bool is_array = d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR;
    kern_return_t kr =
        is_array ? take_array(thread, message, d, &item) : take_region(thread, message, d, &item);
    if (kr == MACH_MSG_SUCCESS || (is_array && kr == MACH_SEND_INVALID_RIGHT))
        message->n_taken++;
    return kr;
}

kern_return_t body_copyin(struct ipc_thread *thread, struct message *message)
{
    kern_return_t kr = MACH_MSG_SUCCESS;
    for (uint32_t i = 0; i < message->n_descriptors && kr == MACH_MSG_SUCCESS; i++) {
        struct message_descriptor *d = &message->descriptors[i];
        kr = take_one(thread, message, d);
        thread->ipc->steps++;
        if (kr == MACH_MSG_SUCCESS || d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR)
            message->n_copied_in = i + 1;
        if (kr != MACH_MSG_SUCCESS)
            refused_in(thread, REFUSED_DESCRIPTOR, i);
    }
    thread->reply.n_taken = message->n_taken;
    return kr;
}
