/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/events.h - what is no Mach message, and still wakes the loop
 *
 * The loop waits in mach_msg alone. Two heralds, threads that do nothing else, wait for descriptors and for ports whose
 * messages must not be received; each sends an empty message to the port of events and then waits until the loop has looked:
 *
 *   herald                                loop
 *   poll(epoll of all descriptors)
 *     ready: message ->                   events_take: handlers of what is ready, timers that are due
 *                        <- go on
 *
 * So all work is done by the loop's thread, and nothing that a herald has seen can be stale when it is acted upon.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stdint.h>

struct event {
    int fd; /* -1: off */
    void (*ready)(struct event *event);
};

/* False: no memory or descriptors. Afterwards events_port() stands in the loop's set. */
bool events_start(mach_port_t loop_set);
mach_port_t events_port(void);

/* The descriptor stays the caller's. False: it cannot be watched, or no memory. */
bool event_watch(struct event *event, int fd, uint32_t events, void (*ready)(struct event *event));
void event_clear(struct event *event);

/* Of ports that we receive for: a queued message is a demand, which stays queued (B133). */
bool events_watch_port(mach_port_t port);
void events_forget_port(mach_port_t port);

/* A message came to events_port(): does what there is to do. demand is called with each watched port that has messages, and
 * must forget it. */
void events_take(const mach_msg_header_t *message, void (*demand)(mach_port_t port));

/* Before the loop waits: sets the alarm for the earliest timer. */
void events_set_alarm(void);
