/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/guard_fault.h - from what was noted (ipc/guard.h) to the exception that a thread gets for it (K209-K212)
 *
 * The thread is asked to park when the answer to its call is on its way, so that the exception has the registers with which
 * it comes back. Fatal kinds end the task afterwards, whether somebody handled the exception or not.
 */
#pragma once

#include "kernel/task/thread.h"

/* The answer is on its way: the task's guard word decides what becomes of what was noted (K211). */
void guard_decide(struct thread *thread);
/* The thread has parked: if an exception is due it begins. */
void guard_raise(struct thread *thread);
