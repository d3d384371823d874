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

/* Subcodes of a violation of a pinned right (K72): by deallocate or mod_refs, by destroy, by moving it. */
#define GUARD_PINNED_RELEASED ((uint64_t)1 << 56)
#define GUARD_PINNED_DESTROYED ((uint64_t)2 << 56)
#define GUARD_PINNED_MOVED ((uint64_t)4 << 56)

/* kind: kGUARD_EXC_*. Nothing for NULL, and if the space is another one than the thread's own. */
void guard_note(struct ipc_thread *thread, const struct space *space, uint32_t kind, mach_port_name_t name, uint64_t subcode);
/* Its last reference is pinned. */
void guard_note_pinned(struct ipc_thread *thread, const struct entry *entry, uint64_t subcode);
/* for_dest, as of right_check_copyin: all that may have been wrong with it then is that it is pinned. */
void guard_note_dest(struct ipc_thread *thread, const struct entry *entry, uint32_t disposition);
/* The right may not be moved, or (other: 0 for none) the disposition fits the entry in no way (P44, K71). */
void guard_note_right(struct ipc_thread *thread, const struct space *space, const struct entry *entry,
                      mach_port_name_t name, uint32_t disposition, uint32_t other);
