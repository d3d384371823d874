/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_process.h - traps by which libmach makes and looks at processes (wire/process.h) */
#pragma once

#include "kernel/task/thread.h"

void trap_spawn_prepare(struct thread *thread, const uint64_t *arg);
void trap_spawn_commit(struct thread *thread, const uint64_t *arg);
void trap_spawn_done(struct thread *thread, const uint64_t *arg);
void trap_spawn_undo(struct thread *thread, const uint64_t *arg);
void trap_process_info(struct thread *thread, const uint64_t *arg);
void trap_process_list(struct thread *thread, const uint64_t *arg);
void trap_process_threads(struct thread *thread, const uint64_t *arg);
void trap_process_set(struct thread *thread, const uint64_t *arg);
