/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/loop.h - one thread at a time, and answers that come later than the handler returns */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <sys/queue.h>

/* All of launchd's state is changed between these, by whichever thread was told something (events.h): what it does is short,
 * and waits for nobody. Leaving examines the jobs that something has changed for. */
void loop_enter(void);
void loop_leave(void);

/* A request that was received from a domain's port is carried out and answered, a notification noted. */
void loop_serve(mach_msg_header_t *message);

/* A reply right that was kept; it is answered exactly once. */
struct later {
    STAILQ_ENTRY(later) link;
    mach_port_t port;
    mach_msg_bits_t bits;
    mach_msg_id_t id; /* of the request */
};

STAILQ_HEAD(later_list, later);

/* Keeps the reply right of the request that is being served, whose handler then returns MIG_NO_REPLY. NULL: no memory. */
struct later *later_new(void);
/* Sends the result, and frees it. */
void later_answer(struct later *later, kern_return_t result);
