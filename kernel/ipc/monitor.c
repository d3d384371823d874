/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/monitor.h"

#include "kernel/ipc/link.h"
#include "kernel/ipc/pset.h"

void monitor_init(struct ipc *ipc, struct monitor *monitor, struct turnstile *workloop,
                  void (*run)(struct ipc *ipc, struct signal *signal))
{
    *monitor = (struct monitor){ .signal = { .run = run }, .workloop = workloop };
    list_init(&monitor->stashed);
    turnstile_init(&monitor->stash, NULL, ipc_serial(ipc));
    if (workloop)
        turnstile_set_inheritor(&ipc->sched, &monitor->stash, inheritor_turnstile(workloop, PUSH_STASH));
}

/* The earliest of those that can push is the one that does (D10). */
static void choose_pusher(struct ipc *ipc, struct port *port)
{
    port->pusher = NULL;
    for (struct list *node = port->monitors.next; node != &port->monitors && !port->pusher; node = node->next) {
        struct monitor *monitor = list_entry(node, struct monitor, of_source);
        port->pusher = monitor->workloop ? monitor : NULL;
        ipc->steps++;
    }
}

static void leave(struct ipc *ipc, struct monitor *monitor)
{
    struct port *port = monitor->port;
    if (!list_is_linked(&monitor->of_source))
        return;
    list_remove(&monitor->of_source);
    monitor->port = NULL;
    if (monitor->set)
        monitor->set->n_monitors--;
    monitor->set = NULL;
    if (!port)
        return;
    port->n_monitors--;
    if (port->pusher == monitor)
        choose_pusher(ipc, port);
    link_update(ipc, port);
}

void monitor_fini(struct ipc *ipc, struct monitor *monitor)
{
    leave(ipc, monitor);
    monitor_sever(ipc, monitor);
    signal_cancel(&monitor->signal);
    turnstile_destroy(&ipc->sched, &monitor->stash);
}

bool monitor_watch_port(struct ipc *ipc, struct monitor *monitor, struct port *port)
{
    if (port->n_monitors == MONITORS_MAX)
        return false;
    port->n_monitors++;
    list_append(&port->monitors, &monitor->of_source);
    monitor->port = port;
    if (!port->pusher && monitor->workloop)
        port->pusher = monitor;
    link_monitored(ipc, port);
    return true;
}

bool monitor_watch_set(struct monitor *monitor, struct pset *set)
{
    if (set->n_monitors == MONITORS_MAX)
        return false;
    set->n_monitors++;
    list_append(&set->monitors, &monitor->of_source);
    monitor->set = set;
    return true;
}

void monitor_sever(struct ipc *ipc, struct monitor *monitor)
{
    for (struct list *node; (node = list_first(&monitor->stashed)); ipc->steps++)
        link_severed(ipc, list_entry(node, struct port, stashed));
    monitor->has_first = false;
}

struct port *monitor_ready_port(const struct monitor *monitor, struct membership **member_p)
{
    struct port *port = monitor->port;
    *member_p = NULL;
    if (port)
        return list_is_empty(&port->messages) ? NULL : port;
    struct list *node = monitor->set ? list_first(&monitor->set->ready) : NULL;
    if (!node)
        return NULL;
    *member_p = list_entry(node, struct membership, ready);
    return (*member_p)->port;
}

/* ---- telling ---- */

static void tell_all(struct ipc *ipc, const struct list *monitors)
{
    list_for_each(node, monitors)
    {
        signal_give(ipc, &list_entry(node, struct monitor, of_source)->signal);
        ipc->steps++;
    }
}

void monitors_tell(struct ipc *ipc, const struct port *port)
{
    tell_all(ipc, &port->monitors);
    list_for_each(node, &port->memberships)
        tell_all(ipc, &list_entry(node, struct membership, of_port)->set->monitors);
}

void monitors_tell_of_set(struct ipc *ipc, const struct pset *set)
{
    tell_all(ipc, &set->monitors);
}

void monitors_vanish(struct ipc *ipc, struct list *monitors)
{
    for (struct list *node; (node = list_first(monitors));) {
        struct monitor *monitor = list_entry(node, struct monitor, of_source);
        leave(ipc, monitor);
        monitor->is_vanished = true;
        signal_give(ipc, &monitor->signal);
    }
}
