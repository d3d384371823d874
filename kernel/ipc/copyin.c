/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/copyin.c - the table of P43: which entry gives what, and what it costs */
#include "kernel/ipc/link.h"
#include "kernel/ipc/right.h"

uint8_t right_type_of(uint32_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE: return MACH_MSG_TYPE_PORT_RECEIVE;
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND: return MACH_MSG_TYPE_PORT_SEND;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE: return MACH_MSG_TYPE_PORT_SEND_ONCE;
    }
    return 0;
}

static kern_return_t check_movable_send(const struct entry *entry, bool for_dest)
{
    return entry->port->immovable_send && !for_dest ? KERN_INVALID_CAPABILITY : KERN_SUCCESS;
}

static kern_return_t check_send(const struct entry *entry, bool for_dest)
{
    if (entry->kind == ENTRY_DEAD_NAME)
        return KERN_SUCCESS;
    return entry_has_send(entry) ? check_movable_send(entry, for_dest) : KERN_INVALID_RIGHT;
}

/* P36. */
static kern_return_t check_move_send(const struct entry *entry, bool for_dest)
{
    kern_return_t kr = check_send(entry, for_dest);
    return kr == KERN_SUCCESS && entry_is_pinned(entry) && entry->urefs == 1 ? KERN_INVALID_CAPABILITY : kr;
}

static kern_return_t check_send_once(const struct entry *entry, bool for_dest)
{
    if (entry->kind == ENTRY_DEAD_NAME)
        return KERN_SUCCESS;
    return entry->kind == ENTRY_SEND_ONCE ? check_movable_send(entry, for_dest) : KERN_INVALID_RIGHT;
}

static kern_return_t check_receive(const struct entry *entry)
{
    if (!entry_has_receive(entry))
        return KERN_INVALID_RIGHT;
    return entry->port->immovable_receive || entry->port->special_reply || entry->port->ktype
               ? KERN_INVALID_CAPABILITY
               : KERN_SUCCESS;
}

kern_return_t right_check_copyin(const struct entry *entry, uint32_t disposition, bool for_dest)
{
    if (!entry)
        return KERN_INVALID_NAME;
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE: return check_receive(entry);
    case MACH_MSG_TYPE_MOVE_SEND: return check_move_send(entry, for_dest);
    case MACH_MSG_TYPE_COPY_SEND: return check_send(entry, for_dest);
    case MACH_MSG_TYPE_MOVE_SEND_ONCE: return check_send_once(entry, for_dest);
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE: return entry_has_receive(entry) ? KERN_SUCCESS : KERN_INVALID_RIGHT;
    }
    return KERN_INVALID_RIGHT;
}

static struct right move_receive(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port;
    port_leave_space(ipc, port);
    if (entry->kind == ENTRY_SEND_RECEIVE) {
        entry->kind = ENTRY_SEND;
        tree_insert(&port->send_entries, &entry->by_space);
    } else {
        space_name_free(ipc, entry);
    }
    return (struct right){ port, MACH_MSG_TYPE_PORT_RECEIVE };
}

/* The entry keeps its own send right unless this was its last reference; a pegged count never moves (P24). */
static struct right move_send(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port;
    if (entry->urefs == UREFS_MAX)
        return port_copy_send(port);
    if (entry->urefs > 1) {
        entry->urefs--;
        return port_copy_send(port);
    }
    if (entry->kind == ENTRY_SEND_RECEIVE) {
        entry->kind = ENTRY_RECEIVE;
        entry->urefs = 0;
    } else {
        tree_remove(&port->send_entries, &entry->by_space);
        space_name_free(ipc, entry);
    }
    return (struct right){ port, MACH_MSG_TYPE_PORT_SEND };
}

static struct right move_send_once(struct ipc *ipc, struct entry *entry)
{
    struct port *port = entry->port;
    list_remove(&entry->of_port);
    space_name_free(ipc, entry);
    link_reply_right_taken(ipc, port);
    return (struct right){ port, MACH_MSG_TYPE_PORT_SEND_ONCE };
}

static struct right copyin_dead(struct ipc *ipc, struct entry *entry, uint32_t disposition)
{
    if (disposition != MACH_MSG_TYPE_COPY_SEND && entry->urefs < UREFS_MAX && --entry->urefs == 0)
        space_name_free(ipc, entry);
    return (struct right){ PORT_DEAD, right_type_of(disposition) };
}

struct right right_copyin(struct ipc *ipc, struct entry *entry, uint32_t disposition)
{
    if (entry->kind == ENTRY_DEAD_NAME)
        return copyin_dead(ipc, entry, disposition);
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE: return move_receive(ipc, entry);
    case MACH_MSG_TYPE_MOVE_SEND: return move_send(ipc, entry);
    case MACH_MSG_TYPE_MOVE_SEND_ONCE: return move_send_once(ipc, entry);
    case MACH_MSG_TYPE_COPY_SEND: return port_copy_send(entry->port);
    case MACH_MSG_TYPE_MAKE_SEND: return port_make_send(entry->port);
    case MACH_MSG_TYPE_MAKE_SEND_ONCE: return port_make_send_once(entry->port);
    }
    ASSERT(!"the disposition was checked");
    return (struct right){ 0 };
}
