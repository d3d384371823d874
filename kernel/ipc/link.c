/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/link.h"

#include "base/alloc.h"
#include "kernel/ipc/monitor.h"
#include "kernel/ipc/watch.h"

/* ---- who inherits ---- */

/* What came out through a knote waits for its workloop: the first port itself, the others by way of the knote. */
static struct inheritor stashed_inheritor(const struct port *port, enum push_reason first,
                                          enum push_reason other)
{
    struct monitor *monitor = port->stashed_on;
    if (port->link == LINK_KNOTE)
        return inheritor_turnstile(monitor->workloop, first);
    return monitor ? inheritor_turnstile(&monitor->stash, other) : inheritor_none();
}

static bool is_stashed(const struct port *port)
{
    return port->link == LINK_KNOTE || port->link == LINK_STASH;
}

struct inheritor link_inheritor(const struct ipc *ipc, const struct port *port)
{
    const struct special_reply *special = port->special_reply;
    if (port_is_dead(port))
        return inheritor_none();
    if (special)
        return special->is_checking_in && special->bound && ipc->prioritizes_launch
                   ? inheritor_thread(&special->bound->sched, PUSH_CHECK_IN)
                   : inheritor_none();
    if (port->state == PORT_CARRIED)
        return port->carrier->path ? inheritor_turnstile(&port->carrier->path->push, PUSH_TRANSIT)
                                   : inheritor_none();
    if (port->watch)
        return ipc->prioritizes_launch ? watch_inheritor(port) : inheritor_none();
    if (is_stashed(port))
        return stashed_inheritor(port, PUSH_KNOTE, PUSH_STASH);
    if (port->link == LINK_THREAD)
        return port->push.inheritor; /* none, if launches are not prioritised */
    return port->pusher ? inheritor_turnstile(port->pusher->workloop, PUSH_MONITOR) : inheritor_none();
}

struct inheritor link_receive_inheritor(const struct port *port)
{
    const struct special_reply *special = port->special_reply;
    if (port_is_dead(port))
        return inheritor_none();
    if (port->link == LINK_PORT)
        return inheritor_turnstile(&special->linked->push, PUSH_REPLY_PORT);
    if (is_stashed(port))
        return stashed_inheritor(port, PUSH_REPLY_KNOTE, PUSH_REPLY_STASH);
    return special->is_held ? special->receive.inheritor : inheritor_none();
}

void link_update(struct ipc *ipc, struct port *port)
{
    turnstile_set_inheritor(&ipc->sched, &port->push, link_inheritor(ipc, port));
    if (port->special_reply)
        turnstile_set_inheritor(&ipc->sched, &port->special_reply->receive, link_receive_inheritor(port));
}

/* ---- the one place where a link changes ---- */

/* may_follow[from] has the bit of each state that may come next (T62, T66). */
static const uint8_t may_follow[] = {
    [LINK_ANY] = 1 << LINK_PORT | 1 << LINK_KNOTE | 1 << LINK_STASH | 1 << LINK_THREAD,
    [LINK_PORT] = 1 << LINK_ANY | 1 << LINK_KNOTE | 1 << LINK_STASH | 1 << LINK_NONE,
    [LINK_KNOTE] = 1 << LINK_ANY | 1 << LINK_KNOTE | 1 << LINK_STASH | 1 << LINK_NONE,
    [LINK_STASH] = 1 << LINK_ANY | 1 << LINK_KNOTE | 1 << LINK_STASH | 1 << LINK_NONE,
    [LINK_NONE] = 1 << LINK_ANY | 1 << LINK_KNOTE | 1 << LINK_STASH,
    [LINK_THREAD] = 1 << LINK_ANY | 1 << LINK_KNOTE,
};

static void unstash(struct port *port)
{
    if (list_is_linked(&port->stashed))
        list_remove(&port->stashed);
    port->stashed_on = NULL;
}

static void set_stashed_on(struct port *port, struct monitor *monitor)
{
    unstash(port);
    if (!monitor)
        return;
    monitor->has_first = true;
    port->stashed_on = monitor;
    list_append(&monitor->stashed, &port->stashed);
}

/* A link to a port holds a reference to it, which must outlive the push. monitor: of KNOTE and STASH. */
static void set_link_to(struct ipc *ipc, struct port *port, enum port_link link, struct port *linked,
                        struct monitor *monitor)
{
    struct special_reply *special = port->special_reply;
    struct port *before = special ? special->linked : NULL;
    ASSERT(may_follow[port->link] & 1 << link);
    ASSERT((link == LINK_PORT) == (linked != NULL));
    ASSERT((link == LINK_KNOTE || link == LINK_STASH) == (monitor != NULL));
    port->link = (uint8_t)link;
    set_stashed_on(port, monitor);
    if (special)
        special->linked = linked ? port_get(linked) : NULL;
    link_update(ipc, port);
    if (before)
        port_put(ipc, before);
}

static void set_link(struct ipc *ipc, struct port *port, enum port_link link, struct port *linked)
{
    set_link_to(ipc, port, link, linked, NULL);
}

static void reset(struct ipc *ipc, struct port *port)
{
    if (port->link != LINK_ANY)
        set_link(ipc, port, LINK_ANY, NULL);
}

static void cut(struct ipc *ipc, struct port *port)
{
    if (port->link != LINK_ANY && port->link != LINK_NONE)
        set_link(ipc, port, LINK_NONE, NULL);
}

static void set_held(struct ipc *ipc, struct port *port, struct ipc_thread *holder)
{
    struct special_reply *special = port->special_reply;
    if (!special->is_held && !holder)
        return;
    special->is_held = holder != NULL;
    turnstile_set_inheritor(&ipc->sched, &special->receive,
                            holder ? inheritor_thread(&holder->sched, PUSH_HELD_BY_RECEIVER)
                                   : link_receive_inheritor(port));
}

/* The knote through which a thread receives, if what comes out shall push on its workloop (T121). */
static struct monitor *pushable_channel(const struct ipc_thread *receiver)
{
    struct monitor *channel = receiver ? receiver->channel : NULL;
    return channel && channel->workloop ? channel : NULL;
}

static void stash(struct ipc *ipc, struct port *port, struct monitor *monitor)
{
    set_link_to(ipc, port, monitor->has_first ? LINK_STASH : LINK_KNOTE, NULL, monitor);
}

/* ---- special reply ports ---- */

bool link_bind(struct ipc *ipc, struct port *port, struct ipc_thread *thread)
{
    if (!account_charge(port->account, ACCOUNT_BYTES, alloc_cost(sizeof(struct special_reply))))
        return false;
    struct special_reply *special = alloc_zeroed(sizeof(*special));
    if (!special) {
        account_release(port->account, ACCOUNT_BYTES, alloc_cost(sizeof(*special)));
        return false;
    }
    turnstile_init(&special->receive, &port->receivers, ipc_serial(ipc));
    special->bound = thread;
    port->special_reply = special;
    return true;
}

void link_unbind(struct ipc *ipc, struct port *port)
{
    port->special_reply->bound = NULL;
    if (port_is_dead(port))
        return;
    cut(ipc, port);
    link_update(ipc, port);
}

static bool is_linkable(const struct port *to)
{
    return port_is_live(to) && to->ktype == 0;
}

void link_sent(struct ipc *ipc, const struct message *message, uint32_t options)
{
    struct port *port = message->reply.port;
    if (message->reply.type != MACH_MSG_TYPE_PORT_SEND_ONCE || !port_is_live(port) || !port->special_reply)
        return;
    if (port->link == LINK_ANY && is_linkable(message_port(message)))
        set_link(ipc, port, LINK_PORT, message_port(message));
    if ((options & MACH_SEND_SYNC_BOOTSTRAP_CHECKIN) && !port->special_reply->is_checking_in) {
        port->special_reply->is_checking_in = true;
        link_update(ipc, port);
    }
}

void link_sync_wait(struct ipc *ipc, struct port *port, struct port *to)
{
    if (port->link == LINK_ANY && is_linkable(to))
        set_link(ipc, port, LINK_PORT, to);
}

void link_reply_right_out(struct ipc *ipc, struct port *port, struct ipc_thread *receiver)
{
    struct monitor *monitor = pushable_channel(receiver);
    if (port_is_dead(port) || !port->special_reply || port->link == LINK_ANY)
        return;
    if (monitor) {
        set_held(ipc, port, NULL);
        stash(ipc, port, monitor);
        return;
    }
    cut(ipc, port);
    set_held(ipc, port, receiver && ipc->boosts_receivers ? receiver : NULL);
}

void link_reply_right_taken(struct ipc *ipc, struct port *port)
{
    if (!port_is_dead(port) && port->special_reply)
        set_held(ipc, port, NULL);
}

void link_reply_right_destroyed(struct ipc *ipc, struct port *port)
{
    if (!port->special_reply)
        return;
    port->special_reply->is_checking_in = false;
    set_held(ipc, port, NULL);
    cut(ipc, port);
    link_update(ipc, port);
}

void link_received(struct ipc *ipc, struct port *port)
{
    if (port_is_dead(port) || !port->special_reply)
        return;
    port->special_reply->is_replied = false;
    set_held(ipc, port, NULL);
    reset(ipc, port);
}

/* ---- receive rights on their way ---- */

void link_left(struct ipc *ipc, struct port *port)
{
    watch_port_left(ipc, port);
    reset(ipc, port);
    link_update(ipc, port);
}

void link_carried(struct ipc *ipc, struct port *port, struct message *carrier)
{
    struct port *to = message_port(carrier);
    port->state = PORT_CARRIED;
    port->carrier = carrier;
    if (!carrier->path && port_is_real(to))
        carrier->path = port_get(to);
    if (port_is_live(to) && to->special_reply && to->special_reply->is_checking_in)
        port->has_check_in_mark = true;
    reset(ipc, port);
    link_update(ipc, port);
}

void link_addressed(struct ipc *ipc, struct message *message)
{
    for (uint32_t i = 0; i < message->n_copied_in; i++, ipc->steps++) {
        const struct message_descriptor *d = &message->descriptors[i];
        if (descriptor_is_port(d) && d->disposition == MACH_MSG_TYPE_PORT_RECEIVE && port_is_live(d->port))
            link_carried(ipc, d->port, message);
    }
}

void link_right_out(struct ipc *ipc, struct port *port, struct ipc_thread *receiver)
{
    bool is_marked = port->has_check_in_mark;
    struct monitor *monitor = pushable_channel(receiver);
    port->has_check_in_mark = false;
    link_update(ipc, port);
    if (monitor)
        stash(ipc, port, monitor);
    if (!is_marked || !receiver || receiver->channel)
        return;
    if (ipc->prioritizes_launch)
        turnstile_set_inheritor(&ipc->sched, &port->push,
                                inheritor_thread(&receiver->sched, PUSH_RECEIVED_RIGHT));
    set_link(ipc, port, LINK_THREAD, NULL);
}

void link_message_put(struct port *port)
{
    if (port->special_reply)
        port->special_reply->is_replied = true;
}

void link_message_taken(struct ipc *ipc, struct port *port)
{
    if (port->link == LINK_THREAD)
        reset(ipc, port);
}

void link_is_watched(struct ipc *ipc, struct port *port)
{
    if (port->link == LINK_THREAD)
        reset(ipc, port);
    link_update(ipc, port);
}

void link_reset(struct ipc *ipc, struct port *port)
{
    reset(ipc, port);
}

/* ---- knotes ---- */

void link_monitored(struct ipc *ipc, struct port *port)
{
    reset(ipc, port);
    link_update(ipc, port);
}

void link_severed(struct ipc *ipc, struct port *port)
{
    if (port->link == LINK_STASH) {
        unstash(port);
        link_update(ipc, port);
        return;
    }
    struct special_reply *special = port->special_reply;
    if (special && !special->is_replied)
        special->is_lost = true;
    set_link(ipc, port, special ? LINK_NONE : LINK_ANY, NULL);
}

void link_redirect(struct ipc *ipc, struct port *port, struct monitor *monitor)
{
    if (port->special_reply)
        set_held(ipc, port, NULL);
    set_link_to(ipc, port, LINK_KNOTE, NULL, monitor);
}

bool link_take_lost(struct port *port)
{
    bool is_lost = port->special_reply->is_lost;
    port->special_reply->is_lost = false;
    return is_lost;
}

/* ---- the end ---- */

void link_free(struct ipc *ipc, struct port *port)
{
    struct special_reply *special = port->special_reply;
    ASSERT(!port->watch);
    turnstile_destroy(&ipc->sched, &port->push);
    if (!special)
        return;
    turnstile_destroy(&ipc->sched, &special->receive);
    account_release(port->account, ACCOUNT_BYTES, alloc_cost(sizeof(*special)));
    alloc_free(special);
}
