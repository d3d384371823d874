/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/fault.h - from Linux's signals to Mach's exceptions (K195-K200, K205-K207); called in signal handlers */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* A hardware fault of this thread: true if a Mach handler took it, and the thread goes on with its context. */
bool fault_deliver(int signal, const siginfo_t *info, void *context);

/* The process is about to die of this signal: EXC_CRASH, whatever becomes of it. */
void fault_tell_crash(int signal, const siginfo_t *info, void *context);

/* Was it sent by somebody, and not made by the processor? */
static inline bool fault_was_sent(const siginfo_t *info)
{
    return info->si_code <= 0;
}
