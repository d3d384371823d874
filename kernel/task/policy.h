/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/policy.h - what programs ask of the priority of their threads and tasks (T2-T16, T26-T28)
 *
 * Each of these changes a request and lets the turnstiles carry on what follows from it (T39).
 */
#pragma once

#include <mach/kern_return.h>

#include "kernel/task/thread.h"

/* The requested class; relative -15 to 0. KERN_INVALID_ARGUMENT; KERN_INVALID_POLICY: the thread has left QoS
 * (T8, T9). */
kern_return_t thread_set_qos(struct thread *thread, uint32_t qos, int32_t relative);
/* An explicit override begins or ends (T16). KERN_INVALID_ARGUMENT: no such class, none to end, or more than
 * are counted. */
kern_return_t thread_override(struct thread *thread, uint32_t qos, bool begins);

/* Out of QoS, until the thread ends (T8, T28). */
void thread_leave_qos(struct thread *thread);
/* Out of QoS, with this importance (T7, T28). */
void thread_set_importance(struct thread *thread, int32_t importance);
/* Out of QoS; is_fixed: not timeshare. */
void thread_set_fixed(struct thread *thread, bool is_fixed);
/* Out of QoS, real-time. computation at least 1 and at most constraint. KERN_INVALID_ARGUMENT. */
kern_return_t thread_set_real_time(struct thread *thread, const struct time_constraint *constraint);

/* T25: only what is shown of the thread changes, for so many milliseconds; 0: not at all. */
void thread_depress(struct thread *thread, uint32_t milliseconds);
/* KERN_NOT_DEPRESSED. */
kern_return_t thread_depress_end(struct thread *thread);

/* PRIO_DARWIN_BG of a thread, of a task. The latter O(threads). */
void thread_set_background(struct thread *thread, bool is_background);
void task_set_background(struct task *task, bool is_background);

/* It is about to be killed: until that is done no thread of it is below 31 (T21). O(threads). */
void task_is_terminated(struct task *task);

/* T11. KERN_INVALID_ARGUMENT: unknown role. KERN_NOT_SUPPORTED: not an application. O(threads). */
kern_return_t task_set_role(struct task *task, uint32_t role);
