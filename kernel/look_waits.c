/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/look_waits.c - the kernel's half of `machctl why`: who waits, and the path from there to whoever can end it
 *
 * A path is what the turnstiles know, hop by hop (wire/look.h). Where nobody is pushed it goes on by what else is known: whose
 * reply right it is, in which queue the request stands, who has the receive right. Nothing here changes anything.
 */
#include <string.h>

#include "kernel/door.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/upcall.h"
#include "kernel/kqueue/knote.h"
#include "kernel/task/thread.h"

enum { MESSAGES_SEARCHED = 4096, HOPS_MAX = 4096, AUDIT_PID = 5 };

/* ---- threads that wait ---- */

static uint32_t waiting_of(const struct thread *thread)
{
    const struct ipc_thread *ipc = &thread->ipc;
    switch (ipc->wait) {
    case WAIT_NONE: return LOOK_RUNS;
    case WAIT_SEND: return LOOK_SENDS;
    case WAIT_RECEIVE: return ipc->receiving.port ? LOOK_RECEIVES : LOOK_RECEIVES_SET;
    case WAIT_SEMAPHORE: return LOOK_AT_SEMAPHORE;
    case WAIT_SLEEP: return LOOK_SLEEPS;
    case WAIT_EVENT: return upcall_waits(ipc) ? LOOK_AWAITS_HANDLER : LOOK_AWAITS_EVENT;
    }
    return LOOK_RUNS;
}

static uint64_t object_of(const struct thread *thread)
{
    const struct ipc_thread *ipc = &thread->ipc;
    if (ipc->wait == WAIT_SEND)
        return message_port(ipc->sending.message)->serial;
    if (ipc->wait == WAIT_RECEIVE)
        return ipc->receiving.port ? ipc->receiving.port->serial : ipc->receiving.set->serial;
    return 0;
}

static void look_wait(const struct thread *thread, struct look_wait *out)
{
    const struct ipc_thread *ipc = &thread->ipc;
    bool is_timed = timer_is_set(&ipc->timer);
    *out = (struct look_wait){
        .pid = thread->task->identity.pid,
        .tid = thread->tid,
        .waiting = waiting_of(thread),
        .priority = (uint8_t)sched_base(&ipc->sched),
        .push = (uint8_t)ipc->sched.push,
        .qos = ipc->sched.qos,
        .flags = is_timed ? LOOK_HAS_TIMEOUT : 0,
        .trap = ipc->trap,
        .name = ipc->wait == WAIT_RECEIVE ? ipc->call.msg.rcv_name : 0,
        .object = object_of(thread),
        .deadline = is_timed ? ipc->timer.deadline : 0,
        .id = ipc->wait == WAIT_SEND ? ipc->sending.message->id : 0,
    };
    memcpy(out->thread_name, thread->name, sizeof(out->thread_name) - 1);
}

/* Threads stand in the order of their control ports' numbers: the cursor is the last one that was looked at. */
uint32_t kernel_look_waits(const struct task *task, uint64_t *cursor_p, struct look_wait *waits, uint32_t max)
{
    uint64_t after = *cursor_p;
    uint32_t n = 0;
    *cursor_p = 0;
    list_for_each(node, &task->threads)
    {
        const struct thread *thread = list_entry(node, struct thread, link);
        if (thread->control->serial <= after || (thread->ipc.wait == WAIT_NONE && thread->ipc.sched.push == 0))
            continue;
        if (n == max) {
            *cursor_p = after;
            break;
        }
        look_wait(thread, &waits[n++]);
        after = thread->control->serial;
    }
    return n;
}

/* ---- places on a path ---- */

/* kind            stands for
 * PLACE_QUEUE     Send(port)
 * PLACE_REPLY     the threads that wait at the port for a message, Rcv(port) if it is a special reply port
 * PLACE_KNOTE     Kn(k): what came out of a knote behind something else
 * PLACE_WORKLOOP  Wl(w)
 */
enum place_kind { PLACE_NONE, PLACE_QUEUE, PLACE_REPLY, PLACE_KNOTE, PLACE_WORKLOOP };

struct place {
    enum place_kind kind;
    union {
        const struct port *port;
        const struct monitor *monitor;
        const struct kqueue *workloop;
    };
};

static const struct place nowhere = { PLACE_NONE, { NULL } };

/* Whose turnstile it is follows from why something pushes on it. */
static struct place place_of(const struct turnstile *turnstile, enum push_reason reason)
{
    struct place place = nowhere;
    switch (reason) {
    case PUSH_TRANSIT:
    case PUSH_REPLY_PORT:
        place.kind = PLACE_QUEUE;
        place.port = container_of(turnstile, struct port, push);
        break;
    case PUSH_STASH:
    case PUSH_REPLY_STASH:
        place.kind = PLACE_KNOTE;
        place.monitor = container_of(turnstile, struct monitor, stash);
        break;
    case PUSH_KNOTE:
    case PUSH_MONITOR:
    case PUSH_REPLY_KNOTE:
        place.kind = PLACE_WORKLOOP;
        place.workloop = container_of(turnstile, struct kqueue, push);
        break;
    case PUSH_NOBODY:
    case PUSH_CHECK_IN:
    case PUSH_WATCH_PORT:
    case PUSH_RECEIVED_RIGHT:
    case PUSH_HELD_BY_RECEIVER:
    case PUSH_OWNER:
    case PUSH_SERVICER:
    case PUSH_POOL:
    case PUSH_RELEASE: break;
    }
    return place;
}

static void show_task(const struct task *task, uint32_t viewer, struct look_hop *hop)
{
    if (!task)
        return;
    if (!kernel_task_may_be_seen(task, viewer)) {
        hop->flags |= LOOK_HIDDEN;
        return;
    }
    hop->holder_pid = task->identity.pid;
    memcpy(hop->command, task->identity.command, sizeof(task->identity.command));
}

static void next_is_thread(const struct sched_thread *sched, uint32_t viewer, struct look_hop *hop)
{
    const struct thread *thread = container_of(sched, struct thread, ipc.sched);
    if (!kernel_task_may_be_seen(thread->task, viewer)) {
        hop->flags |= LOOK_HIDDEN;
        return;
    }
    hop->next = LOOK_NEXT_THREAD;
    hop->next_pid = thread->task->identity.pid;
    hop->next_tid = thread->tid;
}

/* Where the inheritor leads: a thread, or the place of which this is the turnstile. */
static struct place follow(const struct inheritor *inheritor, uint32_t viewer, struct look_hop *hop)
{
    hop->reason = (uint8_t)inheritor->reason;
    switch (inheritor->kind) {
    case INHERITOR_NONE: break;
    case INHERITOR_THREAD: next_is_thread(inheritor->thread, viewer, hop); break;
    case INHERITOR_TURNSTILE: return place_of(inheritor->turnstile, inheritor->reason);
    }
    return nowhere;
}

/* ---- a queue ---- */

static void look_at_messages(const struct port *port, struct look_hop *hop)
{
    const struct list *head = list_first(&port->messages);
    hop->n_messages = port->n_messages;
    if (!head)
        return;
    const struct message *message = list_entry(head, struct message, link);
    hop->head_id = message->id;
    hop->head_pid = message->is_from_kernel ? 0 : (int32_t)message->token.audit.val[AUDIT_PID];
}

/* Only the task with the receive right can go on with it. */
static struct place look_at_queue(const struct port *port, uint32_t viewer, struct look_hop *hop)
{
    hop->thing = LOOK_QUEUE;
    hop->object = port->serial;
    hop->priority = (uint8_t)port->push.priority;
    look_at_messages(port, hop);
    if (port->state == PORT_CARRIED)
        hop->carrier_id = port->carrier->id;
    if (port->state == PORT_IN_SPACE) {
        show_task(port->space->owner, viewer, hop);
        hop->holder_name = hop->holder_pid ? port->name : 0;
    }
    struct place next = follow(&port->push.inheritor, viewer, hop);
    if (port->push.inheritor.kind == INHERITOR_NONE && hop->holder_pid != 0)
        hop->next = LOOK_NEXT_TASK;
    return next;
}

/* ---- a reply port, or any that a thread waits at ---- */

/* Could anybody but the one with that send-once right write to it? */
static bool has_one_writer(const struct port *port)
{
    struct entry *own = port->state == PORT_IN_SPACE ? space_slot(port->space, port->name >> 8) : NULL;
    bool is_own = own && entry_has_send(own);
    return port->sorights == 1 && port->srights == (is_own ? 1 : 0);
}

/* The queue in which the request with this reply right stands; bounded, the youngest first. */
static const struct port *find_request(const struct ipc *ipc, const struct port *reply)
{
    const struct list *node = ipc->all_messages.prev;
    for (int n = 0; n < MESSAGES_SEARCHED && node != &ipc->all_messages; n++, node = node->prev) {
        const struct message *message = list_entry(node, struct message, all);
        if (message->reply.port == reply && list_is_linked(&message->link) && port_is_live(message->dest.port))
            return message->dest.port;
    }
    return NULL;
}

static struct place follow_reply_right(const struct ipc *ipc, const struct port *port, uint32_t viewer,
                                       struct look_hop *hop)
{
    if (!has_one_writer(port))
        return nowhere;
    const struct list *node = list_first(&port->once_entries);
    if (node) {
        show_task(list_entry(node, struct entry, of_port)->space->owner, viewer, hop);
        hop->next = hop->holder_pid ? LOOK_NEXT_TASK : LOOK_NEXT_ANYBODY;
        return nowhere;
    }
    const struct port *dest = find_request(ipc, port);
    return dest ? (struct place){ PLACE_QUEUE, { dest } } : nowhere;
}

static struct place look_at_reply(const struct ipc *ipc, const struct port *port, uint32_t viewer,
                                  struct look_hop *hop)
{
    hop->object = port->serial;
    hop->thing = port->special_reply ? LOOK_SPECIAL_REPLY_PORT : LOOK_PORT;
    if (!port->special_reply || port->special_reply->receive.inheritor.kind == INHERITOR_NONE)
        return follow_reply_right(ipc, port, viewer, hop);
    hop->priority = (uint8_t)port->special_reply->receive.priority;
    return follow(&port->special_reply->receive.inheritor, viewer, hop);
}

/* ---- workloops ---- */

static struct place look_at_knote(const struct monitor *monitor, uint32_t viewer, struct look_hop *hop)
{
    const struct knote *knote = container_of(monitor, struct knote, monitor);
    hop->thing = LOOK_KNOTE;
    hop->object = knote->event.ident;
    hop->priority = (uint8_t)monitor->stash.priority;
    show_task(knote->kqueue->all->task, viewer, hop);
    follow(&monitor->stash.inheritor, viewer, hop);
    if (monitor->stash.inheritor.kind != INHERITOR_TURNSTILE)
        return nowhere;
    hop->reason = PUSH_KNOTE;
    return place_of(monitor->stash.inheritor.turnstile, PUSH_KNOTE);
}

/* Without a servicer any thread of its pool, also one that is still to be made. */
static struct place look_at_workloop(const struct kqueue *workloop, uint32_t viewer, struct look_hop *hop)
{
    hop->thing = LOOK_WORKLOOP;
    hop->object = workloop->id;
    hop->priority = (uint8_t)workloop->push.priority;
    show_task(workloop->all->task, viewer, hop);
    return follow(&workloop->push.inheritor, viewer, hop);
}

/* ---- the path ---- */

static struct place first_place(const struct ipc_thread *thread)
{
    if (thread->wait == WAIT_SEND)
        return (struct place){ PLACE_QUEUE, { message_port(thread->sending.message) } };
    if (thread->wait == WAIT_RECEIVE && thread->receiving.port)
        return (struct place){ PLACE_REPLY, { thread->receiving.port } };
    if (upcall_waits(thread))
        return (struct place){ PLACE_REPLY, { thread->upcall.port } };
    return thread->wait == WAIT_EVENT && thread->event.push ? place_of(thread->event.push, PUSH_MONITOR)
                                                            : nowhere;
}

static struct place look_at(const struct ipc *ipc, struct place place, uint32_t viewer, struct look_hop *hop)
{
    struct place next = nowhere;
    *hop = (struct look_hop){ .next = LOOK_NEXT_ANYBODY };
    switch (place.kind) {
    case PLACE_NONE: break;
    case PLACE_QUEUE: next = look_at_queue(place.port, viewer, hop); break;
    case PLACE_REPLY: next = look_at_reply(ipc, place.port, viewer, hop); break;
    case PLACE_KNOTE: next = look_at_knote(place.monitor, viewer, hop); break;
    case PLACE_WORKLOOP: next = look_at_workloop(place.workloop, viewer, hop); break;
    }
    if (next.kind != PLACE_NONE)
        hop->next = LOOK_NEXT_HOP;
    return next;
}

static const struct thread *find_thread(const struct task *task, int32_t tid)
{
    list_for_each(node, &task->threads)
    {
        const struct thread *thread = list_entry(node, struct thread, link);
        if (thread->tid == tid && thread->ipc.wait != WAIT_NONE)
            return thread;
    }
    return NULL;
}

uint32_t kernel_look_path(const struct task *task, uint32_t viewer, uint64_t *cursor_p, struct look_hop *hops,
                          uint32_t max)
{
    uint32_t tid = (uint32_t)*cursor_p, skip = (uint32_t)(*cursor_p >> 32), n = 0;
    const struct thread *thread = find_thread(task, (int32_t)tid);
    struct place place = thread ? first_place(&thread->ipc) : nowhere;
    *cursor_p = 0;
    for (uint32_t at = 0; place.kind != PLACE_NONE && at < HOPS_MAX; at++) {
        struct look_hop hop;
        if (n == max) {
            *cursor_p = (uint64_t)at << 32 | tid;
            break;
        }
        place = look_at(thread->ipc.ipc, place, viewer, &hop);
        if (at >= skip)
            hops[n++] = hop;
    }
    return n;
}
