/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/destroy.c - mach_msg_destroy: what a message brought goes away (P187)
 *
 * It serves received messages as well as those that were built and could not be sent, hence the dispositions
 * of senders. Errors are ignored: who destroys a message has nobody to tell.
 */
#include <mach/mach.h>
#include <stdint.h>

#include "libmach/message/walk.h"

static void destroy_made_send(mach_port_t port)
{
    if (mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND) == KERN_SUCCESS)
        mach_port_deallocate(mach_task_self(), port);
}

static void destroy_made_send_once(mach_port_t port)
{
    mach_port_t once = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    if (mach_port_extract_right(mach_task_self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type) ==
        KERN_SUCCESS)
        mach_port_deallocate(mach_task_self(), once);
}

static void destroy_port(mach_port_t port, mach_msg_type_name_t disposition)
{
    if (!MACH_PORT_VALID(port))
        return;
    if (disposition == MACH_MSG_TYPE_MOVE_SEND || disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE)
        mach_port_deallocate(mach_task_self(), port);
    else if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE)
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    else if (disposition == MACH_MSG_TYPE_MAKE_SEND)
        destroy_made_send(port);
    else if (disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE)
        destroy_made_send_once(port);
}

static void destroy_memory(const mach_msg_ool_descriptor_t *memory)
{
    if (memory->deallocate && memory->size > 0)
        vm_deallocate(mach_task_self(), (vm_address_t)(uintptr_t)memory->address, memory->size);
}

static void destroy_ports(const mach_msg_ool_ports_descriptor_t *ports)
{
    const mach_port_t *port = ports->address;
    if (port == NULL)
        return;
    for (mach_msg_size_t i = 0; i < ports->count; i++)
        destroy_port(port[i], ports->disposition);
    if (ports->deallocate && ports->count > 0)
        vm_deallocate(mach_task_self(), (vm_address_t)(uintptr_t)port, ports->count * sizeof *port);
}

static void destroy_guarded(const mach_msg_guarded_port_descriptor_t *guarded)
{
    if (!(guarded->flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND) && MACH_PORT_VALID(guarded->name))
        mach_port_unguard(mach_task_self(), guarded->name, guarded->context);
    destroy_port(guarded->name, guarded->disposition);
}

static void destroy_descriptor(const mach_msg_descriptor_t *descriptor)
{
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR: destroy_port(descriptor->port.name, descriptor->port.disposition); break;
    case MACH_MSG_OOL_DESCRIPTOR: destroy_memory(&descriptor->out_of_line); break;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR: destroy_ports(&descriptor->ool_ports); break;
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR: destroy_guarded(&descriptor->guarded_port); break;
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: break;
    }
}

void mach_msg_destroy(mach_msg_header_t *msg)
{
    mach_msg_bits_t bits = msg->msgh_bits;
    destroy_port(msg->msgh_remote_port, MACH_MSGH_BITS_REMOTE(bits));
    destroy_port(msg->msgh_voucher_port, MACH_MSGH_BITS_VOUCHER(bits));
    struct walk walk =
        walk_begin(msg, UINT32_MAX / 2); /* a message that is being built may not know its size yet */
    for (const mach_msg_descriptor_t *descriptor; (descriptor = walk_next(&walk)) != NULL;)
        destroy_descriptor(descriptor);
}
