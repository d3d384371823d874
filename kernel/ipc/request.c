/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/request.h"

#include <mach/notify.h>

#include "base/alloc.h"
#include "kernel/ipc/attributes.h"
#include "kernel/ipc/guard.h"
#include "kernel/ipc/note.h"

/* What was registered goes back to the caller; a right whose port has died becomes PORT_DEAD (P69). */
static struct port *hand_back(struct ipc *ipc, struct port *notify)
{
    if (!notify || !port_is_dead(notify))
        return notify;
    right_use_once(ipc, notify);
    return PORT_DEAD;
}

static struct port *empty_slot(struct ipc *ipc, struct entry *entry)
{
    if (!entry->request)
        return NULL;
    struct port *previous = entry->request->notify;
    request_drop(ipc, entry);
    return hand_back(ipc, previous);
}

static kern_return_t fill_slot(struct ipc *ipc, struct entry *entry, struct port *notify, bool send_possible,
                               bool arm)
{
    struct account *account = entry->space->account;
    if (!account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(struct request))))
        return KERN_RESOURCE_SHORTAGE;
    struct request *request = alloc_zeroed(sizeof(*request));
    if (!request) {
        account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*request)));
        return KERN_RESOURCE_SHORTAGE;
    }
    request->entry = entry;
    request->notify = notify;
    request->send_possible = send_possible;
    request->is_armed = arm;
    list_append(&entry->port->requests, &request->link);
    if (arm)
        list_append(&entry->port->armed, &request->armed);
    entry->request = request;
    entry->port->n_requests++;
    ipc->census.requests++;
    return KERN_SUCCESS;
}

static kern_return_t on_dead_name(struct ipc *ipc, struct entry *entry, mach_msg_id_t id, uint32_t sync,
                                  struct port *notify)
{
    if (id == MACH_NOTIFY_DEAD_NAME && sync == 0)
        return KERN_INVALID_ARGUMENT;
    note_dead_name(ipc, notify, entry_name(entry));
    entry_add_uref(entry);
    return KERN_SUCCESS;
}

/* P75: an immediate request that is already true is answered instead of stored. */
static bool can_send_now(const struct entry *entry)
{
    return entry->kind == ENTRY_SEND_ONCE || entry->port->state == PORT_IN_KERNEL ||
           !port_is_full(entry->port);
}

static kern_return_t request_on_name(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                     mach_msg_id_t id, uint32_t sync, struct port *notify,
                                     struct port **previous_p)
{
    struct entry *entry;
    if (!MACH_PORT_VALID(name))
        return KERN_INVALID_ARGUMENT;
    if (!(entry = space_lookup(ipc, space, name)))
        return KERN_INVALID_NAME;
    if (!notify) {
        *previous_p = empty_slot(ipc, entry);
        return KERN_SUCCESS;
    }
    if (entry->kind == ENTRY_SET)
        return KERN_INVALID_RIGHT;
    if (entry->kind == ENTRY_DEAD_NAME)
        return on_dead_name(ipc, entry, id, sync, notify);
    bool send_possible = id == MACH_NOTIFY_SEND_POSSIBLE;
    if (send_possible && sync != 0 && can_send_now(entry)) {
        *previous_p = empty_slot(ipc, entry);
        note_send_possible(ipc, notify, name);
        return KERN_SUCCESS;
    }
    struct port *previous = empty_slot(ipc, entry);
    kern_return_t kr = fill_slot(ipc, entry, notify, send_possible, send_possible && sync != 0);
    if (kr != KERN_SUCCESS && port_is_real(previous))
        right_release(ipc, (struct right){ previous, MACH_MSG_TYPE_PORT_SEND_ONCE });
    else
        *previous_p = previous;
    return kr;
}

static kern_return_t request_no_senders(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                        uint32_t sync, struct port *notify, struct port **previous_p)
{
    struct port *port;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    *previous_p = hand_back(ipc, port->no_senders);
    port->no_senders = NULL;
    if (notify && port->srights == 0 && sync <= port->mscount)
        note_no_senders(ipc, notify, port->mscount);
    else
        port->no_senders = notify;
    return KERN_SUCCESS;
}

static kern_return_t request_port_destroyed(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                            uint32_t sync, struct port *notify)
{
    struct port *port;
    if (sync != 0)
        return KERN_INVALID_VALUE;
    kern_return_t kr = port_find_receive(ipc, space, name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port->ktype || port->special_reply) /* T46 */
        return KERN_INVALID_RIGHT;
    if (port->port_destroyed) {
        guard_note(ipc->served, space, kGUARD_EXC_KERN_FAILURE, name, 0);
        return KERN_FAILURE;
    }
    port->port_destroyed = notify;
    return KERN_SUCCESS;
}

kern_return_t request_notification(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                   mach_msg_id_t id, uint32_t sync, struct port *notify,
                                   struct port **previous_p)
{
    *previous_p = NULL;
    if (notify && !port_is_live(notify))
        return KERN_INVALID_CAPABILITY;
    switch (id) {
    case MACH_NOTIFY_DEAD_NAME:
    case MACH_NOTIFY_SEND_POSSIBLE: return request_on_name(ipc, space, name, id, sync, notify, previous_p);
    case MACH_NOTIFY_NO_SENDERS: return request_no_senders(ipc, space, name, sync, notify, previous_p);
    case MACH_NOTIFY_PORT_DESTROYED: return request_port_destroyed(ipc, space, name, sync, notify);
    }
    return KERN_INVALID_VALUE;
}

bool request_arm(struct entry *entry, struct port *port)
{
    struct request *request = entry ? entry->request : NULL;
    if (!request || !port_is_live(port) || port->state == PORT_IN_KERNEL)
        return false;
    if (!port_is_full(port))
        return true;
    if (request->send_possible && !request->is_armed) {
        request->is_armed = true;
        list_append(&port->armed, &request->armed);
    }
    return false;
}
