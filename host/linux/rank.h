/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/rank.h - machd's own place in the scheduler: above everything it serves (design section 5) */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/linux/config.h"

/* Round robin if it may, else nice -20, else as it is; children start as if nothing had been asked for. */
void rank_raise(enum rank_policy policy);
/* May machd set any niceness of any thread? Known after rank_raise(). */
bool rank_may_raise_others(void);
/* sched_setattr(2) on a thread, 0: the caller; what it starts does not inherit it. */
bool rank_set(int32_t tid, uint32_t policy, int nice, uint32_t priority);

/* In words, for status. */
const char *rank_name(void);
