/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/receive.h"

#include "kernel/ipc/guard.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/space.h"

static bool finish(struct ipc_thread *thread, kern_return_t result)
{
    thread->reply.result = (uint32_t)result;
    return true;
}

static bool refuse_source(struct ipc_thread *thread)
{
    mach_port_name_t name = thread->call.msg.rcv_name;
    const struct entry *entry = MACH_PORT_VALID(name) ? space_peek(thread->space, name) : NULL;
    if (entry && !entry->had_receive) /* P35 */
        guard_note(thread, thread->space, kGUARD_EXC_RCV_INVALID_NAME, name, 0);
    refuse_kind(thread, MACH_RCV_INVALID_NAME, thread->space, entry, name, REFUSED_RECEIVE_NAME);
    refused_in(thread, REFUSED_RCV_NAME, 0);
    return finish(thread, MACH_RCV_INVALID_NAME);
}

static struct entry *find_source(struct ipc_thread *thread)
{
    mach_port_name_t name = thread->call.msg.rcv_name;
    struct entry *entry;
    if (thread->space->is_dead || !MACH_PORT_VALID(name))
        return NULL;
    entry = space_lookup(thread->ipc, thread->space, name);
    return entry && (entry_has_receive(entry) || entry->kind == ENTRY_SET) ? entry : NULL;
}

/* The argument of the trap names what the special reply port shall be linked to, unless it is one of sending. */
static bool is_sync_wait(const struct trap_msg *msg)
{
    return (msg->option & MACH_RCV_SYNC_WAIT) &&
           !(msg->option & (MACH_SEND_MSG | MACH_SEND_OVERRIDE | MACH_SEND_SYNC_OVERRIDE));
}

/* P140, T102: only the thread's own special reply port, and something to link it to. */
static bool is_bad_sync_wait(const struct ipc_thread *thread, const struct entry *entry)
{
    const struct trap_msg *msg = &thread->call.msg;
    if (!is_sync_wait(msg))
        return false;
    return entry->kind == ENTRY_SET || !entry->port->special_reply ||
           entry->port->special_reply->bound != thread || !MACH_PORT_VALID(msg->notify);
}

/* What does not name a send right makes no link (T102). */
static void link_to_named(struct ipc_thread *thread, struct port *port)
{
    struct entry *entry = space_peek(thread->space, thread->call.msg.notify);
    if (entry && entry_has_send(entry))
        link_sync_wait(thread->ipc, port, entry->port);
}

static struct membership *first_ready(struct pset *set)
{
    struct list *node = list_first(&set->ready);
    return node ? list_entry(node, struct membership, ready) : NULL;
}

/* True when the receive is over: there was a message, or there is no time to wait for one. */
static bool receive_now(struct ipc_thread *thread, struct port *port, struct membership *member)
{
    const struct trap_msg *msg = &thread->call.msg;
    if (port && !list_is_empty(&port->messages)) {
        if (member)
            pset_member_served(member);
        queue_serve(thread->ipc, thread, port);
    } else if ((msg->option & MACH_RCV_TIMEOUT) && msg->timeout == 0) {
        finish(thread, refuse(thread, MACH_RCV_TIMED_OUT, REFUSED_RECEIVE_EMPTY, msg->rcv_name));
    } else {
        return false;
    }
    if (port)
        link_received(thread->ipc, port);
    return true;
}

bool receive_begin(struct ipc_thread *thread)
{
    const struct trap_msg *msg = &thread->call.msg;
    struct entry *entry = find_source(thread);
    if (!entry)
        return refuse_source(thread);
    if (is_bad_sync_wait(thread, entry))
        return finish(thread, refuse(thread, MACH_RCV_INVALID_NOTIFY, REFUSED_RECEIVE_SYNC, msg->rcv_name));
    struct pset *set = entry->kind == ENTRY_SET ? entry->set : NULL;
    struct membership *member = set ? first_ready(set) : NULL;
    struct port *port = set ? NULL : entry->port;
    if (receive_now(thread, member ? member->port : port, member)) {
        if (port)
            promise_make(thread, port);
        return true;
    }
    if (is_sync_wait(msg))
        link_to_named(thread, port);
    thread_wait_receive(thread, port, set, msg->option & MACH_RCV_TIMEOUT, msg->timeout);
    return false;
}
