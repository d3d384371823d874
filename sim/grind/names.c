/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/names.c - which name a task uses next */
#include "sim/grind/grind.h"

#include "kernel/ipc/right.h"

enum { MAX_CANDIDATES = 256 };

struct entry *entry_of_name(const struct being *task, mach_port_name_t name)
{
    return MACH_PORT_VALID(name) ? space_peek(task->kernel->space, name) : NULL;
}

static bool has_object(const struct entry *entry, uint8_t first, uint8_t last)
{
    return entry_has_send(entry) && entry->port->ktype >= first && entry->port->ktype <= last;
}

static bool fits(const struct entry *entry, enum wanted wanted)
{
    switch (wanted) {
    case ANY: return true;
    case SENDABLE: return entry->kind != ENTRY_SET && entry->kind != ENTRY_DEAD_NAME;
    case RECEIVABLE: return entry_has_receive(entry) || entry->kind == ENTRY_SET;
    case ONCE: return entry->kind == ENTRY_SEND_ONCE;
    case SETS: return entry->kind == ENTRY_SET;
    case TASKS: return has_object(entry, KOBJECT_TASK, KOBJECT_TASK);
    case THREADS: return has_object(entry, KOBJECT_THREAD, KOBJECT_THREAD);
    case HOSTS: return has_object(entry, KOBJECT_HOST, KOBJECT_HOST_PRIV);
    case VOUCHERS: return has_object(entry, KOBJECT_VOUCHER, KOBJECT_VOUCHER);
    case OBJECTS: return has_object(entry, KOBJECT_THREAD, 255);
    case N_WANTED: break;
    }
    return false;
}

/* Honest tasks give nobody power over themselves. */
static bool may_use(const struct being *task, const struct entry *entry, enum wanted wanted)
{
    if (!task->is_honest)
        return true;
    bool is_object = has_object(entry, KOBJECT_THREAD, 255);
    return !pair_owns(task, entry_name(entry)) && (!is_object || wanted >= TASKS);
}

static mach_port_name_t existing_name(const struct being *task, enum wanted wanted)
{
    const struct space *space = task->kernel->space;
    mach_port_name_t candidates[MAX_CANDIDATES];
    uint32_t n = 0;
    for (uint32_t index = 1; index < space->n_directory * SPACE_CHUNK && n < MAX_CANDIDATES; index++) {
        const struct entry *entry = space_slot(space, index);
        if (!entry)
            index |= SPACE_CHUNK - 1;
        else if (entry->kind != ENTRY_FREE && fits(entry, wanted) && may_use(task, entry, wanted))
            candidates[n++] = entry_name(entry);
    }
    return n > 0 ? candidates[draw(n)] : MACH_PORT_NULL;
}

static mach_port_name_t odd_name(const struct being *task)
{
    switch (draw(5)) {
    case 0: return MACH_PORT_NULL;
    case 1: return MACH_PORT_DEAD;
    case 2: return task->old_name;
    case 3: return (draw(40) << 8) | 3 | (draw(8) << 2); /* near those in use */
    }
    return (mach_port_name_t)draw_bits();
}

mach_port_name_t name_of(const struct being *task, enum wanted wanted)
{
    mach_port_name_t name = MACH_PORT_NULL;
    bool is_odd = chance(6);
    if (!is_odd)
        name = existing_name(task, chance(96) ? wanted : ANY);
    if (is_odd || name == MACH_PORT_NULL)
        name = odd_name(task);
    return task->is_honest && pair_owns(task, name) ? MACH_PORT_NULL : name;
}

uint32_t disposition_for(const struct being *task, mach_port_name_t name, bool in_header)
{
    const struct entry *entry = entry_of_name(task, name);
    uint32_t fitting[8], n = 0;
    if (entry && chance(95))
        for (uint32_t how = in_header ? MACH_MSG_TYPE_MOVE_SEND : MACH_MSG_TYPE_MOVE_RECEIVE;
             how <= MACH_MSG_TYPE_MAKE_SEND_ONCE; how++)
            if (right_check_copyin(entry, how, true) == KERN_SUCCESS)
                fitting[n++] = how;
    return n > 0 ? fitting[draw(n)] : 14 + draw(14);
}
