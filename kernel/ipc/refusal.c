/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/refusal.h"

#include <mach/message.h>

#include "kernel/ipc/wait.h"
#include "kernel/ipc/space.h"

kern_return_t refuse_with(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason,
                          mach_port_name_t name, uint32_t detail, uint32_t other)
{
    if (!thread)
        return code;
    if (thread == thread->ipc->served)
        thread->ipc->is_refused = true;
    thread->refused = (struct refused){
        .when = thread->ipc->now,
        .number = thread->refused.number + 1,
        .code = (uint32_t)code,
        .reason = (uint16_t)reason,
        .trap = thread->trap,
        .id = thread->call.id,
        .name = name,
        .detail = detail,
        .other = other,
    };
    return code;
}

kern_return_t refuse(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason,
                     mach_port_name_t name)
{
    return refuse_with(thread, code, reason, name, 0, 0);
}

static enum refusal_reason reason_of_name(const struct space *space, mach_port_name_t name, uint32_t *last_p)
{
    const struct entry *entry = space_slot(space, name >> 8);
    if (name == MACH_PORT_NULL)
        return REFUSED_NAME_NULL;
    if (name == MACH_PORT_DEAD)
        return REFUSED_NAME_DEAD;
    if (!entry || entry->generation == 0)
        return REFUSED_NAME_NEVER;
    *last_p = entry_name(entry);
    if (entry->kind != ENTRY_FREE)
        return REFUSED_NAME_REUSED;
    return *last_p == name ? REFUSED_NAME_RELEASED : REFUSED_NAME_OLD;
}

kern_return_t refuse_name(struct ipc_thread *thread, kern_return_t code, const struct space *space,
                          mach_port_name_t name)
{
    uint32_t last = 0;
    enum refusal_reason reason = reason_of_name(space, name, &last);
    return refuse_with(thread, code, reason, name, last, 0);
}

/* Why right_check_copyin() did not say yes. */
static enum refusal_reason reason_of_right(const struct entry *entry, uint32_t disposition)
{
    bool has_send = entry_has_send(entry) || entry->kind == ENTRY_SEND_ONCE;
    if (disposition < MACH_MSG_TYPE_MOVE_RECEIVE || disposition > MACH_MSG_TYPE_MAKE_SEND_ONCE)
        return REFUSED_DISPOSITION_UNKNOWN;
    if (entry->kind == ENTRY_DEAD_NAME)
        return REFUSED_RIGHT_DIED;
    if (disposition == MACH_MSG_TYPE_MOVE_RECEIVE)
        return entry_has_receive(entry) ? REFUSED_RIGHT_IMMOVABLE : REFUSED_RIGHT_WRONG;
    return has_send && entry->port->immovable_send ? REFUSED_RIGHT_IMMOVABLE : REFUSED_RIGHT_WRONG;
}

kern_return_t refuse_right(struct ipc_thread *thread, kern_return_t code, const struct space *space,
                           const struct entry *entry, mach_port_name_t name, uint32_t disposition)
{
    if (!entry)
        return refuse_name(thread, code, space, name);
    return refuse_with(thread, code, reason_of_right(entry, disposition), name, entry_type(entry, false),
                       disposition);
}

kern_return_t refuse_kind(struct ipc_thread *thread, kern_return_t code, const struct space *space,
                          const struct entry *entry, mach_port_name_t name, enum refusal_reason reason)
{
    if (!entry)
        return refuse_name(thread, code, space, name);
    return refuse_with(thread, code, reason, name, entry_type(entry, false), 0);
}

void refused_in(struct ipc_thread *thread, enum refusal_argument argument, uint32_t index)
{
    thread->refused.argument = (uint16_t)argument;
    thread->refused.index = index;
}
