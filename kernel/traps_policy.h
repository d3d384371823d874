/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_policy.h - traps by which libmach classes, overrides, roles and names (T9, T11, T16, T22, T25) */
#pragma once

#include "kernel/task/thread.h"

void trap_set_qos(struct thread *thread, const uint64_t *arg);
void trap_override(struct thread *thread, const uint64_t *arg);
void trap_get_role(struct thread *thread, const uint64_t *arg);
void trap_set_role(struct thread *thread, const uint64_t *arg);
void trap_set_name(struct thread *thread, const uint64_t *arg);
void trap_depress(struct thread *thread, const uint64_t *arg);
void trap_background(struct thread *thread, const uint64_t *arg);
