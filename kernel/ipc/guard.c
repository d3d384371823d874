/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/guard.h"

#include "kernel/ipc/right.h"
#include "kernel/ipc/space.h"

void guard_note(struct ipc_thread *thread, const struct space *space, uint32_t kind, mach_port_name_t name,
                uint64_t subcode)
{
    if (!thread || thread->space != space || !thread->ipc->raises_guards)
        return;
    struct noted_guard *noted = &thread->guard;
    if (noted->kind && (guard_is_fatal(noted->kind) || !guard_is_fatal(kind)))
        return;
    *noted = (struct noted_guard){ .kind = kind, .name = name, .subcode = subcode };
}

void guard_note_pinned(struct ipc_thread *thread, const struct entry *entry, uint64_t subcode)
{
    bool is_hard = entry->port->stays & STAYS_PINNED_HARD;
    guard_note(thread, entry->space, is_hard ? kGUARD_EXC_MOD_REFS : kGUARD_EXC_MOD_REFS_NON_FATAL,
               entry_name(entry), subcode);
}

void guard_note_dest(struct ipc_thread *thread, const struct entry *entry, uint32_t disposition)
{
    if (right_check_copyin(entry, disposition, true) == KERN_INVALID_CAPABILITY)
        guard_note_pinned(thread, entry, GUARD_PINNED_MOVED);
}

/* A control port may be sent by mistake: how bad that is its options say (K71). */
static uint32_t kind_of_immovable(const struct port *port)
{
    return port->stays && !(port->stays & STAYS_IMMOVABLE_HARD) ? kGUARD_EXC_IMMOVABLE_NON_FATAL
                                                                : kGUARD_EXC_IMMOVABLE;
}

void guard_note_right(struct ipc_thread *thread, const struct space *space, const struct entry *entry,
                      mach_port_name_t name, uint32_t disposition, uint32_t other)
{
    if (right_check_copyin(entry, disposition, false) == KERN_INVALID_CAPABILITY)
        guard_note(thread, space, kind_of_immovable(entry->port), name, 0);
    else if (other)
        guard_note(thread, space, other, name, 0);
}
