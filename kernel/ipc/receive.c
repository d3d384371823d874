/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/receive.h"

#include "kernel/ipc/queue.h"
#include "kernel/ipc/space.h"

static bool finish(struct ipc_thread *thread, kern_return_t result)
{
    thread->reply.result = (uint32_t)result;
    return true;
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

/* P140: a receive that links a special reply port must be on one, and say what to link it to. */
static bool is_bad_sync_wait(const struct ipc_thread *thread, const struct entry *entry)
{
    const struct trap_msg *msg = &thread->call.msg;
    if (!(msg->option & MACH_RCV_SYNC_WAIT) || (msg->option & MACH_SEND_SYNC_OVERRIDE))
        return false;
    return entry->kind == ENTRY_SET || !entry->port->special_reply || !MACH_PORT_VALID(msg->notify);
}

static struct membership *first_ready(struct pset *set)
{
    struct list *node = list_first(&set->ready);
    return node ? list_entry(node, struct membership, ready) : NULL;
}

bool receive_begin(struct ipc_thread *thread)
{
    const struct trap_msg *msg = &thread->call.msg;
    struct entry *entry = find_source(thread);
    if (!entry)
        return finish(thread, MACH_RCV_INVALID_NAME);
    if (is_bad_sync_wait(thread, entry))
        return finish(thread, MACH_RCV_INVALID_NOTIFY);
    struct pset *set = entry->kind == ENTRY_SET ? entry->set : NULL;
    struct membership *member = set ? first_ready(set) : NULL;
    struct port *port = set ? NULL : entry->port;
    if (member)
        port = member->port;
    if (port && !list_is_empty(&port->messages)) {
        if (member)
            pset_member_served(member);
        queue_serve(thread->ipc, thread, port);
        return true;
    }
    bool has_timeout = msg->option & MACH_RCV_TIMEOUT;
    if (has_timeout && msg->timeout == 0)
        return finish(thread, MACH_RCV_TIMED_OUT);
    thread_wait_receive(thread, set ? NULL : port, set, has_timeout, msg->timeout);
    return false;
}
