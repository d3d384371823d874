/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/attributes.h"

#include <string.h>

#include "kernel/ipc/guard.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/refusal.h"

kern_return_t port_find_receive(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                struct port **port_p)
{
    struct entry *entry = MACH_PORT_VALID(name) ? space_lookup(ipc, space, name) : NULL;
    if (entry && entry_has_receive(entry)) {
        *port_p = entry->port;
        return KERN_SUCCESS;
    }
    if (entry || !MACH_PORT_VALID(name))
        guard_note(ipc->served, space, kGUARD_EXC_INVALID_RIGHT, name, 0);
    else
        guard_note(ipc->served, space, kGUARD_EXC_INVALID_NAME, name, 0);
    if (!MACH_PORT_VALID(name))
        return refuse_name(ipc->served, KERN_INVALID_RIGHT, space, name);
    if (!entry)
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
    return refuse_kind(ipc->served, KERN_INVALID_RIGHT, space, entry, name, REFUSED_RIGHT_NOT_RECEIVE);
}

kern_return_t port_set_mscount(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t mscount)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr == KERN_SUCCESS)
        port->mscount = mscount;
    return kr;
}

kern_return_t port_set_seqno(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t seqno)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr == KERN_SUCCESS)
        port->seqno = seqno;
    return kr;
}

kern_return_t port_get_context(struct ipc *ipc, struct space *space, mach_port_name_t name,
                               uint64_t *context_p)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr == KERN_SUCCESS)
        *context_p = port->strict_guard ? 0 : port->context;
    return kr;
}

kern_return_t port_set_context(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t context)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port->strict_guard) {
        guard_note(ipc->served, space, kGUARD_EXC_SET_CONTEXT, name, port->context);
        return refuse(ipc->served, KERN_INVALID_ARGUMENT, REFUSED_GUARDED, name);
    }
    port->context = context;
    return KERN_SUCCESS;
}

kern_return_t port_get_srights(struct ipc *ipc, struct space *space, mach_port_name_t name,
                               uint32_t *srights_p)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr == KERN_SUCCESS)
        *srights_p = port->srights;
    return kr;
}

/* ---- attributes ---- */

static natural_t status_flags(const struct port *port)
{
    natural_t flags = 0;
    if (port->guarded)
        flags |= MACH_PORT_STATUS_FLAG_GUARDED;
    if (port->strict_guard)
        flags |= MACH_PORT_STATUS_FLAG_STRICT_GUARD;
    if (port->guarded && port->immovable_receive)
        flags |= MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE;
    if (port->importance)
        flags |= MACH_PORT_STATUS_FLAG_IMP_DONATION;
    if (port->importance && port->temp_owner)
        flags |= MACH_PORT_STATUS_FLAG_TEMPOWNER;
    return flags;
}

static mach_port_status_t port_status(const struct port *port)
{
    return (mach_port_status_t){
        .mps_pset = !list_is_empty(&port->memberships),
        .mps_seqno = port->seqno,
        .mps_mscount = port->mscount,
        .mps_qlimit = port->qlimit,
        .mps_msgcount = port->n_messages,
        .mps_sorights = port->sorights,
        .mps_srights = port->srights > 0,
        .mps_pdrequest = port->port_destroyed != NULL,
        .mps_nsrequest = port->no_senders != NULL,
        .mps_flags = status_flags(port),
    };
}

static mach_msg_type_number_t attribute_count(int flavor)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: return MACH_PORT_LIMITS_INFO_COUNT;
    case MACH_PORT_RECEIVE_STATUS: return MACH_PORT_RECEIVE_STATUS_COUNT;
    case MACH_PORT_DNREQUESTS_SIZE: return MACH_PORT_DNREQUESTS_SIZE_COUNT;
    case MACH_PORT_INFO_EXT: return MACH_PORT_INFO_EXT_COUNT;
    }
    return 0;
}

static void write_attributes(const struct port *port, int flavor, integer_t *info)
{
    mach_port_status_t status = port_status(port);
    mach_port_info_ext_t ext = { .mpie_status = status };
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: info[0] = (integer_t)port->qlimit; break;
    case MACH_PORT_RECEIVE_STATUS: memcpy(info, &status, sizeof(status)); break;
    case MACH_PORT_DNREQUESTS_SIZE: info[0] = (integer_t)port->n_requests; break;
    case MACH_PORT_INFO_EXT: memcpy(info, &ext, sizeof(ext)); break;
    }
}

kern_return_t port_get_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor,
                                  integer_t *info, mach_msg_type_number_t *count_p)
{
    mach_msg_type_number_t needed = attribute_count(flavor);
    struct port *port;
    if (needed == 0)
        return flavor == MACH_PORT_SERVICE_THROTTLED ? KERN_INVALID_CAPABILITY : KERN_INVALID_ARGUMENT;
    if (*count_p < needed)
        return KERN_FAILURE;
    if (!MACH_PORT_VALID(name) && (flavor == MACH_PORT_LIMITS_INFO || flavor == MACH_PORT_DNREQUESTS_SIZE)) {
        info[0] = 0;
        *count_p = flavor == MACH_PORT_LIMITS_INFO ? 0 : needed;
        return KERN_SUCCESS;
    }
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    write_attributes(port, flavor, info);
    *count_p = needed;
    return KERN_SUCCESS;
}

static kern_return_t set_limits(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t qlimit)
{
    struct port *port;
    if (qlimit > MACH_PORT_QLIMIT_MAX)
        return refuse_with(ipc->served, KERN_INVALID_VALUE, REFUSED_QLIMIT_TOO_LARGE, name, qlimit, 0);
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    port->qlimit = qlimit;
    queue_admit(ipc, port);
    return KERN_SUCCESS;
}

static kern_return_t set_importance(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                    bool temp_owner)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port->ktype || port->special_reply)
        return KERN_INVALID_ARGUMENT;
    port->importance = true;
    port->temp_owner |= temp_owner;
    return KERN_SUCCESS;
}

kern_return_t port_set_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor,
                                  const integer_t *info, mach_msg_type_number_t count)
{
    struct port *port;
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        return count < 1 ? KERN_FAILURE : set_limits(ipc, space, name, (uint32_t)info[0]);
    case MACH_PORT_DNREQUESTS_SIZE:
        return count < 1 ? KERN_FAILURE : port_find_receive(ipc, space, name, &port);
    case MACH_PORT_TEMPOWNER:
    case MACH_PORT_IMPORTANCE_RECEIVER:
    case MACH_PORT_DENAP_RECEIVER: return set_importance(ipc, space, name, flavor == MACH_PORT_TEMPOWNER);
    case MACH_PORT_SERVICE_THROTTLED:
        return KERN_INVALID_CAPABILITY; /* of service ports, and there are none (P197) */
    }
    return KERN_INVALID_ARGUMENT;
}

/* ---- guards ---- */

/* kind: what it is if the port has a guard. */
static kern_return_t refuse_guard(struct ipc *ipc, const struct space *space, mach_port_name_t name,
                                  const struct port *port, uint32_t kind)
{
    if (port->guarded)
        guard_note(ipc->served, space, kind, name, port->context);
    else
        guard_note(ipc->served, space, kGUARD_EXC_UNGUARDED, name, 0);
    return refuse(ipc->served, KERN_INVALID_ARGUMENT, REFUSED_GUARD_OTHER, name);
}

kern_return_t port_assert_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor,
                                     const integer_t *info, mach_msg_type_number_t count)
{
    struct port *port;
    uint64_t guard;
    if (flavor != MACH_PORT_GUARD_INFO)
        return KERN_INVALID_ARGUMENT;
    if (count < MACH_PORT_GUARD_INFO_COUNT)
        return KERN_FAILURE;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    memcpy(&guard, info, sizeof(guard));
    if (port->guarded && port->strict_guard && port->context == guard)
        return KERN_SUCCESS;
    return refuse_guard(ipc, space, name, port, kGUARD_EXC_INCORRECT_GUARD);
}

/* P60: like P46, but NULL and DEAD are unknown names. */
static kern_return_t find_guardable(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                    struct port **port_p)
{
    return MACH_PORT_VALID(name) ? port_find_receive(ipc, space, name, port_p)
                                 : refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
}

kern_return_t port_guard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t guard,
                         uint64_t flags)
{
    struct port *port;
    kern_return_t kr = find_guardable(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port->context != 0) {
        guard_note(ipc->served, space, kGUARD_EXC_INVALID_ARGUMENT, name, 0);
        return refuse(ipc->served, KERN_INVALID_ARGUMENT, REFUSED_GUARD_PRESENT, name);
    }
    port->context = guard;
    port->guarded = true;
    port->strict_guard = flags & MPG_STRICT;
    port->immovable_receive |= (flags & MPG_IMMOVABLE_RECEIVE) != 0;
    return KERN_SUCCESS;
}

kern_return_t port_unguard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t guard)
{
    struct port *port;
    kern_return_t kr = find_guardable(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (!port->guarded || port->context != guard)
        return refuse_guard(ipc, space, name, port, kGUARD_EXC_INCORRECT_GUARD);
    port->guarded = port->strict_guard = false;
    port->context = 0;
    return KERN_SUCCESS;
}

kern_return_t port_swap_guard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t old,
                              uint64_t new)
{
    struct port *port;
    kern_return_t kr = find_guardable(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (!port->guarded || port->strict_guard || port->context != old)
        return refuse_guard(ipc, space, name, port,
                            port->strict_guard ? kGUARD_EXC_SET_CONTEXT : kGUARD_EXC_INCORRECT_GUARD);
    port->context = new;
    return KERN_SUCCESS;
}
