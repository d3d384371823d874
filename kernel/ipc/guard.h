/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/guard.h - guard exceptions: a thread did with a port what it may not (P202-P205, K209-K211)
 *
 * Whoever decides such an error notes it here for the thread whose call that is; the call returns its error all the same. What
 * was noted is looked at when the thread's answer is on its way: by then one is left, the first, or the first fatal one. What
 * follows is the upper layers' matter (kernel/task/guard_fault.h).
 */
#pragma once

#include <mach/port.h>

#include "kernel/ipc/wait.h"

struct entry;

static inline bool guard_is_fatal(uint32_t kind)
{
    return kind <= MAX_FATAL_kGUARD_EXC_CODE;
}

static inline bool guard_is_optional(uint32_t kind)
{
    return kind > MAX_FATAL_kGUARD_EXC_CODE && kind <= MAX_OPTIONAL_kGUARD_EXC_CODE;
}

/* kind: kGUARD_EXC_*. Nothing for NULL, and if the space is another one than the thread's own. */
void guard_note(struct ipc_thread *thread, const struct space *space, uint32_t kind, mach_port_name_t name, uint64_t subcode);
/* The right may not be moved, or (other: 0 for none) the disposition fits the entry in no way (P44, K71). */
void guard_note_right(struct ipc_thread *thread, const struct space *space, const struct entry *entry,
                      mach_port_name_t name, uint32_t disposition, uint32_t other);
