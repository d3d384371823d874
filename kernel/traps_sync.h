/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_sync.h - traps that synchronise: timers (abi-ipc 12) */
#pragma once

#include "kernel/task/thread.h"

void trap_timer_create(struct thread *thread, const uint64_t *arg);
void trap_timer_destroy(struct thread *thread, const uint64_t *arg);
void trap_timer_arm(struct thread *thread, const uint64_t *arg);
void trap_timer_cancel(struct thread *thread, const uint64_t *arg);
void trap_timer_arm_leeway(struct thread *thread, const uint64_t *arg);
