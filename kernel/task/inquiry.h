/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/inquiry.h - what the host finds out about a task or the machine in its own time (K215-K219, K232)
 *
 * At most one question about the same thing is on its way; calls that want the answer wait for it as records
 * (kernel/task/stop.h) and are carried out again when it has come.
 */
#pragma once

#include <stdint.h>

#include "base/list.h"

struct inquiry {
    struct list waiting; /* struct deferred.link */
    bool is_asked, is_known;
};

/* The answer has come; is_known: there is one. Whoever waits is ready. */
static inline void inquiry_end(struct inquiry *inquiry, bool is_known, struct list *ready)
{
    inquiry->is_asked = false;
    inquiry->is_known = is_known;
    list_move_all(ready, &inquiry->waiting);
}

/* struct host_machine_usage, with ticks of our own. */
struct machine_usage {
    uint32_t load[3];
    uint32_t (*ticks)[4]; /* by slot of the processor */
    uint64_t free, active, inactive, wired, faults, pages_in, pages_out;
};
