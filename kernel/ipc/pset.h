/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/pset.h - port sets: which ports feed them, and whose turn it is (P84-P97)
 *
 * A membership ties one port to one set and stands on three lists: the port's (in the order of joining, P91),
 * the set's, and, while the port has messages, the set's ready list (P92).
 */
#pragma once

#include "base/list.h"
#include "kernel/ipc/port.h"

struct pset {
    uint64_t serial;
    struct space *space;
    mach_port_name_t name;
    struct list members;    /* struct membership.of_set */
    struct list ready;      /* struct membership.ready */
    struct waitq receivers; /* struct ipc_thread.waiter */
    struct list monitors;   /* struct monitor.of_source */
    uint32_t n_monitors;
};

struct membership {
    struct list of_port, of_set, ready;
    struct port *port;
    struct pset *set;
    struct account *account;
};

/* NULL without memory. */
struct pset *pset_new(struct ipc *ipc, struct space *space, mach_port_name_t name);

struct membership *pset_find_member(struct pset *set, struct port *port);
/* KERN_RESOURCE_SHORTAGE, or done. The port is not a member yet. A waiting receiver is the caller's business
 * (P88). */
kern_return_t pset_add(struct ipc *ipc, struct pset *set, struct port *port);
void pset_remove(struct membership *member);
/* Removes the port from all its sets; returns how many they were. */
unsigned pset_remove_all(struct ipc *ipc, struct port *port);
/* P94: members leave; receivers wake with MACH_RCV_PORT_CHANGED; the set is freed. */
void pset_destroy(struct ipc *ipc, struct pset *set);

/* The port has got a message, or lost one. */
void pset_port_ready(struct port *port);
void pset_port_drained(struct port *port);
/* One message was taken through the set: the member goes to the end if it has more. */
void pset_member_served(struct membership *member);
