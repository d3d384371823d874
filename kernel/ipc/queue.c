/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/queue.h"

#include "kernel/ipc/deliver.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/message_qos.h"
#include "kernel/ipc/monitor.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/pset.h"

enum admission queue_admission(struct ipc *ipc, const struct message *message, bool reserved)
{
    struct port *port = message_port(message);
    if (port_is_full(port))
        promise_end_any(ipc, port);
    if (!port_is_full(port))
        return ADMISSION_NOW;
    if (port->n_messages >= MACH_PORT_QLIMIT_KERNEL)
        return ADMISSION_NEVER;
    if (reserved || message->dest.type == MACH_MSG_TYPE_PORT_SEND_ONCE)
        return ADMISSION_NOW;
    return ADMISSION_WAIT;
}

/* The thread gets the message, or learns that it is too large and leaves it (false). */
static bool offer(struct ipc *ipc, struct ipc_thread *thread, struct port *port, struct message *message)
{
    bool fits = deliver_fits(thread, message);
    if (!fits && (thread->call.msg.option & MACH_RCV_LARGE)) {
        deliver_size(thread, port, message);
        thread_unwait(thread, WAIT_ENDED_DELIVERED);
        return false;
    }
    uint32_t seqno = port->seqno++;
    link_message_taken(ipc, port);
    if (fits)
        deliver_message(thread, port, message, seqno);
    else
        deliver_header(thread, port, message, seqno, MACH_RCV_TOO_LARGE);
    thread_unwait(thread, WAIT_ENDED_DELIVERED);
    return true;
}

struct ipc_thread *queue_receiver(struct port *port)
{
    struct waiter *waiter = waitq_first(&port->receivers);
    if (waiter)
        return thread_of_waiter(waiter);
    list_for_each(node, &port->memberships)
    {
        waiter = waitq_first(&list_entry(node, struct membership, of_port)->set->receivers);
        if (waiter)
            return thread_of_waiter(waiter);
    }
    return NULL;
}

static void append(struct ipc *ipc, struct port *port, struct message *message)
{
    list_append(&port->messages, &message->link);
    port->n_messages++;
    message_qos_raise_ahead(ipc, port, message);
    pset_port_ready(port);
    monitors_tell(ipc, port);
}

void queue_put(struct ipc *ipc, struct message *message)
{
    struct port *port = message_port(message);
    struct ipc_thread *thread;
    ASSERT(!port_is_dead(port) && port->state != PORT_IN_KERNEL);
    link_message_put(port);
    ipc->steps++;
    if (ipc->tap && !message->trace)
        message_tell_sent(ipc, message, NULL);
    while (list_is_empty(&port->messages) && (thread = queue_receiver(port)))
        if (offer(ipc, thread, port, message))
            return;
    append(ipc, port, message);
}

void queue_put_note(struct ipc *ipc, struct message *message)
{
    struct port *port = message_port(message);
    if (port_is_dead(port) || port->state == PORT_IN_KERNEL || port->n_messages >= MACH_PORT_QLIMIT_KERNEL) {
        right_use_once(ipc, port);
        message->dest = (struct right){ 0 };
        message_sink(ipc, message, NULL);
        return;
    }
    queue_put(ipc, message);
}

void queue_admit(struct ipc *ipc, struct port *port)
{
    struct waiter *waiter;
    while (!port_is_full(port) && (waiter = waitq_first(&port->senders)))
        queue_put(ipc, thread_unwait(thread_of_waiter(waiter), WAIT_ENDED_ADMITTED));
}

struct message *queue_take(struct ipc *ipc, struct port *port, uint32_t *seqno_p)
{
    struct message *message = list_entry(list_pop(&port->messages), struct message, link);
    *seqno_p = port->seqno++;
    port->n_messages--;
    link_message_taken(ipc, port);
    if (list_is_empty(&port->messages))
        pset_port_drained(port);
    monitors_tell(ipc, port);
    queue_admit(ipc, port);
    return message;
}

void queue_withdraw(struct ipc *ipc, struct message *message)
{
    struct port *port = message_port(message);
    list_remove(&message->link);
    port->n_messages--;
    link_message_taken(ipc, port);
    if (list_is_empty(&port->messages))
        pset_port_drained(port);
    queue_admit(ipc, port);
}

void queue_offer_to_set(struct ipc *ipc, struct port *port, struct pset *set)
{
    struct waiter *waiter;
    while (!list_is_empty(&port->messages) && (waiter = waitq_first(&set->receivers))) {
        struct ipc_thread *thread = thread_of_waiter(waiter);
        queue_serve(ipc, thread, port);
        thread_unwait(thread, WAIT_ENDED_DELIVERED);
    }
    if (!list_is_empty(&port->messages))
        monitors_tell_of_set(ipc, set);
}

void queue_serve(struct ipc *ipc, struct ipc_thread *thread, struct port *port)
{
    struct message *message = list_entry(list_first(&port->messages), struct message, link);
    uint32_t seqno;
    bool fits = deliver_fits(thread, message);
    if (!fits && (thread->call.msg.option & MACH_RCV_LARGE)) {
        deliver_size(thread, port, message);
        return;
    }
    message = queue_take(ipc, port, &seqno);
    if (fits)
        deliver_message(thread, port, message, seqno);
    else
        deliver_header(thread, port, message, seqno, MACH_RCV_TOO_LARGE);
}
