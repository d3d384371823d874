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

/* That of a task or thread may be sent by mistake: K71 is lenient with control ports. */
static uint32_t kind_of_immovable(const struct port *port)
{
    return port->ktype == KOBJECT_TASK || port->ktype == KOBJECT_THREAD ? kGUARD_EXC_IMMOVABLE_NON_FATAL
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
