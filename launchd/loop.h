/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/loop.h - answers that come later than the handler returns */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <sys/queue.h>

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
