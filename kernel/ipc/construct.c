/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/construct.c - ports made with their properties (P64, P191 to P200)
 *
 * The kinds of younger systems are told apart here. A program is not hardened, so its reply ports carry a mark and are plain
 * otherwise (P193); who may make service ports is a matter between a bootstrap server and a kernel that know each other, and
 * here none does (P196). Without those there is nothing to connect to (P198).
 */
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/right.h"

enum {
    KINDS_OF_PURPOSE = MPO_SERVICE_PORT | MPO_CONNECTION_PORT | MPO_TG_BLOCK_TRACKING,
    KINDS_OF_REPLY =
        MPO_REPLY_PORT | MPO_ENFORCE_REPLY_PORT_SEMANTICS | MPO_PROVISIONAL_REPLY_PORT | MPO_EXCEPTION_PORT,
};

static bool has_several(uint32_t flags)
{
    return flags & (flags - 1);
}

static kern_return_t check_connection(struct ipc *ipc, struct space *space, mach_port_name_t service)
{
    struct entry *entry;
    if (service == MACH_PORT_NULL)
        return KERN_INVALID_ARGUMENT;
    if (!(entry = space_lookup(ipc, space, service)))
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, service);
    if (!entry_has_send(entry) && !entry_has_receive(entry))
        return refuse_kind(ipc->served, KERN_INVALID_RIGHT, space, entry, service, REFUSED_RIGHT_KIND);
    return refuse(ipc->served, KERN_INVALID_CAPABILITY, REFUSED_RIGHT_KIND, service);
}

static kern_return_t check(struct ipc *ipc, struct space *space, uint32_t flags, uint32_t qlimit,
                           mach_port_name_t service)
{
    if (has_several(flags & KINDS_OF_PURPOSE) || has_several(flags & KINDS_OF_REPLY))
        return KERN_INVALID_ARGUMENT;
    if (flags & (MPO_SERVICE_PORT | MPO_TG_BLOCK_TRACKING))
        return KERN_DENIED;
    if (flags & MPO_CONNECTION_PORT)
        return check_connection(ipc, space, service);
    return (flags & MPO_QLIMIT) && qlimit > MACH_PORT_QLIMIT_MAX ? KERN_INVALID_VALUE : KERN_SUCCESS;
}

kern_return_t port_construct(struct ipc *ipc, struct space *space, uint32_t flags, uint32_t qlimit,
                             uint64_t context, mach_port_name_t service, mach_port_name_t *name_p)
{
    kern_return_t kr = check(ipc, space, flags, qlimit, service);
    if (kr == KERN_SUCCESS)
        kr = port_allocate(ipc, space, MACH_PORT_RIGHT_RECEIVE, name_p);
    if (kr != KERN_SUCCESS)
        return kr;
    struct entry *entry = space_lookup(ipc, space, *name_p);
    struct port *port = entry->port;
    port->context = context;
    port->guarded = flags & MPO_CONTEXT_AS_GUARD;
    port->strict_guard = port->guarded && (flags & MPO_STRICT);
    port->immovable_receive =
        (port->guarded && (flags & MPO_IMMOVABLE_RECEIVE)) || (flags & MPO_EXCEPTION_PORT);
    port->is_for_replies = flags & (MPO_REPLY_PORT | MPO_PROVISIONAL_REPLY_PORT);
    port->wants_reply_ports = flags & MPO_ENFORCE_REPLY_PORT_SEMANTICS;
    port->temp_owner = flags & MPO_TEMPOWNER;
    port->importance = flags & (MPO_TEMPOWNER | MPO_IMPORTANCE_RECEIVER | MPO_DENAP_RECEIVER);
    if (flags & MPO_QLIMIT)
        port->qlimit = qlimit;
    if (flags & MPO_INSERT_SEND_RIGHT) {
        port_make_send(port);
        entry->kind = ENTRY_SEND_RECEIVE;
        entry->urefs = 1;
    }
    return KERN_SUCCESS;
}
