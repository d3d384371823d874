/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/policy.h - from what was asked for to a base priority (T1-T21)
 *
 * Pure functions of a thread's requests, its task's type and role, and the push that it inherits.
 */
#pragma once

#include "kernel/sched/thread.h"

/* U and B of T18, with `inherited` the priority of the strongest pusher. */
int sched_push(int inherited);
int sched_base_of(const struct sched_thread *thread, int push);

/* The class that counts: requested and overridden, within the task's ceiling (T14). SCHED_QOS_NONE outside. */
enum sched_qos sched_effective_qos(const struct sched_thread *thread, int push);
/* The highest explicit override (T16), and the class of a push (T17). */
enum sched_qos sched_override(const struct sched_thread *thread);
enum sched_qos sched_promotion(int push);
/* Base priority of a class (T2), and with a relative priority (T4). */
int sched_qos_priority(enum sched_qos qos, int relative);

/* T10; SCHED_QOS_USER_INTERACTIVE is no ceiling. */
enum sched_qos sched_ceiling(const struct sched_task *task);
int sched_task_priority(const struct sched_task *task);
int sched_task_max(const struct sched_task *task);
