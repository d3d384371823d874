/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/tap.h - calls and messages for those who trace (wire/trace.h)
 *
 * Without a tap each place costs one test of a pointer. What is told is copied out of kernel objects into one event,
 * which lives for the time of the call only; nothing is changed but the numbers of messages.
 */
#pragma once

#include "kernel/door.h"
#include "kernel/task/thread.h"

struct tap {
    kernel_tap_function *event;
    void *context;
};

/* event NULL: takes it away. */
void tap_set(struct tap *tap, struct ipc *ipc, kernel_tap_function *event, void *context);

/* The thread's trap has its result; there is a tap. Arguments are read from the page again: who changes them there
 * deceives those who trace that task, and nobody else. */
void tap_trap(const struct tap *tap, const struct thread *thread);
