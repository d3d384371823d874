/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_sync.h - traps that synchronise: semaphores, clocks, timers (abi-ipc 11, 12) */
#pragma once

#include "kernel/task/thread.h"

void trap_semaphore_signal(struct thread *thread, const uint64_t *arg);
void trap_semaphore_signal_all(struct thread *thread, const uint64_t *arg);
void trap_semaphore_signal_thread(struct thread *thread, const uint64_t *arg);
/* These may leave the thread waiting. */
void trap_semaphore_wait(struct thread *thread, const uint64_t *arg);
void trap_semaphore_wait_signal(struct thread *thread, const uint64_t *arg);
void trap_semaphore_timedwait(struct thread *thread, const uint64_t *arg);
void trap_semaphore_timedwait_signal(struct thread *thread, const uint64_t *arg);

/* May leave the thread waiting. */
void trap_clock_sleep(struct thread *thread, const uint64_t *arg);

void trap_timer_create(struct thread *thread, const uint64_t *arg);
void trap_timer_destroy(struct thread *thread, const uint64_t *arg);
void trap_timer_arm(struct thread *thread, const uint64_t *arg);
void trap_timer_cancel(struct thread *thread, const uint64_t *arg);
void trap_timer_arm_leeway(struct thread *thread, const uint64_t *arg);
