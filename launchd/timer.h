/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/timer.h - what is to happen later, in the order of time
 *
 * The clock counts the time that the machine sleeps (CLOCK_BOOTTIME), in nanoseconds: a record of it means the same to the
 * next launchd.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define TIMER_SECOND 1000000000ull

struct timer {
    TAILQ_ENTRY(timer) link;
    uint64_t when;
    bool on;
    void (*fired)(struct timer *timer);
};

uint64_t timer_now(void);

/* Calls fired at `when`, or as soon as possible after; an earlier setting is forgotten. */
void timer_set(struct timer *timer, uint64_t when, void (*fired)(struct timer *timer));
void timer_clear(struct timer *timer);

/* When the earliest is due; 0: never. */
uint64_t timer_next(void);
/* Fires those that are due. */
void timer_run(void);
