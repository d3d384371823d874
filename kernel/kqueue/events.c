/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kqueue/events.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/message_qos.h"
#include "kernel/ipc/pset.h"
#include "kernel/ipc/queue.h"
#include "kernel/kqueue/workloop.h"
#include "kernel/sched/encoding.h"

enum {
    MESSAGES_MAX = 1 << 20, /* bytes; what is pending beyond comes with the next call */
    RECEIVE_OPTIONS = MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY | MACH_RCV_VOUCHER |
                      MACH_MSG_STRICT_REPLY | MACH_RCV_TRAILER_MASK,
};
#define CLASS_BITS 0x3fffffu

bool reply_begin(struct reply *reply, struct thread *thread, uint32_t n_events, uint32_t n_changes,
                 uint64_t area)
{
    uint32_t max_sources = n_events + n_changes;
    *reply = (struct reply){ .thread = thread, .max = n_events, .max_sources = max_sources, .area = area };
    reply->records = alloc_bytes((n_events + max_sources) * sizeof(struct kevent_record) + 1);
    return reply->records != NULL;
}

struct kevent_record *reply_add(struct reply *reply)
{
    if (reply->n == reply->max)
        return NULL;
    struct kevent_record *record = &reply->records[reply->n++];
    *record = (struct kevent_record){ 0 };
    return record;
}

void reply_source(struct reply *reply, const struct knote *knote, uint32_t what)
{
    ASSERT(reply->n_sources < reply->max_sources);
    reply->records[reply->max + reply->n_sources++] = (struct kevent_record){
        .event = knote->event,
        .source = { .cookie = knote->source.cookie, .what = what },
    };
}

/* ---- shipping ---- */

static void put(uint8_t *to, const struct reply *reply)
{
    uint64_t events = reply->n * sizeof(struct kevent_record);
    uint64_t sources = reply->n_sources * sizeof(struct kevent_record);
    memcpy(to, reply->records, events);
    memcpy(to + events, reply->records + reply->max, sources);
    if (reply->messages.size)
        memcpy(to + events + sources, reply->messages.bytes, reply->messages.size);
}

static void place_messages(struct reply *reply)
{
    uint32_t at = (reply->n + reply->n_sources) * (uint32_t)sizeof(struct kevent_record);
    for (uint32_t i = 0; i < reply->n; i++)
        if (reply->records[i].message.size)
            reply->records[i].message.at += at;
}

void reply_end(struct reply *reply, uint64_t flags)
{
    struct ipc_thread *thread = &reply->thread->ipc;
    uint64_t size = (reply->n + reply->n_sources) * sizeof(struct kevent_record) + reply->messages.size;
    place_messages(reply);
    uint8_t *payload = deliver_room(thread, size);
    if (payload)
        put(payload, reply);
    if (!deliver_room_done(thread, payload, size)) {
        thread->reply.result = ENOMEM;
        reply->n = reply->n_sources = 0;
    }
    thread->reply.value[0] = reply->n | (uint64_t)reply->n_sources << 32;
    thread->reply.value[1] = reply->area_used;
    thread->reply.value[2] = flags;
    alloc_free(reply->records);
    alloc_free(reply->messages.bytes);
}

/* ---- receiving (T126) ---- */

static void set_call(struct ipc_thread *thread, const struct reply *reply, const struct kevent_qos_s *event)
{
    bool is_own = event->ext[1] != 0;
    uint64_t room = is_own ? event->ext[1] : reply->area - reply->area_used;
    thread->call = (struct msg_call){ .msg = { .option = event->fflags & RECEIVE_OPTIONS } };
    thread->call.msg.rcv_size = room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
    thread->call.msg.rcv_name = (uint32_t)event->ident;
    if (!is_own)
        thread->call.msg.option |= MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY;
}

static void put_size(const struct ipc_thread *thread, struct kevent_record *out)
{
    bool is_told = thread->call.msg.option & MACH_RCV_LARGE_IDENTITY;
    out->event.ext[1] = thread->reply.value[0];
    out->event.data = is_told ? (int64_t)thread->reply.value[1] : 0;
}

static void put_message(struct reply *reply, const struct knote *knote, uint64_t at, struct kevent_record *out)
{
    const struct trap_reply *result = &reply->thread->ipc.reply;
    out->message.at = (uint32_t)at;
    out->message.size = result->message_size;
    out->message.n_items = result->n_items;
    out->event.ext[1] = result->message_size;
    if (knote->event.ext[1] != 0)
        return;
    out->event.ext[0] = 0;
    out->message.flags = KEVENT_IN_AREA;
    reply->area_used += result->message_size;
}

static void put_class(const struct message *message, struct kevent_record *out)
{
    uint64_t class = sched_encode(message_qos(message));
    uint64_t override = sched_encode((struct sched_class){ (uint8_t)message_override(message), 0 });
    out->event.ext[2] = class << 32 | override;
}

void reply_receive(struct reply *reply, struct knote *knote, struct port *port, struct membership *member,
                   struct kevent_record *out)
{
    struct ipc_thread *thread = &reply->thread->ipc;
    uint64_t at = reply->messages.size;
    struct kevent_record with_class = { 0 };
    set_call(thread, reply, &knote->event);
    put_class(list_entry(list_first(&port->messages), struct message, link), &with_class);
    thread->collector = &reply->messages;
    thread->channel = &knote->monitor;
    if (member)
        pset_member_served(member);
    queue_serve(thread->ipc, thread, port);
    link_received(thread->ipc, port);
    thread->channel = NULL;
    thread->collector = NULL;
    out->event.fflags = thread->reply.result;
    out->event.data = 0;
    out->event.ext[2] = out->event.ext[3] = 0;
    if (thread->reply.delivered == TRAP_DELIVERED_SIZE)
        put_size(thread, out);
    else if (thread->reply.delivered == TRAP_DELIVERED_RECEIVED)
        put_message(reply, knote, at, out);
    if (thread->reply.result == MACH_MSG_SUCCESS)
        out->event.ext[2] = with_class.event.ext[2];
    thread->reply = (struct trap_reply){ 0 };
}

/* ---- fetching ---- */

/* What a GONE or DOOMED knote has to tell (T118, T119). */
static void put_end(const struct knote *knote, struct kevent_record *out)
{
    struct kevent_qos_s *event = &out->event;
    bool is_wanted = knote->event.flags & EV_VANISHED;
    event->flags = EV_DISPATCH2 | EV_ONESHOT;
    event->fflags = 0;
    event->data = 0;
    memset(event->ext, 0, sizeof(event->ext));
    if (knote->life == KNOTE_DOOMED)
        event->flags |= EV_DELETE;
    else
        event->flags = is_wanted ? event->flags | EV_VANISHED : EV_EOF | EV_ONESHOT;
}

static uint32_t raised(const struct knote *knote)
{
    struct sched_class class = sched_decode((uint32_t)knote->event.qos);
    if (knote->class <= class.qos)
        return (uint32_t)knote->event.qos;
    return ((uint32_t)knote->event.qos & ~CLASS_BITS) | sched_encode((struct sched_class){ knote->class, 0 });
}

static bool put_event(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    out->event = knote->event;
    out->event.flags &= (uint16_t)~EV_VANISHED;
    out->event.qos = (int32_t)raised(knote);
    if (knote->life == KNOTE_ALIVE)
        return knote->filter->deliver(knote, reply, out);
    put_end(knote, out);
    return true;
}

/* What a delivery does to its knote (T115, T118, T119). `again`: it may have more to tell, after this call. */
static void settle(struct knote *knote, struct reply *reply, uint16_t told, struct list *again)
{
    enum sched_qos class = (enum sched_qos)knote->class;
    bool is_last = told & EV_ONESHOT;
    if (is_last && ((told & (EV_DELETE | EV_EOF)) || !knote_is_dispatch2(knote))) {
        knote_drop(knote, reply);
    } else if (is_last) {
        knote->life = KNOTE_DOOMED;
        knote_disable(knote);
    } else if (knote->event.flags & EV_DISPATCH) {
        knote_disable(knote);
        if (knote->event.filter == EVFILT_MACHPORT)
            knote_keep(knote, class);
    } else {
        knote_settle_idle(knote);
        list_append(again, &knote->again);
    }
}

static void fetch_one(struct knote *knote, struct reply *reply, struct list *again)
{
    struct kevent_record *out = reply_add(reply);
    knote_refresh(knote);
    if (put_event(knote, reply, out)) {
        settle(knote, reply, out->event.flags, again);
        return;
    }
    reply->n--;
    knote_settle_idle(knote);
    list_append(again, &knote->again);
}

void reply_fetch(struct reply *reply, struct kqueue *kqueue)
{
    struct list again;
    struct tree_node *first;
    list_init(&again);
    kqueue_hold(kqueue);
    while (reply->n < reply->max && reply->messages.size < MESSAGES_MAX &&
           (first = tree_first(&kqueue->pending)))
        fetch_one(container_of(first, struct knote, pending), reply, &again);
    for (struct list *node; (node = list_pop(&again));) {
        struct knote *knote = list_entry(node, struct knote, again);
        if (knote->life != KNOTE_ALIVE || knote->filter->is_ready(knote))
            knote_fire(knote);
    }
    kqueue_release(kqueue);
}
