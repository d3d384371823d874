/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/check.h"

#include "kernel/ipc/message.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/timer_port.h"

/* ---- counting: P4.1 ---- */

void check_right(struct right right)
{
    if (!port_is_real(right.port))
        return;
    if (right.type == MACH_MSG_TYPE_PORT_SEND)
        right.port->counted_sends++;
    else if (right.type == MACH_MSG_TYPE_PORT_SEND_ONCE)
        right.port->counted_onces++;
}

static void count_once(struct port *port)
{
    check_right((struct right){ port, MACH_MSG_TYPE_PORT_SEND_ONCE });
}

static void count_descriptor(const struct message *message, uint32_t i)
{
    const struct message_descriptor *d = &message->descriptors[i];
    if (d->type == MACH_MSG_PORT_DESCRIPTOR)
        check_right((struct right){ d->port, d->disposition });
    if (d->type != MACH_MSG_OOL_PORTS_DESCRIPTOR)
        return;
    for (uint32_t k = i == message->sink_at ? message->sink_element : 0; k < d->count; k++)
        check_right((struct right){ d->ports[k], d->disposition });
}

static void count_message(const struct message *message)
{
    check_right(message->dest);
    check_right(message->reply);
    for (uint32_t i = message->sink_at; i < message->n_copied_in; i++)
        count_descriptor(message, i);
}

static void check_entry(const struct space *space, const struct entry *entry)
{
    ASSERT(entry->space == space);
    switch ((enum entry_kind)entry->kind) {
    case ENTRY_FREE: ASSERT(!entry->request); return;
    case ENTRY_RECEIVE:
    case ENTRY_SEND_RECEIVE:
        ASSERT(entry->port->state == PORT_IN_SPACE && entry->port->space == space &&
               entry->port->name == entry_name(entry));
        ASSERT((entry->urefs > 0) == (entry->kind == ENTRY_SEND_RECEIVE));
        break;
    case ENTRY_SEND: ASSERT(entry->urefs > 0); break;
    case ENTRY_SEND_ONCE:
        ASSERT(entry->urefs == 1);
        count_once(entry->port);
        break;
    case ENTRY_SET: ASSERT(entry->urefs == 0 && !entry->request && entry->set->space == space); return;
    case ENTRY_DEAD_NAME: ASSERT(entry->urefs > 0 && !entry->request); return;
    }
    if (entry_has_send(entry))
        check_right((struct right){ entry->port, MACH_MSG_TYPE_PORT_SEND });
    if (entry->request) {
        ASSERT(entry->request->entry == entry && entry->request->notify);
        count_once(entry->request->notify);
    }
}

static void check_space(struct space *space)
{
    uint32_t n = 0;
    for (uint32_t index = 0; index < space->n_directory * SPACE_CHUNK; index++) {
        const struct entry *entry = space_slot(space, index);
        if (!entry)
            continue;
        check_entry(space, entry);
        n += entry->kind != ENTRY_FREE;
    }
    ASSERT(n == space->n_used);
}

static void check_timer(struct port *port, const struct timer_port *timer)
{
    ASSERT(timer->port == port && timer->message->timer == timer);
    ASSERT(timer->is_message_out == (timer->message->dest.type != 0));
    check_right((struct right){ port, MACH_MSG_TYPE_PORT_SEND });
}

void check_begin(struct ipc *ipc)
{
    list_for_each(node, &ipc->all_ports)
    {
        struct port *port = list_entry(node, struct port, all);
        port->counted_sends = port->counted_onces = 0;
    }
    list_for_each(node, &ipc->all_spaces) check_space(list_entry(node, struct space, all));
    list_for_each(node, &ipc->all_messages) count_message(list_entry(node, struct message, all));
    list_for_each(node, &ipc->all_ports)
    {
        struct port *port = list_entry(node, struct port, all);
        if (port->no_senders)
            count_once(port->no_senders);
        if (port->port_destroyed)
            count_once(port->port_destroyed);
        if (port->ktype == KOBJECT_TIMER && port->kobject)
            check_timer(port, port->kobject);
    }
}

/* ---- ports ---- */

/* Exactly one receive right (P4.3), and no circle of ports in transit (P4.6). */
static void check_place(const struct ipc *ipc, const struct port *port)
{
    uint64_t hops = 0;
    ASSERT(port->state != PORT_IN_LIMBO);
    for (const struct port *up = port; port_is_real(up) && up->state == PORT_CARRIED;
         up = message_port(up->carrier))
        ASSERT(hops++ <= ipc->census.ports);
    if (port->state != PORT_IN_SPACE) {
        ASSERT(list_is_empty(&port->memberships));
        return;
    }
    struct entry *entry = space_peek(port->space, port->name);
    ASSERT(entry && entry_has_receive(entry) && entry->port == port);
    list_for_each(node, &port->memberships)
        ASSERT(list_entry(node, struct membership, of_port)->set->space == port->space);
}

static void check_queue(const struct port *port)
{
    uint32_t n = 0;
    list_for_each(node, &port->messages)
    {
        ASSERT(port_is_dead(port) || message_port(list_entry(node, struct message, link)) == port);
        n++;
    }
    ASSERT(n == port->n_messages);
    ASSERT(port_is_dead(port) || waitq_is_empty(&port->senders) || port_is_full(port));
}

void check_end(struct ipc *ipc)
{
    list_for_each(node, &ipc->all_ports)
    {
        const struct port *port = list_entry(node, struct port, all);
        ASSERT(port->srights == port->counted_sends);
        ASSERT(port->sorights == port->counted_onces);
        check_queue(port);
        if (!port_is_dead(port))
            check_place(ipc, port);
    }
}
