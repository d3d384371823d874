/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/filter_port.c - EVFILT_MACHPORT: messages, and the push that comes with them (T120-T129) */
#include <errno.h>

#include "kernel/ipc/message_qos.h"
#include "kernel/ipc/pset.h"
#include "kernel/ipc/space.h"
#include "kernel/kqueue/events.h"
#include "kernel/kqueue/knote.h"

enum { FIXED_OPTIONS = MACH_RCV_MSG | MACH_RCV_SYNC_PEEK }; /* D7 */
#define FALLBACK 0x04000000u

static struct knote *knote_of(struct signal *signal)
{
    return container_of(signal, struct knote, monitor.signal);
}

static bool is_ready(const struct knote *knote)
{
    struct membership *member;
    return knote->monitor.is_vanished || monitor_ready_port(&knote->monitor, &member);
}

/* A message has come or gone, or the right has left (T119, T124, T129). */
static void run(struct ipc *ipc, struct signal *signal)
{
    struct knote *knote = knote_of(signal);
    (void)ipc;
    if (knote->monitor.is_vanished && knote->life == KNOTE_ALIVE)
        knote->life = KNOTE_GONE;
    knote_refresh(knote);
    if (knote->life == KNOTE_GONE || (knote->life == KNOTE_ALIVE && is_ready(knote)))
        knote_fire(knote);
}

static bool is_pushable(const struct knote *knote)
{
    return knote->kqueue->kind == KQUEUE_WORKLOOP && (knote->event.flags & EV_DISPATCH) &&
           (knote->event.fflags & FIXED_OPTIONS);
}

static int attach(struct knote *knote, struct change *change)
{
    struct ipc *ipc = knote_ipc(knote);
    mach_port_name_t name = (mach_port_name_t)knote->event.ident;
    struct entry *entry = MACH_PORT_VALID(name) ? space_lookup(ipc, change->thread->ipc.space, name) : NULL;
    if (!entry || knote->event.ident != name)
        return ENOENT;
    bool is_set = entry->kind == ENTRY_SET;
    if (!is_set && (!entry_has_receive(entry) || entry->port->special_reply))
        return ENOTSUP;
    monitor_init(ipc, &knote->monitor, is_pushable(knote) ? &knote->kqueue->push : NULL, run);
    if (is_set ? monitor_watch_set(&knote->monitor, entry->set)
               : monitor_watch_port(ipc, &knote->monitor, entry->port))
        return 0;
    monitor_fini(ipc, &knote->monitor);
    return ENOMEM;
}

static int touch(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    if ((knote->event.fflags ^ event->fflags) & FIXED_OPTIONS)
        return EINVAL;
    knote->event.fflags = event->fflags;
    knote->event.ext[0] = event->ext[0];
    knote->event.ext[1] = event->ext[1];
    return 0;
}

static void enabled(struct knote *knote, struct reply *reply)
{
    (void)reply;
    monitor_sever(knote_ipc(knote), &knote->monitor);
}

/* T129. The class of the message replaces a registered one that is a fallback. */
static enum sched_qos class(const struct knote *knote) {
    struct membership *member; const struct port *port = monitor_ready_port(&knote->monitor, &member);
    enum sched_qos qos = knote_registered_class(knote);
    if (!port || !(knote->event.fflags & MACH_RCV_MSG)) return qos;
    const struct message *message = list_entry(list_first(&port->messages), struct message, link);
    if (((uint32_t)knote->event.qos & FALLBACK) && message_qos(message).qos != SCHED_QOS_NONE)
        qos = (enum sched_qos)message_qos(message).qos;
    return message_override(message) > qos ? message_override(message) : qos;
}

static bool deliver(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    struct membership *member;
    struct port *port = monitor_ready_port(&knote->monitor, &member);
    if (!port)
        return false;
    if (knote->event.fflags & MACH_RCV_MSG) {
        reply_receive(reply, knote, port, member, out);
        return true;
    }
    out->event.fflags = 0;
    out->event.data = port->name;
    return true;
}

static void drop(struct knote *knote, struct reply *reply)
{
    (void)reply;
    monitor_fini(knote_ipc(knote), &knote->monitor);
}

const struct filter port_filter = {
    .attach = attach,
    .touch = touch,
    .enabled = enabled,
    .is_ready = is_ready,
    .deliver = deliver,
    .class = class,
    .drop = drop,
};
