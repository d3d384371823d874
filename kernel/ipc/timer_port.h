/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/timer_port.h - timers that are ports (P176, P183, abi-ipc 12)
 *
 * A timer port's receive right is in a task, and it cannot leave it. The timer owns a send right to the port and one
 * message, made with it: whatever the limits are by then, there is always something to tell with. While that message waits
 * to be received, further expiries add nothing to it. It goes past the queue's limit. The timer ends with its port.
 */
#pragma once

#include <mach/kern_return.h>

#include "kernel/ipc/message.h"
#include "kernel/sched/timers.h"

struct timer_port {
    struct timer timer;
    struct port *port;       /* its send right */
    struct message *message;
    bool is_message_out;     /* it is queued, or on its way to somebody */
};

/* The name of a new timer's receive right. KERN_NO_SPACE, KERN_RESOURCE_SHORTAGE. */
kern_return_t timer_port_create(struct ipc *ipc, struct space *space, mach_port_name_t *name_p);

/* KERN_INVALID_NAME, KERN_INVALID_RIGHT: no receive right; KERN_INVALID_ARGUMENT: one of another port. */
kern_return_t timer_port_destroy(struct ipc *ipc, struct space *space, mach_port_name_t name);
/* A deadline that has passed expires at once. Replaces an earlier arming. */
kern_return_t timer_port_arm(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t deadline);
/* *deadline_p: when it would have expired; 0 if it was not armed. */
kern_return_t timer_port_cancel(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t *deadline_p);

void timer_port_expire(struct ipc *ipc, struct timer_port *timer);

/* ---- for port.c and message.c ---- */

/* The port has died. */
void timer_port_end(struct ipc *ipc, struct timer_port *timer);
/* The message has been received or destroyed. */
void timer_port_take_back(struct timer_port *timer);
