/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/rank.h - machd's own place in the scheduler: above everything it serves (design section 5) */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/linux/config.h"

#define ROUND_ROBIN_OF_CLIENTS 1u /* what those get who are pushed (round_robin.h) */

/* RANK_AUTO: nice -20 while calls come one by one and nobody competes for the CPUs, else round robin. A timeshare thread is
 * taken by the scheduler to whoever wakes it, and wakes others where it runs; a real-time one stays where it was, and a lone
 * call then pays for an interrupt to another CPU, twice. In a busy time whoever machd wakes would push it off its CPU, and beside
 * programs that compute it would wait for one. If it may not, nice -20, else as it is. Children start as if nothing had been
 * asked for. */
void rank_raise(enum rank_policy policy);
/* Since it was last told this, machd was ready to run, and did not, for `waited` ns. */
void rank_waited(uint64_t now, uint64_t waited);
/* A request has come, one of many without a pause or not. A system call when that changes. */
void rank_busy(uint64_t now, bool is_busy);
/* May machd set any niceness of any thread? Known after rank_raise(). */
bool rank_may_raise_others(void);
/* sched_setattr(2) on a thread, 0: the caller; what it starts does not inherit it. */
bool rank_set(int32_t tid, uint32_t policy, int nice, uint32_t priority);

/* In words, for status. */
const char *rank_name(void);
