/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/vm.c - memory: the own task's by system calls, another's by message (abi-ipc 13.5)
 *
 * Whole pages are meant where a range is not one of pages. Copies run under the fault guard; when one fails,
 * what is mapped there decides between KERN_INVALID_ADDRESS and KERN_PROTECTION_FAILURE.
 */
#include <errno.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <string.h>
#include <sys/mman.h>

#include "libmach/memory/entry.h"
#include "libmach/message/guard.h"
#include "libmach/message/kernelrpc.h"
#include "libmach/memory/region.h"
#include "libmach/memory/share.h"
#include "libmach/message/transport.h"

#define FLAGS_KNOWN ((int)VM_FLAGS_USER_MAP)

static bool is_own(vm_map_t task)
{
    return task == mach_task_self() && task != MACH_PORT_NULL;
}

static uint64_t page_down(uint64_t address)
{
    return address & ~(uint64_t)vm_page_mask;
}

static uint64_t page_up(uint64_t address)
{
    return (address + vm_page_mask) & ~(uint64_t)vm_page_mask;
}

/* The pages that a range touches; false if it wraps round. */
static bool pages_of(uint64_t *address_p, uint64_t *size_p)
{
    uint64_t start = page_down(*address_p), end = *address_p + *size_p;
    if (end < *address_p || page_up(end) < end)
        return false;
    *address_p = start;
    *size_p = page_up(end) - start;
    return true;
}

static void *pointer(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

static int host_protection(vm_prot_t protection)
{
    return (protection & VM_PROT_READ ? PROT_READ : 0) | (protection & VM_PROT_WRITE ? PROT_WRITE : 0) |
           (protection & VM_PROT_EXECUTE ? PROT_EXEC : 0);
}

static kern_return_t kr_of_errno(void)
{
    switch (errno) {
    case EEXIST: return KERN_NO_SPACE;
    case EACCES:
    case EPERM: return KERN_PROTECTION_FAILURE;
    case ENOMEM: return KERN_INVALID_ADDRESS;
    default: return KERN_INVALID_ARGUMENT;
    }
}

/* Why a copy failed at a range that needs this access. */
static kern_return_t why_not(uint64_t address, uint64_t size, vm_prot_t needed)
{
    struct region region;
    for (uint64_t at = address; at < address + size; at = region.end)
        if (!region_find(at, &region) || region.start > at)
            return KERN_INVALID_ADDRESS;
        else if ((region.protection & needed) != needed)
            return KERN_PROTECTION_FAILURE;
    return KERN_MEMORY_ERROR;
}

/* ---- allocating ---- */

/* Anywhere, with low address bits zero: map more, cut off what does not fit. */
static kern_return_t map_masked(uint64_t *address_p, uint64_t size, uint64_t mask, int protection)
{
    uint64_t slack = page_up(mask);
    uint8_t *at = mmap(NULL, size + slack, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return KERN_NO_SPACE;
    uint8_t *start = pointer(((uint64_t)(uintptr_t)at + mask) & ~mask);
    if (start > at)
        munmap(at, (size_t)(start - at));
    if (start + size < at + size + slack)
        munmap(start + size, (size_t)(at + slack - start));
    *address_p = (uint64_t)(uintptr_t)start;
    return KERN_SUCCESS;
}

static kern_return_t map_fixed(uint64_t *address_p, uint64_t size, uint64_t mask, int flags, int protection)
{
    uint64_t start = page_down(*address_p);
    int how = flags & VM_FLAGS_OVERWRITE ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    if (start & mask)
        return KERN_NO_SPACE;
    if (start == 0 || start + size < start)
        return KERN_INVALID_ADDRESS;
    void *at = mmap(pointer(start), size, protection, MAP_PRIVATE | MAP_ANONYMOUS | how, -1, 0);
    if (at == MAP_FAILED)
        return errno == EEXIST ? KERN_NO_SPACE : KERN_INVALID_ADDRESS;
    *address_p = start;
    return KERN_SUCCESS;
}

static kern_return_t map_zeroes(uint64_t *address_p, uint64_t size, uint64_t mask, int flags, int protection)
{
    if (flags & ~FLAGS_KNOWN)
        return KERN_INVALID_ARGUMENT;
    if (page_up(size) < size)
        return KERN_INVALID_ARGUMENT;
    size = page_up(size);
    if (flags & VM_FLAGS_ANYWHERE)
        return map_masked(address_p, size, mask, protection);
    return map_fixed(address_p, size, mask, flags, protection);
}

kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size, int flags)
{
    if (!is_own(target))
        return _kernelrpc_mach_vm_allocate(target, address, size, flags);
    if (size == 0) {
        *address = 0;
        return KERN_SUCCESS;
    }
    return map_zeroes(address, size, 0, flags, PROT_READ | PROT_WRITE);
}

kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size)
{
    if (!is_own(target))
        return _kernelrpc_mach_vm_deallocate(target, address, size);
    if (size == 0)
        return KERN_SUCCESS;
    if (!pages_of(&address, &size))
        return KERN_INVALID_ARGUMENT;
    return transport_memory_free(pointer(address), size) ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

/* The place is reserved as for other memory; then the entry is mapped over it. What it shares stays shared in a fork child,
 * unless that gets nothing. */
static kern_return_t map_entry(uint64_t *address_p, uint64_t mask, int flags, vm_inherit_t inheritance,
                               const struct entry_range *range)
{
    struct entry_answer answer;
    kern_return_t kr = entry_ask(range, &answer);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = map_zeroes(address_p, answer.size, mask, flags, PROT_NONE);
    if (kr != KERN_SUCCESS) {
        entry_decline(&answer);
        return kr;
    }
    kr = entry_place(range, &answer, *address_p);
    if (kr != KERN_SUCCESS)
        munmap(pointer(*address_p), answer.size);
    else if (inheritance == VM_INHERIT_NONE)
        madvise(pointer(*address_p), answer.size, MADV_DONTFORK);
    return kr;
}

kern_return_t mach_vm_map(vm_map_t target_task, mach_vm_address_t *address, mach_vm_size_t size,
                          mach_vm_offset_t mask, int flags, mem_entry_name_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t max_protection, vm_inherit_t inheritance)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_map(target_task, address, size, mask, flags, object, offset, copy,
                                      cur_protection, max_protection, inheritance);
    if ((size == 0 && object == MACH_PORT_NULL) || inheritance > VM_INHERIT_LAST_VALID ||
        (cur_protection & ~max_protection) || (mask & (mask + 1)))
        return KERN_INVALID_ARGUMENT;
    if (object != MACH_PORT_NULL) {
        struct entry_range range = { object,         page_down(offset),
                                     page_up(size),  cur_protection | max_protection,
                                     cur_protection, copy };
        return map_entry(address, mask, flags, inheritance, &range);
    }
    kern_return_t kr = map_zeroes(address, size, mask, flags, host_protection(cur_protection));
    if (kr != KERN_SUCCESS)
        return kr;
    if (inheritance == VM_INHERIT_NONE)
        madvise(pointer(*address), page_up(size), MADV_DONTFORK);
    if (inheritance == VM_INHERIT_SHARE)
        kr = share_range(*address, page_up(size));
    if (kr != KERN_SUCCESS)
        munmap(pointer(*address), page_up(size));
    return kr;
}

/* Another place for a copy of the same bytes. */
static kern_return_t remap_copy(uint64_t target, uint64_t source, uint64_t size, vm_prot_t protection)
{
    if (!guard_copy(pointer(target), pointer(source), size))
        return why_not(source, size, VM_PROT_READ);
    mprotect(pointer(target), size, host_protection(protection));
    return KERN_SUCCESS;
}

/* Another place for the same memory. */
static kern_return_t remap_shared(uint64_t target, uint64_t source, uint64_t size)
{
    kern_return_t kr = share_range(source, size);
    return kr == KERN_SUCCESS ? share_again(source, size, target) : kr;
}

kern_return_t mach_vm_remap(vm_map_t target_task, mach_vm_address_t *target_address, mach_vm_size_t size,
                            mach_vm_offset_t mask, int flags, vm_map_t src_task,
                            mach_vm_address_t src_address, boolean_t copy, vm_prot_t *cur_protection,
                            vm_prot_t *max_protection, vm_inherit_t inheritance)
{
    struct region region;
    if (!is_own(target_task) || !is_own(src_task))
        return _kernelrpc_mach_vm_remap(target_task, target_address, size, mask, flags, src_task, src_address,
                                        copy, cur_protection, max_protection, inheritance);
    if (size == 0 || (mask & (mask + 1)))
        return KERN_INVALID_ARGUMENT;
    if (!region_find(src_address, &region) || region.start > src_address)
        return KERN_INVALID_ADDRESS;
    src_address = page_down(src_address);
    kern_return_t kr = map_zeroes(target_address, size, mask, flags, PROT_READ | PROT_WRITE);
    if (kr != KERN_SUCCESS)
        return kr;
    size = page_up(size);
    kr = copy ? remap_copy(*target_address, src_address, size, region.protection)
              : remap_shared(*target_address, src_address, size);
    if (kr != KERN_SUCCESS) {
        munmap(pointer(*target_address), size);
        return kr;
    }
    if (inheritance == VM_INHERIT_NONE)
        madvise(pointer(*target_address), size, MADV_DONTFORK);
    *cur_protection = region.protection;
    *max_protection = VM_PROT_ALL;
    return KERN_SUCCESS;
}

/* ---- reading and writing ---- */

/* Of another task a message brings or takes so much at a time. */
static uint64_t piece_of(uint64_t size)
{
    return size < TRAP_ERRAND_BYTES ? size : TRAP_ERRAND_BYTES;
}

static kern_return_t read_piece(vm_map_read_t task, uint64_t address, uint64_t size, uint64_t to)
{
    vm_offset_t data = 0;
    mach_msg_type_number_t n = 0;
    kern_return_t kr = _kernelrpc_mach_vm_read(task, address, size, &data, &n);
    if (kr != KERN_SUCCESS)
        return kr;
    if (n != size)
        kr = KERN_FAILURE;
    else if (!guard_copy(pointer(to), pointer(data), n))
        kr = why_not(to, n, VM_PROT_WRITE);
    mach_vm_deallocate(mach_task_self(), data, n);
    return kr;
}

static kern_return_t read_other(vm_map_read_t task, uint64_t address, uint64_t size, uint64_t to)
{
    kern_return_t kr = KERN_SUCCESS;
    if (address + size < address)
        return KERN_INVALID_ARGUMENT;
    for (uint64_t at = 0; kr == KERN_SUCCESS && at < size; at += piece_of(size - at))
        kr = read_piece(task, address + at, piece_of(size - at), to + at);
    return kr;
}

static kern_return_t write_other(vm_map_t task, uint64_t address, vm_offset_t data, uint64_t size)
{
    kern_return_t kr = KERN_SUCCESS;
    if (address + size < address)
        return KERN_INVALID_ARGUMENT;
    for (uint64_t at = 0; kr == KERN_SUCCESS && at < size; at += piece_of(size - at))
        kr = _kernelrpc_mach_vm_write(task, address + at, data + at,
                                      (mach_msg_type_number_t)piece_of(size - at));
    return kr;
}

kern_return_t mach_vm_read_overwrite(vm_map_read_t target_task, mach_vm_address_t address,
                                     mach_vm_size_t size, mach_vm_address_t data, mach_vm_size_t *outsize)
{
    if (!is_own(target_task)) {
        kern_return_t kr = read_other(target_task, address, size, data);
        *outsize = kr == KERN_SUCCESS ? size : 0;
        return kr;
    }
    if (address + size < address)
        return KERN_INVALID_ARGUMENT;
    if (!guard_copy(pointer(data), pointer(address), size)) {
        kern_return_t kr = why_not(address, size, VM_PROT_READ);
        return kr != KERN_MEMORY_ERROR ? kr : why_not(data, size, VM_PROT_WRITE);
    }
    *outsize = size;
    return KERN_SUCCESS;
}

kern_return_t mach_vm_read(vm_map_read_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                           vm_offset_t *data, mach_msg_type_number_t *dataCnt)
{
    mach_vm_address_t at = 0;
    mach_vm_size_t n = 0;
    if (size > UINT32_MAX || address + size < address)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = mach_vm_allocate(mach_task_self(), &at, size, VM_FLAGS_ANYWHERE);
    if (kr == KERN_SUCCESS)
        kr = mach_vm_read_overwrite(target_task, address, size, at, &n);
    if (kr != KERN_SUCCESS) {
        mach_vm_deallocate(mach_task_self(), at, size);
        return kr;
    }
    *data = (vm_offset_t)at;
    *dataCnt = (mach_msg_type_number_t)size;
    return KERN_SUCCESS;
}

/* Each entry becomes the address of a copy, or 0 with size 0; the first failure is the result. */
kern_return_t mach_vm_read_list(vm_map_read_t target_task, mach_vm_read_entry_t data_list, natural_t count)
{
    kern_return_t result = KERN_SUCCESS;
    if (count > VM_MAP_ENTRY_MAX)
        return KERN_INVALID_ARGUMENT;
    for (natural_t i = 0; i < count; i++) {
        vm_offset_t data = 0;
        mach_msg_type_number_t size = 0;
        kern_return_t kr = KERN_SUCCESS;
        if (data_list[i].size > 0)
            kr = mach_vm_read(target_task, data_list[i].address, data_list[i].size, &data, &size);
        data_list[i].address = data;
        data_list[i].size = size;
        if (result == KERN_SUCCESS)
            result = kr;
    }
    return result;
}

kern_return_t mach_vm_write(vm_map_t target_task, mach_vm_address_t address, vm_offset_t data,
                            mach_msg_type_number_t dataCnt)
{
    if (!is_own(target_task))
        return write_other(target_task, address, data, dataCnt);
    if (guard_copy(pointer(address), pointer(data), dataCnt))
        return KERN_SUCCESS;
    kern_return_t kr = why_not(address, dataCnt, VM_PROT_WRITE);
    return kr != KERN_MEMORY_ERROR ? kr : (kern_return_t)MACH_SEND_INVALID_MEMORY;
}

kern_return_t mach_vm_copy(vm_map_t target_task, mach_vm_address_t source_address, mach_vm_size_t size,
                           mach_vm_address_t dest_address)
{
    vm_offset_t data = 0;
    mach_msg_type_number_t count = 0;
    if (size == 0 && is_own(target_task))
        return KERN_SUCCESS;
    kern_return_t kr = mach_vm_read(target_task, source_address, size, &data, &count); /* they may overlap */
    if (kr != KERN_SUCCESS)
        return kr;
    kr = mach_vm_write(target_task, dest_address, data, count);
    mach_vm_deallocate(mach_task_self(), data, count);
    return kr;
}

/* ---- attributes ---- */

/* Linux keeps no second, highest protection: asking for one is refused rather than forgotten. */
kern_return_t mach_vm_protect(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                              boolean_t set_maximum, vm_prot_t new_protection)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_protect(target_task, address, size, set_maximum, new_protection);
    if ((new_protection & ~(VM_PROT_ALL | VM_PROT_COPY)) || !pages_of(&address, &size))
        return KERN_INVALID_ARGUMENT;
    if (set_maximum)
        return KERN_NOT_SUPPORTED;
    if (size == 0 || mprotect(pointer(address), size, host_protection(new_protection)) == 0)
        return KERN_SUCCESS;
    return kr_of_errno();
}

kern_return_t mach_vm_inherit(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                              vm_inherit_t new_inheritance)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_inherit(target_task, address, size, new_inheritance);
    if (new_inheritance > VM_INHERIT_LAST_VALID || !pages_of(&address, &size))
        return KERN_INVALID_ARGUMENT;
    if (new_inheritance == VM_INHERIT_SHARE)
        return share_range(address, size);
    if (new_inheritance == VM_INHERIT_COPY && share_is_any(address, size))
        return KERN_NOT_SUPPORTED;
    int advice = new_inheritance == VM_INHERIT_NONE ? MADV_DONTFORK : MADV_DOFORK;
    return size == 0 || madvise(pointer(address), size, advice) == 0 ? KERN_SUCCESS : kr_of_errno();
}

kern_return_t mach_vm_msync(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                            vm_sync_t sync_flags)
{
    int flags = sync_flags & VM_SYNC_SYNCHRONOUS ? MS_SYNC : MS_ASYNC;
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_msync(target_task, address, size, sync_flags);
    if ((sync_flags & (VM_SYNC_SYNCHRONOUS | VM_SYNC_ASYNCHRONOUS)) ==
            (VM_SYNC_SYNCHRONOUS | VM_SYNC_ASYNCHRONOUS) ||
        !pages_of(&address, &size))
        return KERN_INVALID_ARGUMENT;
    if (sync_flags & VM_SYNC_INVALIDATE)
        flags |= MS_INVALIDATE;
    return size == 0 || msync(pointer(address), size, flags) == 0 ? KERN_SUCCESS : kr_of_errno();
}

static int advice_of(vm_behavior_t behavior)
{
    switch (behavior) {
    case VM_BEHAVIOR_DEFAULT: return MADV_NORMAL;
    case VM_BEHAVIOR_RANDOM: return MADV_RANDOM;
    case VM_BEHAVIOR_SEQUENTIAL:
    case VM_BEHAVIOR_RSEQNTL: return MADV_SEQUENTIAL;
    case VM_BEHAVIOR_WILLNEED: return MADV_WILLNEED;
    case VM_BEHAVIOR_DONTNEED:
    case VM_BEHAVIOR_PAGEOUT: return MADV_COLD; /* a hint that keeps the contents, unlike MADV_DONTNEED */
    case VM_BEHAVIOR_FREE:
    case VM_BEHAVIOR_REUSABLE: return MADV_FREE;
    case VM_BEHAVIOR_ZERO: return MADV_DONTNEED;
    default: return -1;
    }
}

kern_return_t mach_vm_behavior_set(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                   vm_behavior_t new_behavior)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_behavior_set(target_task, address, size, new_behavior);
    if (new_behavior == VM_BEHAVIOR_REUSE || new_behavior == VM_BEHAVIOR_CAN_REUSE)
        return KERN_SUCCESS;
    int advice = advice_of(new_behavior);
    if (advice < 0 || !pages_of(&address, &size))
        return KERN_INVALID_ARGUMENT;
    return size == 0 || madvise(pointer(address), size, advice) == 0 ? KERN_SUCCESS : kr_of_errno();
}

kern_return_t mach_vm_machine_attribute(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                        vm_machine_attribute_t attribute, vm_machine_attribute_val_t *value)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_machine_attribute(target_task, address, size, attribute, value);
    if (attribute != MATTR_CACHE || (*value != MATTR_VAL_ICACHE_FLUSH && *value != MATTR_VAL_CACHE_SYNC))
        return KERN_NOT_SUPPORTED;
    __builtin___clear_cache(pointer(address), pointer(address + size));
    return KERN_SUCCESS;
}

kern_return_t mach_vm_purgable_control(vm_map_t target_task, mach_vm_address_t address, vm_purgable_t control,
                                       int *state)
{
    if (!is_own(target_task))
        return _kernelrpc_mach_vm_purgable_control(target_task, address, control, state);
    return KERN_NOT_SUPPORTED;
}

/* ---- the traps of the same names: the own task alone ---- */

kern_return_t _kernelrpc_mach_vm_allocate_trap(mach_port_name_t target, mach_vm_offset_t *addr,
                                               mach_vm_size_t size, int flags)
{
    return is_own(target) ? mach_vm_allocate(target, addr, size, flags) : MACH_SEND_INVALID_DEST;
}

kern_return_t _kernelrpc_mach_vm_deallocate_trap(mach_port_name_t target, mach_vm_address_t address,
                                                 mach_vm_size_t size)
{
    return is_own(target) ? mach_vm_deallocate(target, address, size) : MACH_SEND_INVALID_DEST;
}

kern_return_t _kernelrpc_mach_vm_protect_trap(mach_port_name_t target, mach_vm_address_t address,
                                              mach_vm_size_t size, boolean_t set_maximum,
                                              vm_prot_t new_protection)
{
    return is_own(target) ? mach_vm_protect(target, address, size, set_maximum, new_protection)
                          : MACH_SEND_INVALID_DEST;
}

kern_return_t _kernelrpc_mach_vm_map_trap(mach_port_name_t target, mach_vm_offset_t *address,
                                          mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                          vm_prot_t cur_protection)
{
    if (!is_own(target))
        return MACH_SEND_INVALID_DEST;
    return mach_vm_map(target, address, size, mask, flags, MACH_PORT_NULL, 0, FALSE, cur_protection,
                       VM_PROT_ALL, VM_INHERIT_DEFAULT);
}

kern_return_t _kernelrpc_mach_vm_purgable_control_trap(mach_port_name_t target, mach_vm_offset_t address,
                                                       vm_purgable_t control, int *state)
{
    return is_own(target) ? mach_vm_purgable_control(target, address, control, state) : MACH_SEND_INVALID_DEST;
}
