/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/watch.h - send rights whose death matters, and who wants to hear of it
 *
 * Every send right that launchd keeps stands in a watch: one user reference each, and one dead-name request
 * for all watches of a name together (the kernel has one slot per name; B89: each notification is asked for
 * once). So the number of references that launchd should have on a name is the number of its watches, which
 * is what adoption restores.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stddef.h>

#include "launchd/index.h"

enum watch_kind { WATCH_REQUESTOR, WATCH_SERVICE, WATCH_TASK };

struct watch {
    struct index_node node; /* key: the name */
    enum watch_kind kind;
    bool on;
};

/* Makes the port that notifications come to, or takes over the one of the launchd before. False: no memory. */
bool watch_start(mach_port_t notify);
mach_port_t watch_notify_port(void);

/* Consumes one reference on port unless the result is false (port dead, or no memory). */
bool watch_set(struct watch *watch, enum watch_kind kind, mach_port_t port);
/* The same for a right that a launchd before us watched already. */
bool watch_restore(struct watch *watch, enum watch_kind kind, mach_port_t port);
/* Drops the reference; nothing if the watch is off. */
void watch_clear(struct watch *watch);

/* The watch stands in `to` from now on, which was off. */
void watch_move(struct watch *from, struct watch *to);

static inline mach_port_t watch_port(const struct watch *watch)
{
    return watch->on ? (mach_port_t)watch->node.key : MACH_PORT_NULL;
}

size_t watch_count(mach_port_t port);
/* The watches of one name: NULL at the end; first of all with after NULL. */
struct watch *watch_next(mach_port_t port, const struct watch *after);

/* Asks for the port to come back instead of dying (B28). */
void watch_return(mach_port_t port);

/* Asks that what is dead already be told (again). */
void watch_retell(mach_port_t port);

/* Carries out all notifications that are queued. Called before each request, so that what the caller has seen
 * to end has ended for launchd too (B72). */
void watch_drain(void);

/* A receive right is at home that should not be: a service takes it back, or it ends. */
void watch_port_returned(mach_port_t port);

/* One message that was received on the notification port. */
void watch_take(mach_msg_header_t *message);
