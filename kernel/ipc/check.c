/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/check.h"

#include "kernel/ipc/link.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/timer_port.h"
#include "kernel/ipc/wait.h"

/* ---- counting: P4.1 ---- */

/* Rights to a receive right are told apart by where it is (P4.3); the others are only counted. */
void check_right(struct right right)
{
    if (!port_is_real(right.port))
        return;
    if (right.type == MACH_MSG_TYPE_PORT_SEND)
        right.port->counted_sends++;
    else if (right.type == MACH_MSG_TYPE_PORT_SEND_ONCE)
        right.port->counted_onces++;
}

void check_reference(struct port *port)
{
    if (port)
        port->counted_others++;
}

static void count_once(struct port *port)
{
    check_right((struct right){ port, MACH_MSG_TYPE_PORT_SEND_ONCE });
}

/* A receive right in a message: there only (P4.3). */
static void check_carried(const struct message *message, struct port *port, uint8_t disposition)
{
    check_right((struct right){ port, disposition });
    if (disposition != MACH_MSG_TYPE_PORT_RECEIVE || !port_is_live(port))
        return;
    ASSERT(port->state == PORT_CARRIED && port->carrier == message);
    port->counted_receives++;
}

static void check_descriptor(const struct message *message, uint32_t i)
{
    const struct message_descriptor *d = &message->descriptors[i];
    if (descriptor_is_port(d))
        check_carried(message, d->port, d->disposition);
    if (d->type != MACH_MSG_OOL_PORTS_DESCRIPTOR)
        return;
    for (uint32_t k = i == message->sink_at ? message->sink_element : 0; k < d->count; k++)
        check_carried(message, d->ports[k], d->disposition);
}

static void check_message(const struct message *message)
{
    check_right(message->dest);
    check_right(message->reply);
    check_right(message->voucher);
    check_reference(message->path);
    for (uint32_t i = message->sink_at; i < message->n_copied_in; i++)
        check_descriptor(message, i);
}

/* ---- names: P4.2, P4.4, P4.5, P4.7 ---- */

static void check_urefs(const struct entry *entry)
{
    switch ((enum entry_kind)entry->kind) {
    case ENTRY_RECEIVE:
    case ENTRY_SET: ASSERT(entry->urefs == 0); return;
    case ENTRY_SEND_ONCE: ASSERT(entry->urefs == 1); return;
    case ENTRY_SEND:
    case ENTRY_SEND_RECEIVE:
    case ENTRY_DEAD_NAME: ASSERT(entry->urefs > 0); return;
    case ENTRY_FREE: return;
    }
}

static void check_request(const struct entry *entry)
{
    const struct request *request = entry->request;
    ASSERT(request->entry == entry && request->notify && list_is_linked(&request->link));
    ASSERT(request->is_armed == list_is_linked(&request->armed));
    count_once(request->notify);
}

/* Nobody else looks at a queue of which something is promised. */
static void check_promise(const struct port *port)
{
    const struct promise *promise = &port->promised_to->promise;
    ASSERT(promise->port == port && promise->n > 0 && promise->n - promise->n_dropped <= port->n_messages);
    ASSERT(port->state == PORT_IN_SPACE && port->space == port->promised_to->space);
    ASSERT(list_is_empty(&port->memberships) && waitq_is_empty(&port->senders));
}

static void check_set(const struct pset *set, const struct space *space)
{
    ASSERT(set->space == space);
    ASSERT(list_is_empty(&set->ready) || waitq_is_empty(&set->receivers));
    list_for_each(node, &set->members)
    {
        const struct membership *member = list_entry(node, struct membership, of_set);
        ASSERT(member->set == set && member->port->state == PORT_IN_SPACE && member->port->space == space);
        ASSERT(list_is_linked(&member->ready) == !list_is_empty(&member->port->messages));
    }
}

/* One name for the receive and the send right of a live port, and the port knows it. */
static void check_place_of_right(struct space *space, const struct entry *entry)
{
    if (entry_has_receive(entry))
        ASSERT(entry->port->state == PORT_IN_SPACE && entry->port->space == space &&
               entry->port->name == entry_name(entry));
    if (entry->kind == ENTRY_SEND_ONCE)
        ASSERT(list_is_linked(&entry->of_port));
    else if (!port_is_dead(entry->port))
        ASSERT(space_find_port(space, entry->port) == entry);
}

/* A control port that stays is in its task's space alone; pinned, it has a reference that nobody was given (K68, K72). */
static void check_staying(const struct space *space, const struct entry *entry)
{
    if (entry->kind != ENTRY_SEND || !entry->port->stays || port_is_dead(entry->port))
        return;
    ASSERT(entry->port->space == space && entry->port->immovable_send);
    ASSERT(!entry_is_pinned(entry) || entry->urefs >= 1);
}

static void check_entry(struct space *space, const struct entry *entry)
{
    ASSERT(entry->space == space);
    check_urefs(entry);
    if (entry->kind == ENTRY_SET)
        check_set(entry->set, space);
    if (!entry_has_receive(entry) && !entry_has_send(entry) && entry->kind != ENTRY_SEND_ONCE) {
        ASSERT(!entry->request);
        return;
    }
    check_place_of_right(space, entry);
    check_staying(space, entry);
    if (entry_has_send(entry))
        check_right((struct right){ entry->port, MACH_MSG_TYPE_PORT_SEND });
    if (entry_has_receive(entry))
        entry->port->counted_receives++;
    if (entry->kind == ENTRY_SEND_ONCE)
        count_once(entry->port);
    if (entry->request)
        check_request(entry);
}

/* Chunk by chunk, not name by name: this is where the simulator spends its time. */
static void check_space(struct space *space)
{
    uint32_t n = 0;
    for (uint32_t chunk = 0; chunk < space->n_directory; chunk++) {
        const struct entry *entries = space->directory[chunk];
        for (uint32_t i = 0; entries && i < SPACE_CHUNK; i++) {
            check_entry(space, &entries[i]);
            n += entries[i].kind != ENTRY_FREE;
        }
    }
    ASSERT(n == space->n_used);
}

/* ---- threads ---- */

static void check_waiter(const struct ipc_thread *thread)
{
    const struct waitq *queue = thread->sched.waiter.queue;
    if (thread->wait == WAIT_SEND)
        ASSERT(queue == &message_port(thread->sending.message)->senders);
    if (thread->wait == WAIT_RECEIVE) {
        ASSERT(thread->receiving.port || thread->receiving.set);
        ASSERT(queue == (thread->receiving.port ? &thread->receiving.port->receivers
                                                : &thread->receiving.set->receivers));
    }
    if (thread->wait == WAIT_NONE)
        ASSERT(thread->awaits_release == (queue != NULL));
    if (thread->wait == WAIT_SEMAPHORE || thread->wait == WAIT_EVENT)
        ASSERT(queue);
    if (thread->wait == WAIT_SLEEP)
        ASSERT(queue == &thread->ipc->sleepers);
}

void check_thread(const struct ipc_thread *thread)
{
    check_waiter(thread);
    ASSERT(thread->wait == WAIT_NONE || !list_is_linked(&thread->resumed));
    ASSERT(!thread->give_back || thread->resume == RESUME_GIVE_BACK);
    ASSERT(thread->ipc->sched.max_hop > 0 || turnstile_thread_is_settled(&thread->sched));
}

/* ---- ports ---- */

static void check_queue(const struct port *port)
{
    if (port->promised_to)
        check_promise(port);
    uint32_t n = 0;
    list_for_each(node, &port->messages)
    {
        ASSERT(port_is_dead(port) || message_port(list_entry(node, struct message, link)) == port);
        n++;
    }
    ASSERT(n == port->n_messages);
    if (port_is_dead(port))
        return;
    ASSERT(waitq_is_empty(&port->senders) || port_is_full(port));
    ASSERT(waitq_is_empty(&port->receivers) || list_is_empty(&port->messages));
}

/* What stands on the port's lists is about this port. */
static void check_lists(const struct port *port)
{
    uint32_t n = 0;
    list_for_each(node, &port->once_entries)
    {
        const struct entry *entry = list_entry(node, struct entry, of_port);
        ASSERT(entry->kind == ENTRY_SEND_ONCE && entry->port == port);
    }
    list_for_each(node, &port->requests)
    {
        ASSERT(list_entry(node, struct request, link)->entry->port == port);
        n++;
    }
    ASSERT(n == port->n_requests);
    list_for_each(node, &port->memberships)
    {
        const struct membership *member = list_entry(node, struct membership, of_port);
        ASSERT(member->port == port && port->state == PORT_IN_SPACE && member->set->space == port->space);
    }
}

/* Exactly one receive right (P4.3). A dead port is held by the reaper until that is done with it. */
static void check_counts(const struct port *port)
{
    bool is_dead = port_is_dead(port), is_held = !is_dead || list_is_linked(&port->reap.link);
    ASSERT(port->state != PORT_IN_LIMBO);
    ASSERT(port->srights == port->counted_sends);
    ASSERT(port->sorights == port->counted_onces);
    ASSERT(port->counted_receives == (port->state == PORT_IN_SPACE || port->state == PORT_CARRIED));
    ASSERT(port->refs == port->srights + port->sorights + port->counted_others + is_held);
    if (port->state == PORT_CARRIED) /* P50 */
        ASSERT(!port->guarded && !port->immovable_receive && port->context == 0);
}

/* No circle of ports in transit (P4.6). The way up is walked twice, and never again where it was found good: O(ports) over all. */
static void check_no_circle(struct port *port)
{
    enum { UNKNOWN, ON_THE_WAY, GOOD };
    struct port *up = port;
    for (; up && up->check_mark == UNKNOWN; up = port_above(up))
        up->check_mark = ON_THE_WAY;
    ASSERT(!up || up->check_mark == GOOD);
    for (up = port; up && up->check_mark == ON_THE_WAY; up = port_above(up))
        up->check_mark = GOOD;
}

/* ---- all of it ---- */

static void check_timer(struct port *port, const struct timer_port *timer)
{
    ASSERT(timer->port == port && timer->message->timer == timer);
    ASSERT(timer->is_message_out == (timer->message->dest.type != 0));
    check_right((struct right){ port, MACH_MSG_TYPE_PORT_SEND });
}

static void check_semaphore(const struct port *port, const struct semaphore *semaphore)
{
    ASSERT(semaphore->port == port && (port->srights > 0 || port_is_dead(port)));
    ASSERT(semaphore->count == 0 || waitq_is_empty(&semaphore->waiters));
    ASSERT(semaphore->owner || waitq_is_empty(&semaphore->waiters));
}

static void begin_port(struct port *port)
{
    port->counted_sends = port->counted_onces = port->counted_receives = port->counted_others = 0;
    port->check_mark = 0;
}

void check_begin(struct ipc *ipc)
{
    list_for_each(node, &ipc->all_ports) begin_port(list_entry(node, struct port, all));
    list_for_each(node, &ipc->all_spaces) check_space(list_entry(node, struct space, all));
    list_for_each(node, &ipc->all_messages) check_message(list_entry(node, struct message, all));
    list_for_each(node, &ipc->all_ports)
    {
        struct port *port = list_entry(node, struct port, all);
        if (port->no_senders)
            count_once(port->no_senders);
        if (port->port_destroyed)
            count_once(port->port_destroyed);
        if (port->special_reply)
            check_reference(port->special_reply->linked);
        if (port->ktype == KOBJECT_TIMER && port->kobject)
            check_timer(port, port->kobject);
        if (port->ktype == KOBJECT_SEMAPHORE && port->kobject)
            check_semaphore(port, port->kobject);
    }
}

/* Whoever should inherit does, with what the strongest waiter gives (D2, T30, T64, T75). */
static void check_turnstile(const struct turnstile *turnstile, struct inheritor expected)
{
    const struct inheritor *inheritor = &turnstile->inheritor;
    ASSERT(inheritor->kind == expected.kind && inheritor->reason == expected.reason);
    ASSERT(inheritor->kind == INHERITOR_NONE || inheritor->thread == expected.thread);
    ASSERT(turnstile->priority == turnstile_measure(turnstile));
}

static void check_push(const struct ipc *ipc, const struct port *port)
{
    check_turnstile(&port->push, link_inheritor(ipc, port));
    if (port->special_reply) {
        ASSERT((port->link == LINK_PORT) == (port->special_reply->linked != NULL));
        check_turnstile(&port->special_reply->receive, link_receive_inheritor(port));
    } else {
        ASSERT(port->link != LINK_PORT && port->link != LINK_NONE);
    }
}

void check_end(struct ipc *ipc)
{
    uint64_t n_ports = 0;
    list_for_each(node, &ipc->all_ports)
    {
        struct port *port = list_entry(node, struct port, all);
        check_counts(port);
        check_queue(port);
        check_lists(port);
        check_no_circle(port);
        n_ports++;
        if (ipc->sched.max_hop == 0)
            check_push(ipc, port);
    }
    ASSERT(n_ports == ipc->census.ports);
}
