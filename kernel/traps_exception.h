/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_exception.h - the traps in which a thread stands still: told of an exception (K196), or asked to stop (K145) */
#pragma once

#include "kernel/task/thread.h"

void trap_exception(struct thread *thread, const uint64_t *arg);

/* What a thread does that was asked to stop (kernel/task/stop.h). */
void trap_park(struct thread *thread, const uint64_t *arg);
