/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_task.h - traps that find tasks by the pid of their process, and the other way round (K104-K111) */
#pragma once

#include "kernel/task/thread.h"

void trap_task_for_pid(struct thread *thread, const uint64_t *arg);
void trap_task_name_for_pid(struct thread *thread, const uint64_t *arg);
void trap_debug_control_for_pid(struct thread *thread, const uint64_t *arg);
void trap_task_flavor_for_pid(struct thread *thread, const uint64_t *arg);
void trap_pid_suspend(struct thread *thread, const uint64_t *arg);
void trap_pid_for_task(struct thread *thread, const uint64_t *arg);
