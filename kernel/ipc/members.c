/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/members.h"

#include "kernel/ipc/queue.h"
#include "kernel/ipc/refusal.h"

kern_return_t port_find_set(struct ipc *ipc, struct space *space, mach_port_name_t name, struct pset **set_p)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name))
        return refuse_name(ipc->served, KERN_INVALID_RIGHT, space, name);
    if (!(entry = space_lookup(ipc, space, name)))
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, name);
    if (entry->kind != ENTRY_SET)
        return refuse_kind(ipc->served, KERN_INVALID_RIGHT, space, entry, name, REFUSED_RIGHT_NOT_SET);
    *set_p = entry->set;
    return KERN_SUCCESS;
}

/* Both names must be known before either is looked at closely (P85). */
static kern_return_t find_both(struct ipc *ipc, struct space *space, mach_port_name_t member,
                               mach_port_name_t set, struct port **port_p, struct pset **set_p)
{
    if (!MACH_PORT_VALID(member) || !MACH_PORT_VALID(set))
        return refuse_name(ipc->served, KERN_INVALID_RIGHT, space, MACH_PORT_VALID(member) ? set : member);
    struct entry *member_entry = space_lookup(ipc, space, member), *set_entry = space_lookup(ipc, space, set);
    if (!member_entry || !set_entry)
        return refuse_name(ipc->served, KERN_INVALID_NAME, space, member_entry ? set : member);
    if (!entry_has_receive(member_entry))
        return refuse_kind(ipc->served, KERN_INVALID_RIGHT, space, member_entry, member,
                           REFUSED_RIGHT_NOT_RECEIVE);
    if (set_entry->kind != ENTRY_SET)
        return refuse_kind(ipc->served, KERN_INVALID_RIGHT, space, set_entry, set, REFUSED_RIGHT_NOT_SET);
    *port_p = member_entry->port;
    *set_p = set_entry->set;
    return KERN_SUCCESS;
}

static kern_return_t join(struct ipc *ipc, struct port *port, struct pset *set)
{
    kern_return_t kr = pset_add(ipc, set, port);
    if (kr == KERN_SUCCESS)
        queue_offer_to_set(ipc, port, set);
    return kr;
}

kern_return_t port_insert_member(struct ipc *ipc, struct space *space, mach_port_name_t member,
                                 mach_port_name_t set)
{
    struct port *port;
    struct pset *pset;
    kern_return_t kr = find_both(ipc, space, member, set, &port, &pset);
    if (kr != KERN_SUCCESS)
        return kr;
    if (pset_find_member(pset, port))
        return refuse(ipc->served, KERN_ALREADY_IN_SET, REFUSED_MEMBER_ALREADY, member);
    return join(ipc, port, pset);
}

kern_return_t port_extract_member(struct ipc *ipc, struct space *space, mach_port_name_t member,
                                  mach_port_name_t set)
{
    struct port *port;
    struct pset *pset;
    kern_return_t kr = find_both(ipc, space, member, set, &port, &pset);
    if (kr != KERN_SUCCESS)
        return kr;
    struct membership *membership = pset_find_member(pset, port);
    if (!membership)
        return refuse(ipc->served, KERN_NOT_IN_SET, REFUSED_MEMBER_NOT, member);
    pset_remove(membership);
    return KERN_SUCCESS;
}

static kern_return_t leave_all(struct ipc *ipc, struct space *space, mach_port_name_t member)
{
    struct entry *entry = space_lookup(ipc, space, member);
    if (!entry)
        return KERN_INVALID_NAME;
    if (!entry_has_receive(entry))
        return KERN_INVALID_RIGHT;
    return pset_remove_all(ipc, entry->port) > 0 ? KERN_SUCCESS : KERN_NOT_IN_SET;
}

/* A port that is in the set already keeps that membership, so that nothing can fail; the others end. */
static void keep_only(struct port *port, struct membership *kept)
{
    list_for_each_safe(node, &port->memberships)
    {
        struct membership *membership = list_entry(node, struct membership, of_port);
        if (membership != kept)
            pset_remove(membership);
    }
}

kern_return_t port_move_member(struct ipc *ipc, struct space *space, mach_port_name_t member,
                               mach_port_name_t after)
{
    struct port *port;
    struct pset *set;
    if (!MACH_PORT_VALID(member) || after == MACH_PORT_DEAD)
        return KERN_INVALID_RIGHT;
    if (after == MACH_PORT_NULL)
        return leave_all(ipc, space, member);
    kern_return_t kr = find_both(ipc, space, member, after, &port, &set);
    if (kr != KERN_SUCCESS)
        return kr;
    if (!pset_find_member(set, port))
        kr = pset_add(ipc, set, port);
    if (kr != KERN_SUCCESS)
        return kr;
    keep_only(port, pset_find_member(set, port));
    queue_offer_to_set(ipc, port, set);
    return KERN_SUCCESS;
}
