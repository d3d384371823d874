/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/memory.c - subsystem mach_vm on the memory of another task, as far as it is built: errands for its library
 *
 * A library answers for its own memory without any message. Each message moves TRAP_ERRAND_BYTES at most; larger reads and
 * writes are split by the caller's library.
 */
#include <mach/vm_region.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/server/call.h"
#include "kernel/task/errand.h"
#include "mach_vm_server.h"

/* The first time a handler runs there is no errand: it sends one, and its answer is that it waits. */
static kern_return_t send_with(struct task *task, enum trap_errand_kind kind,
                               const uint64_t arg[TRAP_ERRAND_ARGS], const void *bytes, uint32_t size)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    struct errand *errand = call_may_defer() ? errand_new(call_now()->caller->task->account) : NULL;
    if (!errand)
        return KERN_RESOURCE_SHORTAGE;
    errand->kind = kind;
    errand->size = size;
    memcpy(errand->arg, arg, sizeof(errand->arg));
    if (size > 0)
        memcpy(errand->bytes, bytes, size);
    kern_return_t kr = call_defer_errand(&task->suspension.errands, errand);
    errands_run(task);
    return kr;
}

#define SEND(task, kind, ...)                                                                                \
    send_with(task, kind, (const uint64_t[TRAP_ERRAND_ARGS]){ __VA_ARGS__ }, NULL, 0)

kern_return_t serve_mach_vm_allocate(struct task *target, mach_vm_address_t *address, mach_vm_size_t size,
                                     int flags)
{
    const struct errand *done = call_now()->errand;
    if (!done)
        return SEND(target, TRAP_ERRAND_ALLOCATE, *address, size, (uint32_t)flags);
    *address = done->out[0];
    return done->result;
}

kern_return_t serve_mach_vm_deallocate(struct task *target, mach_vm_address_t address, mach_vm_size_t size)
{
    const struct errand *done = call_now()->errand;
    return done ? done->result : SEND(target, TRAP_ERRAND_DEALLOCATE, address, size);
}

kern_return_t serve_mach_vm_protect(struct task *target_task, mach_vm_address_t address, mach_vm_size_t size,
                                    boolean_t set_maximum, vm_prot_t new_protection)
{
    const struct errand *done = call_now()->errand;
    return done ? done->result
                : SEND(target_task, TRAP_ERRAND_PROTECT, address, size, (uint32_t)set_maximum,
                       (uint32_t)new_protection);
}

static kern_return_t give_bytes(const struct errand *done, mach_vm_size_t size, void **data,
                                mach_msg_type_number_t *n_p)
{
    if (done->result != KERN_SUCCESS)
        return done->result;
    if (done->size != size)
        return KERN_FAILURE;
    *data = alloc_bytes(size);
    if (!*data)
        return KERN_RESOURCE_SHORTAGE;
    memcpy(*data, done->bytes, size);
    *n_p = (mach_msg_type_number_t)size;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_vm_read(struct task *target_task, mach_vm_address_t address, mach_vm_size_t size,
                                 void **data, mach_msg_type_number_t *dataCnt)
{
    const struct errand *done = call_now()->errand;
    if (done)
        return give_bytes(done, size, data, dataCnt);
    if (target_task && size > TRAP_ERRAND_BYTES)
        return KERN_NOT_SUPPORTED;
    return SEND(target_task, TRAP_ERRAND_READ, address, size);
}

kern_return_t serve_mach_vm_write(struct task *target_task, mach_vm_address_t address, void *data,
                                  mach_msg_type_number_t dataCnt)
{
    const struct errand *done = call_now()->errand;
    const uint64_t arg[TRAP_ERRAND_ARGS] = { address };
    if (done)
        return done->result;
    if (target_task && dataCnt > TRAP_ERRAND_BYTES)
        return KERN_NOT_SUPPORTED;
    return send_with(target_task, TRAP_ERRAND_WRITE, arg, data, dataCnt);
}

/* What the library says of a region: at most as much as was asked for. */
static kern_return_t give_region(const struct errand *done, mach_vm_address_t *address, mach_vm_size_t *size,
                                 integer_t *info, mach_msg_type_number_t *n_p)
{
    if (done->result != KERN_SUCCESS)
        return done->result;
    if (done->size > *n_p * sizeof(*info) || done->size % sizeof(*info) != 0)
        return KERN_FAILURE;
    *address = done->out[0];
    *size = done->out[1];
    *n_p = done->size / (mach_msg_type_number_t)sizeof(*info);
    memcpy(info, done->bytes, done->size);
    return KERN_SUCCESS;
}

kern_return_t serve_mach_vm_region(struct task *target_task, mach_vm_address_t *address, mach_vm_size_t *size,
                                   vm_region_flavor_t flavor, vm_region_info_t info,
                                   mach_msg_type_number_t *infoCnt, struct port **object_name)
{
    const struct errand *done = call_now()->errand;
    *object_name = NULL;
    return done ? give_region(done, address, size, info, infoCnt)
                : SEND(target_task, TRAP_ERRAND_REGION, *address, (uint32_t)flavor, *infoCnt);
}

kern_return_t serve_mach_vm_region_recurse(struct task *target_task, mach_vm_address_t *address,
                                           mach_vm_size_t *size, natural_t *nesting_depth,
                                           vm_region_recurse_info_t info, mach_msg_type_number_t *infoCnt)
{
    const struct errand *done = call_now()->errand;
    if (!done)
        return SEND(target_task, TRAP_ERRAND_REGION_RECURSE, *address, *nesting_depth, *infoCnt);
    *nesting_depth = 0;
    return give_region(done, address, size, info, infoCnt);
}
