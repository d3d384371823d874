/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/monitor.h - what hears that a port or a set has a message: the side of a knote that IPC sees
 *
 * A monitor is embedded in a knote. It gets its signal when a message is there, and when the right that it watched has left
 * (is_vanished: it is attached to nothing any more). What the knote then does is the business of kernel/kqueue.
 *
 * A monitor with a workloop is *pushable* (T121): the earliest such monitor of a port passes the push of the port's waiters
 * to its workloop (T64, reason 7; D10). What is received through it is stashed on it: the first port's waiters push on the
 * workloop, those of the others on the monitor's own turnstile, which pushes on the workloop too (T53, T67), until
 * monitor_sever() (T61). Links are link.h's business.
 *
 *   monitor_init -> monitor_watch_port or _set -> ... -> monitor_fini
 *
 * A port has at most MONITORS_MAX, which bounds what a message costs that arrives there.
 */
#pragma once

#include "kernel/ipc/port.h"
#include "kernel/ipc/signal.h"

struct membership;
struct pset;

enum { MONITORS_MAX = 64 };

struct monitor {
    struct signal signal;
    struct list of_source;      /* port->monitors or set->monitors, in the order of attaching */
    struct port *port;          /* borrowed: it tells when it leaves; one of the two, or neither */
    struct pset *set;
    struct turnstile *workloop; /* NULL: not pushable */
    struct turnstile stash;     /* Kn(k) */
    struct list stashed;        /* struct port.stashed */
    bool has_first;             /* something is stashed on the workloop itself, since monitor_sever() */
    bool is_vanished;
};

/* workloop NULL: not pushable. run: what the signal does. */
void monitor_init(struct ipc *ipc, struct monitor *monitor, struct turnstile *workloop,
                  void (*run)(struct ipc *ipc, struct signal *signal));
/* Leaves what it watched and severs what is stashed on it. */
void monitor_fini(struct ipc *ipc, struct monitor *monitor);

/* False: there are MONITORS_MAX already. The link of a port becomes ANY, and its waiters may push here now (T122). */
bool monitor_watch_port(struct ipc *ipc, struct monitor *monitor, struct port *port);
bool monitor_watch_set(struct monitor *monitor, struct pset *set);

/* What was stashed pushes no more (T61). O(ports stashed). */
void monitor_sever(struct ipc *ipc, struct monitor *monitor);

/* A port with a message that it would tell of now, NULL: none. member_p: its membership in the set; NULL for a port that is
 * watched itself. */
struct port *monitor_ready_port(const struct monitor *monitor, struct membership **member_p);

/* A message has come to the port, or was taken from it; of a set: the set alone. */
void monitors_tell(struct ipc *ipc, const struct port *port);
void monitors_tell_of_set(struct ipc *ipc, const struct pset *set);
/* What they watched is gone. */
void monitors_vanish(struct ipc *ipc, struct list *monitors);
