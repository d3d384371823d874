/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/entry.c - memory entries: memory that tasks map together (abi-ipc 13.3, 13.5)
 *
 * machd holds the memory and says who may map what; the mapping is made here. An entry for memory that the task has already
 * makes that memory shared: it is copied into an entry, which is then mapped over it.
 */
#include "libmach/memory/entry.h"

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/memory_object_types.h>
#include <sys/mman.h>

#include "libmach/message/guard.h"
#include "libmach/message/kernelrpc.h"
#include "libmach/memory/region.h"
#include "libmach/message/trap.h"

#define FLAGS_UNDERSTOOD                                                                                     \
    (MAP_MEM_NAMED_CREATE | MAP_MEM_VM_COPY | MAP_MEM_VM_SHARE | MAP_MEM_USE_DATA_ADDR | MAP_MEM_4K_DATA_ADDR)

static uint64_t page_down(uint64_t address)
{
    return address & ~(uint64_t)vm_page_mask;
}

static uint64_t page_up(uint64_t address)
{
    return (address + vm_page_mask) & ~(uint64_t)vm_page_mask;
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

/* ---- mapping ---- */

kern_return_t entry_ask(const struct entry_range *range, struct entry_answer *answer)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_MAP_ENTRY, value, mach_task_self(), range->entry, range->offset,
                               range->size, (uint64_t)(range->protection & VM_PROT_ALL));
    *answer = (struct entry_answer){ (uint32_t)value[0], value[1], value[2] };
    return kr;
}

kern_return_t entry_place(const struct entry_range *range, const struct entry_answer *answer, uint64_t address)
{
    int flags = (range->copy ? MAP_PRIVATE : MAP_SHARED) | MAP_FIXED;
    void *at = transport_segment_share(transport_thread(NULL), answer->segment, pointer(address),
                                       answer->size, host_protection(range->current), flags, answer->offset);
    return at == MAP_FAILED ? KERN_NO_SPACE : KERN_SUCCESS;
}

void entry_decline(const struct entry_answer *answer)
{
    transport_segment_discard(transport_thread(NULL), answer->segment);
}

/* ---- making ---- */

static kern_return_t make(uint64_t size, uint64_t offset, vm_prot_t protection, mach_port_t parent,
                          mach_port_t *name_p)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_MEMORY_ENTRY, value, mach_task_self(), size, offset,
                               (uint64_t)(protection & VM_PROT_ALL), parent);
    *name_p = (mach_port_t)value[0];
    return kr;
}

/* An entry with the bytes that stand there; its size is whole pages. */
static kern_return_t make_copy(uint64_t address, uint64_t size, mach_port_t *name_p)
{
    mach_vm_address_t at = 0;
    kern_return_t kr = make(size, 0, VM_PROT_ALL, MACH_PORT_NULL, name_p);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = mach_vm_map(mach_task_self(), &at, size, 0, VM_FLAGS_ANYWHERE, *name_p, 0, FALSE, VM_PROT_DEFAULT,
                     VM_PROT_DEFAULT, VM_INHERIT_NONE);
    if (kr == KERN_SUCCESS && !guard_copy(pointer(at), pointer(address), size))
        kr = KERN_INVALID_ADDRESS;
    if (at != 0)
        munmap(pointer(at), size);
    if (kr != KERN_SUCCESS)
        mach_port_deallocate(mach_task_self(), *name_p);
    return kr;
}

/* The whole entry gives way to one of it that allows less. */
static kern_return_t narrow(mach_port_t *name_p, uint64_t size, vm_prot_t protection)
{
    mach_port_t whole = *name_p;
    kern_return_t kr = make(size, 0, protection, whole, name_p);
    mach_port_deallocate(mach_task_self(), whole);
    return kr;
}

/* As far as one mapping goes, as in the original: the caller looks at the size that it gets. */
static kern_return_t own_range(uint64_t address, uint64_t *size_p, vm_prot_t *protection_p,
                               struct region *region)
{
    if (!region_find(address, region) || region->start > address)
        return KERN_INVALID_ADDRESS;
    if (region->end - address < *size_p)
        *size_p = region->end - address;
    if (*protection_p & VM_PROT_IS_MASK)
        *protection_p &= region->protection;
    if ((*protection_p & VM_PROT_ALL & ~region->protection) != 0)
        return KERN_PROTECTION_FAILURE;
    return KERN_SUCCESS;
}

/* The memory there becomes an entry's, with what stands in it, and is mapped where it was. */
static kern_return_t make_shared(uint64_t address, uint64_t *size_p, vm_prot_t protection, mach_port_t *name_p)
{
    struct region region;
    kern_return_t kr = own_range(address, size_p, &protection, &region);
    if (kr != KERN_SUCCESS)
        return kr;
    if (region.shared || region.file != 0)
        return KERN_NOT_SUPPORTED;
    kr = make_copy(address, *size_p, name_p);
    if (kr != KERN_SUCCESS)
        return kr;
    mach_vm_address_t at = address;
    kr = mach_vm_map(mach_task_self(), &at, *size_p, 0, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, *name_p, 0,
                     FALSE, region.protection, VM_PROT_ALL, VM_INHERIT_SHARE);
    if (kr == KERN_SUCCESS)
        return narrow(name_p, *size_p, protection);
    mach_port_deallocate(mach_task_self(), *name_p);
    return kr;
}

static kern_return_t make_part(uint64_t offset, uint64_t size, vm_prot_t permission, mach_port_t parent,
                               mach_port_t *name_p)
{
    for (vm_prot_t protection = permission & VM_PROT_ALL;; protection &= ~VM_PROT_EXECUTE) {
        kern_return_t kr = make(size, offset, protection, parent, name_p);
        if (kr != KERN_PROTECTION_FAILURE || !(permission & VM_PROT_IS_MASK) || protection == 0)
            return kr;
        if (!(protection & VM_PROT_EXECUTE))
            protection = protection & VM_PROT_WRITE ? VM_PROT_READ : 0;
    }
}

static kern_return_t make_entry(uint64_t *size_p, uint64_t offset, vm_prot_t permission, mach_port_t *name_p,
                                mach_port_t parent)
{
    unsigned flags = (unsigned)permission & MAP_MEM_FLAGS_MASK;
    uint64_t start = page_down(offset), size = page_up(offset + *size_p) - start;
    kern_return_t kr;
    *name_p = MACH_PORT_NULL;
    if (flags & ~(unsigned)MAP_MEM_FLAGS_USER || offset + *size_p < offset ||
        page_up(offset + *size_p) < offset)
        return KERN_INVALID_ARGUMENT;
    if (flags & ~(unsigned)FLAGS_UNDERSTOOD)
        return KERN_NOT_SUPPORTED;
    if (flags & MAP_MEM_NAMED_CREATE) {
        size = page_up(*size_p);
        if (size == 0) {
            *size_p = 0;
            return KERN_SUCCESS;
        }
        kr = make(size, 0, permission, MACH_PORT_NULL, name_p);
    } else if (size == 0) {
        return KERN_INVALID_ARGUMENT;
    } else if (parent != MACH_PORT_NULL) {
        kr = make_part(start, size, permission, parent, name_p);
    } else if (flags & MAP_MEM_VM_COPY) {
        kr = make_copy(start, size, name_p);
        if (kr == KERN_SUCCESS)
            kr = narrow(name_p, size, permission);
    } else {
        kr = make_shared(start, &size, permission, name_p);
    }
    if (kr == KERN_SUCCESS)
        *size_p = size;
    return kr;
}

kern_return_t mach_make_memory_entry_64(vm_map_t target_task, memory_object_size_t *size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        mach_port_t *object_handle, mem_entry_name_port_t parent_entry)
{
    uint64_t bytes = *size;
    if (target_task != mach_task_self())
        return _kernelrpc_mach_make_memory_entry_64(target_task, size, offset, permission, object_handle,
                                                    parent_entry);
    kern_return_t kr = make_entry(&bytes, offset, permission, object_handle, parent_entry);
    *size = bytes;
    return kr;
}

kern_return_t mach_make_memory_entry(vm_map_t target_task, vm_size_t *size, vm_offset_t offset,
                                     vm_prot_t permission, mem_entry_name_port_t *object_handle,
                                     mem_entry_name_port_t parent_entry)
{
    memory_object_size_t bytes = *size;
    kern_return_t kr =
        mach_make_memory_entry_64(target_task, &bytes, offset, permission, object_handle, parent_entry);
    *size = (vm_size_t)bytes;
    return kr;
}

kern_return_t _mach_make_memory_entry(vm_map_t target_task, memory_object_size_t *size,
                                      memory_object_offset_t offset, vm_prot_t permission,
                                      mem_entry_name_port_t *object_handle,
                                      mem_entry_name_port_t parent_handle)
{
    return mach_make_memory_entry_64(target_task, size, offset, permission, object_handle, parent_handle);
}
