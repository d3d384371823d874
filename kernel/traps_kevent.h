/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_kevent.h - traps of kernel queues, workloops and the pool (wire/kevent.h) */
#pragma once

#include "kernel/task/thread.h"

/* These may leave the thread waiting. */
void trap_kevent(struct thread *thread, const uint64_t *arg);
void trap_workq_park(struct thread *thread, const uint64_t *arg);
void trap_kqueue_watch(struct thread *thread, const uint64_t *arg);

void trap_workq_setup(struct thread *thread, const uint64_t *arg);
void trap_knote_fire(struct thread *thread, const uint64_t *arg);
void trap_workloop_create(struct thread *thread, const uint64_t *arg);
void trap_workloop_destroy(struct thread *thread, const uint64_t *arg);
void trap_kqueue_close(struct thread *thread, const uint64_t *arg);
