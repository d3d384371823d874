/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/timers.h - everything that waits for a moment, ordered by it, first come first among equals
 *
 * A timer is embedded in whatever wants to hear of the moment; it is set or not. It knows nothing of why: its kind tells
 * whoever takes the due ones what it is part of.
 */
#pragma once

#include <stdint.h>

#include "base/tree.h"

/* kind         part of             when it is due
 * WAIT         struct ipc_thread   the wait ends with a timeout
 * PORT         struct timer_port   its message is queued
 * ALARM        struct alarm        its signal is given
 * DEPRESSION   struct ipc_thread   the thread has its priority again (T25)
 */
enum timer_kind { TIMER_WAIT, TIMER_PORT, TIMER_ALARM, TIMER_DEPRESSION };

struct timer {
    struct tree_node node;
    enum timer_kind kind;
    uint64_t deadline; /* nanoseconds, as the host tells the time */
    uint64_t order;
};

struct timers {
    struct tree tree;
    uint64_t order; /* last one given */
};

#define TIMERS_NO_DEADLINE UINT64_MAX

void timers_init(struct timers *timers);

static inline bool timer_is_set(const struct timer *timer)
{
    return tree_is_linked(&timer->node);
}

/* O(log n), n timers that are set. A timer that is set already is set anew. */
void timer_set(struct timers *timers, struct timer *timer, uint64_t deadline);
/* Nothing if it is not set. */
void timer_clear(struct timers *timers, struct timer *timer);

/* The earliest deadline, or TIMERS_NO_DEADLINE. */
uint64_t timers_next(const struct timers *timers);
/* Takes out the first one whose deadline is not after now; NULL: none is due. */
struct timer *timers_take_due(struct timers *timers, uint64_t now);
