/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/events.h - who tells launchd what, and on which thread
 *
 * Requests and notifications are received by a workloop of their own, on a thread of the pool that has the priority of whoever
 * waits for the answer (B20, B151). Notifications come first: what a caller has seen to end has ended for launchd too (B72).
 *
 * A message on a service's port is a demand, and stays queued (B133). Such ports are watched by knotes that accept pushes, one
 * workloop for each job (B147, B148): its thread does what there is to do, up to the start of the job's process, which takes over
 * the push.
 *
 * The main thread waits for descriptors and timers.
 *
 * Whoever it is holds the loop's lock (loop.h) meanwhile.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stdint.h>

struct event {
    int fd; /* -1: off */
    void (*ready)(struct event *event);
};

/* demand is called under the loop's lock, with each port that events_watch_port watches and that has a message. False: no
 * memory or descriptors. */
bool events_start(void (*demand)(mach_port_t port));
/* Waits for descriptors, for ever. */
_Noreturn void events_run(void);

/* The descriptor stays the caller's. False: it cannot be watched, or no memory. */
bool event_watch(struct event *event, int fd, uint32_t events, void (*ready)(struct event *event));
void event_clear(struct event *event);

/* state      knote      whoever waits on the port pushes on      leaves by
 * FORGOTTEN  none       nobody, or whom the port says            the service is declared, or its right has come back
 * PAUSED     disabled   the job's workloop, which has no thread  the job ends: WATCHED; check-in, or its end: FORGOTTEN
 * WATCHED    enabled    the job's workloop, and its thread       a demand, a start: PAUSED
 */
enum port_watch { PORT_FORGOTTEN, PORT_PAUSED, PORT_WATCHED };

/* Of a port that we receive for, and that a job serves; a job is known by a number that is not 0, and is small. False: it
 * cannot be watched. */
bool events_watch_port(uint64_t job, mach_port_t port, enum port_watch how);

/* What comes to this port, a domain's or that of notifications, is served from now on. False: no memory. */
bool events_serve_port(mach_port_t port);
/* Before that port ends. */
void events_unserve_port(mach_port_t port);

/* Under the lock, at the end: sets the alarm for the earliest timer. */
void events_set_alarm(void);
