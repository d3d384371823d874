/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_memory.h"

#include <mach/vm_prot.h>

#include "kernel/ipc/file_port.h"
#include "kernel/ipc/memory.h"
#include "kernel/ipc/memory_entry.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/space.h"

/* ---- segments ---- */

/* The port of that name, if a task receives from it. */
static struct port *received_port(struct thread *thread, mach_port_name_t name)
{
    struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    bool has_port =
        entry && (entry_has_receive(entry) || entry_has_send(entry) || entry->kind == ENTRY_SEND_ONCE);
    if (!has_port || !port_is_live(entry->port) || entry->port->state != PORT_IN_SPACE)
        return NULL;
    return entry->port->space->owner ? entry->port : NULL;
}

void trap_segment_borrow(struct thread *thread, const uint64_t *arg)
{
    struct ipc *ipc = thread->ipc.ipc;
    struct port *port = received_port(thread, (mach_port_name_t)arg[0]);
    struct ipc_thread *waiting = port ? queue_receiver(port) : NULL;
    if (waiting && waiting->takes_no_segments)
        waiting = NULL;
    if (port && ipc->ops->segment_lend && !thread->ipc.takes_no_segments)
        ipc->ops->segment_lend(ipc->host, thread->task, port->space->owner,
                               waiting ? thread_of_ipc(waiting) : NULL, arg[1], thread->ipc.reply.value);
    thread->ipc.reply.result = KERN_SUCCESS;
}

/* ---- memory entries ---- */

static struct memory_entry *entry_named(struct thread *thread, mach_port_name_t name)
{
    struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    return entry && entry_has_send(entry) ? memory_entry_of(entry->port) : NULL;
}

static kern_return_t make_entry(struct thread *thread, const uint64_t *arg, struct right *right_p)
{
    struct ipc *ipc = thread->ipc.ipc;
    struct account *account = thread->ipc.account;
    uint32_t protection = (uint32_t)arg[3];
    mach_port_name_t parent_name = (mach_port_name_t)arg[4];
    if (!ipc->ops->segment_new)
        return KERN_NOT_SUPPORTED;
    if (arg[1] == 0 || (protection & ~(uint32_t)VM_PROT_ALL))
        return KERN_INVALID_ARGUMENT;
    if (parent_name == MACH_PORT_NULL)
        return memory_entry_new(ipc, account, arg[1], protection, right_p);
    const struct memory_entry *parent = entry_named(thread, parent_name);
    return parent ? memory_entry_part(ipc, account, parent, arg[2], arg[1], protection, right_p)
                  : KERN_INVALID_ARGUMENT;
}

void trap_memory_entry(struct thread *thread, const uint64_t *arg)
{
    struct right right = { 0 };
    mach_port_name_t name = MACH_PORT_NULL;
    kern_return_t kr = make_entry(thread, arg, &right);
    if (kr == KERN_SUCCESS)
        kr = space_give(thread->ipc.ipc, thread->ipc.space, right, &name);
    thread->ipc.reply.result = (uint32_t)kr;
    thread->ipc.reply.value[0] = name;
}

/* Size 0: all from the offset on. */
static kern_return_t check_map(const struct memory_entry *entry, uint64_t offset, uint64_t *size_p,
                               uint32_t protection)
{
    if (!entry)
        return KERN_INVALID_OBJECT;
    if (*size_p == 0 && offset >= entry->size)
        return KERN_INVALID_RIGHT;
    if (*size_p == 0)
        *size_p = entry->size - offset;
    if (protection & ~entry->protection)
        return KERN_INVALID_RIGHT;
    if (offset > entry->size || *size_p > entry->size - offset)
        return KERN_INVALID_ARGUMENT;
    return KERN_SUCCESS;
}

void trap_map_entry(struct thread *thread, const uint64_t *arg)
{
    struct ipc *ipc = thread->ipc.ipc;
    struct trap_reply *reply = &thread->ipc.reply;
    const struct memory_entry *entry = entry_named(thread, (mach_port_name_t)arg[1]);
    uint64_t size = arg[3];
    uint32_t protection = (uint32_t)arg[4], id = 0;
    kern_return_t kr = check_map(entry, arg[2], &size, protection);
    if (kr == KERN_SUCCESS && ipc->ops->segment_share && !thread->ipc.takes_no_segments)
        id = ipc->ops->segment_share(ipc->host, thread->task, entry->shared->memory->segment,
                                     protection & VM_PROT_WRITE);
    if (kr == KERN_SUCCESS && id == 0)
        kr = KERN_RESOURCE_SHORTAGE;
    reply->result = (uint32_t)kr;
    if (kr != KERN_SUCCESS)
        return;
    reply->value[0] = id;
    reply->value[1] = entry->offset + arg[2];
    reply->value[2] = size;
}

/* ---- file ports (F141) ---- */

static kern_return_t make_file_port(struct thread *thread, uint32_t id, mach_port_name_t *name_p)
{
    struct ipc *ipc = thread->ipc.ipc;
    struct right right = { 0 };
    if (!ipc->ops->file_claim)
        return KERN_NOT_SUPPORTED;
    segment_handle file = ipc->ops->file_claim(ipc->host, thread->task, id);
    ipc->steps += FILE_PORT_STEPS;
    if (file == SEGMENT_OVER_LIMIT)
        return KERN_RESOURCE_SHORTAGE;
    kern_return_t kr = file ? file_port_new(ipc, thread->ipc.account, file, &right) : KERN_INVALID_ARGUMENT;
    if (kr != KERN_SUCCESS)
        return kr;
    kr = space_insert(ipc, thread->ipc.space, right, name_p);
    if (kr != KERN_SUCCESS)
        right_release(ipc, right);
    return kr;
}

void trap_file_port(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = MACH_PORT_NULL;
    thread->ipc.reply.result = (uint32_t)make_file_port(thread, (uint32_t)arg[0], &name);
    thread->ipc.reply.value[0] = name;
}

static const struct memory *file_named(struct thread *thread, mach_port_name_t name)
{
    struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    return entry && entry_has_send(entry) ? file_port_of(entry->port) : NULL;
}

void trap_file_port_open(struct thread *thread, const uint64_t *arg)
{
    struct ipc *ipc = thread->ipc.ipc;
    const struct memory *file = file_named(thread, (mach_port_name_t)arg[0]);
    uint32_t id = 0;
    if (file && ipc->ops->file_send && !thread->ipc.takes_no_segments)
        id = ipc->ops->file_send(ipc->host, thread->task, file->segment);
    thread->ipc.reply.result = !file     ? KERN_INVALID_ARGUMENT
                               : id == 0 ? KERN_RESOURCE_SHORTAGE
                                         : KERN_SUCCESS;
    thread->ipc.reply.value[0] = id;
}
