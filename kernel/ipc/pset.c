/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/pset.h"

#include "base/alloc.h"
#include "kernel/ipc/monitor.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/wait.h"

struct pset *pset_new(struct ipc *ipc, struct space *space, mach_port_name_t name)
{
    uint64_t cost = alloc_cost(sizeof(struct pset));
    if (!account_charge_object(space->account, ACCOUNT_PORTS, cost))
        return NULL;
    struct pset *set = alloc_zeroed(sizeof(*set));
    if (!set) {
        account_release_object(space->account, ACCOUNT_PORTS, cost);
        return NULL;
    }
    set->serial = ipc_serial(ipc);
    set->space = space;
    set->name = name;
    list_init(&set->members);
    list_init(&set->ready);
    waitq_init(&set->receivers);
    list_init(&set->monitors);
    ipc->census.port_sets++;
    return set;
}

struct membership *pset_find_member(struct pset *set, struct port *port)
{
    list_for_each(node, &port->memberships)
    {
        struct membership *member = list_entry(node, struct membership, of_port);
        if (member->set == set)
            return member;
    }
    return NULL;
}

kern_return_t pset_add(struct ipc *ipc, struct pset *set, struct port *port)
{
    struct membership *member;
    (void)ipc;
    if (!account_charge_object(set->space->account, ACCOUNT_NAMES, alloc_cost(sizeof(*member))))
        return KERN_RESOURCE_SHORTAGE;
    member = alloc_zeroed(sizeof(*member));
    if (!member) {
        account_release_object(set->space->account, ACCOUNT_NAMES, alloc_cost(sizeof(*member)));
        return KERN_RESOURCE_SHORTAGE;
    }
    member->port = port;
    member->set = set;
    member->account = account_get(set->space->account);
    list_append(&port->memberships, &member->of_port);
    list_append(&set->members, &member->of_set);
    if (!list_is_empty(&port->messages))
        list_append(&set->ready, &member->ready);
    return KERN_SUCCESS;
}

void pset_remove(struct membership *member)
{
    list_remove(&member->of_port);
    list_remove(&member->of_set);
    if (list_is_linked(&member->ready))
        list_remove(&member->ready);
    account_release_object(member->account, ACCOUNT_NAMES, alloc_cost(sizeof(*member)));
    account_put(member->account);
    alloc_free(member);
}

unsigned pset_remove_all(struct ipc *ipc, struct port *port)
{
    unsigned n = 0;
    (void)ipc;
    for (struct list *node; (node = list_first(&port->memberships)); n++)
        pset_remove(list_entry(node, struct membership, of_port));
    return n;
}

void pset_destroy(struct ipc *ipc, struct pset *set)
{
    for (struct list *node; (node = list_first(&set->members)); ipc->steps++)
        pset_remove(list_entry(node, struct membership, of_set));
    waitq_unwait_all(&set->receivers, WAIT_ENDED_CHANGED);
    monitors_vanish(ipc, &set->monitors);
    account_release_object(set->space->account, ACCOUNT_PORTS, alloc_cost(sizeof(*set)));
    ipc->census.port_sets--;
    alloc_free(set);
}

void pset_port_ready(struct port *port)
{
    list_for_each(node, &port->memberships)
    {
        struct membership *member = list_entry(node, struct membership, of_port);
        if (!list_is_linked(&member->ready))
            list_append(&member->set->ready, &member->ready);
    }
}

void pset_port_drained(struct port *port)
{
    list_for_each(node, &port->memberships)
    {
        struct membership *member = list_entry(node, struct membership, of_port);
        if (list_is_linked(&member->ready))
            list_remove(&member->ready);
    }
}

void pset_member_served(struct membership *member)
{
    if (!list_is_linked(&member->ready))
        return;
    list_remove(&member->ready);
    list_append(&member->set->ready, &member->ready);
}
