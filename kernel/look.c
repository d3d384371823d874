/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/look.c - the kernel's half of `machctl lsmp` and `why-not`: tasks, names and refusals as wire/look.h shows them
 *
 * Nothing here changes anything: an entry whose port has died is shown as the dead name that it will be.
 */
#include <string.h>

#include "kernel/door.h"
#include "kernel/task/thread.h"

enum { LOOK_SLOTS = 512, AUDIT_PID = 5 };

bool kernel_task_may_be_seen(const struct task *task, uint32_t uid)
{
    return uid == 0 || (task->identity.uid == uid && task->identity.ruid == uid);
}

void kernel_look_task(const struct task *task, struct look_task *out)
{
    *out = (struct look_task){
        .pid = task->identity.pid,
        .uid = task->identity.uid,
        .n_names = task->space->n_used,
        .n_threads = task->n_threads,
    };
    memcpy(out->command, task->identity.command, sizeof(task->identity.command));
}

static uint16_t count_waiters(const struct waitq *queue)
{
    uint16_t n = 0;
    for (struct tree_node *node = tree_first(&queue->tree); node && n < LOOK_WAITERS_MAX;
         node = tree_next(node))
        n++;
    return n;
}

/* ---- a port ---- */

static uint16_t flags_of(const struct port *port)
{
    return (uint16_t)((port->guarded ? LOOK_GUARDED : 0) | (port->strict_guard ? LOOK_STRICT_GUARD : 0) |
                      (port->immovable_receive ? LOOK_IMMOVABLE_RECEIVE : 0) |
                      (port->immovable_send ? LOOK_IMMOVABLE_SEND : 0) |
                      (port->special_reply ? LOOK_SPECIAL_REPLY : 0) |
                      (port->temp_owner ? LOOK_TEMP_OWNER : 0) | (port->no_senders ? LOOK_NO_SENDERS : 0) |
                      (port->port_destroyed ? LOOK_PORT_DESTROYED : 0));
}

static void look_kernel_object(const struct port *port, uint32_t viewer, struct look_name *out)
{
    bool is_task = task_of_port(port, FLAVOR_NAME) != NULL;
    const struct thread *thread = thread_of_port_as(port, FLAVOR_INSPECT);
    const struct task *task = thread ? thread->task : is_task ? port->kobject : NULL;
    out->place = LOOK_IN_KERNEL;
    out->object_tid = thread ? thread->tid : 0;
    if (!task)
        return;
    out->object_pid = task->identity.pid;
    if (kernel_task_may_be_seen(task, viewer))
        memcpy(out->holder_command, task->identity.command, sizeof(task->identity.command));
}

static void look_holder(const struct port *port, uint32_t viewer, struct look_name *out)
{
    const struct task *task = port->space->owner;
    out->place = LOOK_IN_SPACE;
    if (!task)
        return;
    if (!kernel_task_may_be_seen(task, viewer)) {
        out->flags |= LOOK_HIDDEN_HOLDER;
        return;
    }
    out->holder_pid = task->identity.pid;
    out->holder_name = port->name;
    memcpy(out->holder_command, task->identity.command, sizeof(task->identity.command));
}

static void look_place(const struct port *port, uint32_t viewer, struct look_name *out)
{
    switch (port->state) {
    case PORT_IN_SPACE: look_holder(port, viewer, out); break;
    case PORT_CARRIED:
        out->place = LOOK_IN_TRANSIT;
        out->transit = port_is_real(port->carrier->dest.port) ? port->carrier->dest.port->serial : 0;
        break;
    case PORT_IN_KERNEL: look_kernel_object(port, viewer, out); break;
    case PORT_IN_LIMBO:
    case PORT_IS_DEAD: break;
    }
}

static void look_queue(const struct port *port, struct look_name *out)
{
    const struct list *head = list_first(&port->messages);
    out->n_messages = port->n_messages;
    out->n_senders = count_waiters(&port->senders);
    out->n_receivers = count_waiters(&port->receivers);
    if (!head)
        return;
    const struct message *message = list_entry(head, struct message, link);
    out->head_id = message->id;
    out->head_pid = message->is_from_kernel ? 0 : (int32_t)message->token.audit.val[AUDIT_PID];
}

static void look_sets(const struct port *port, struct look_name *out)
{
    list_for_each(node, &port->memberships)
    {
        if (out->n_sets < LOOK_SETS)
            out->sets[out->n_sets] = list_entry(node, struct membership, of_port)->set->name;
        if (++out->n_sets > LOOK_SETS)
            return;
    }
}

/* What only the holder of the receive right can ask for in Mach is shown for that name alone. */
static void look_port(const struct entry *entry, uint32_t viewer, struct look_name *out)
{
    const struct port *port = entry->port;
    out->object = port->serial;
    out->ktype = port->ktype;
    out->flags = flags_of(port);
    look_place(port, viewer, out);
    out->srights = port->srights;
    out->sorights = port->sorights;
    if (!entry_has_receive(entry))
        return;
    out->context = port->context;
    out->qlimit = port->qlimit;
    out->mscount = port->mscount;
    out->seqno = port->seqno;
    out->n_requests = port->n_requests;
    look_queue(port, out);
    look_sets(port, out);
}

/* ---- names ---- */

static void look_entry(const struct entry *entry, uint32_t viewer, struct look_name *out)
{
    *out = (struct look_name){
        .name = entry_name(entry),
        .type = entry_type(entry, true),
        .urefs = entry->urefs,
    };
    if (entry->kind == ENTRY_SET) {
        out->object = entry->set->serial;
        out->n_receivers = count_waiters(&entry->set->receivers);
    } else if (!(out->type & MACH_PORT_TYPE_DEAD_NAME)) {
        look_port(entry, viewer, out);
    }
}

uint32_t kernel_look_names(const struct task *task, uint32_t viewer, uint64_t *cursor_p,
                           struct look_name *names, uint32_t max)
{
    const struct space *space = task->space;
    uint64_t at = *cursor_p, end = (uint64_t)space->n_directory * SPACE_CHUNK;
    uint32_t n = 0;
    for (int looked = 0; at < end && n < max && looked < LOOK_SLOTS; looked++) {
        const struct entry *entry = space_slot(space, (uint32_t)at);
        at += entry ? 1 : SPACE_CHUNK - at % SPACE_CHUNK;
        if (entry && entry->kind != ENTRY_FREE)
            look_entry(entry, viewer, &names[n++]);
    }
    *cursor_p = at < end ? at : 0;
    return n;
}

const struct refused *kernel_thread_refused(const struct thread *thread)
{
    return &thread->ipc.refused;
}
