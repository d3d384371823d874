/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/memory/share.h"

#include <sys/mman.h>

#include "libmach/message/guard.h"
#include "libmach/memory/region.h"

static void *pointer(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

/* The part of [at, end) that is one region; false: nothing is mapped at `at`. */
static bool piece_at(uint64_t at, uint64_t end, struct region *region, uint64_t *size_p)
{
    if (!region_find(at, region) || region->start > at)
        return false;
    *size_p = (region->end < end ? region->end : end) - at;
    return true;
}

static int host_protection(vm_prot_t protection)
{
    return (protection & VM_PROT_READ ? PROT_READ : 0) | (protection & VM_PROT_WRITE ? PROT_WRITE : 0) |
           (protection & VM_PROT_EXECUTE ? PROT_EXEC : 0);
}

static kern_return_t share_piece(uint64_t at, uint64_t size, const struct region *region)
{
    if (region->shared)
        return KERN_SUCCESS;
    if (region->file != 0)
        return KERN_NOT_SUPPORTED;
    if (!(region->protection & VM_PROT_READ))
        return KERN_PROTECTION_FAILURE;
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED)
        return KERN_RESOURCE_SHORTAGE;
    if (guard_copy(copy, pointer(at), size) && mprotect(copy, size, host_protection(region->protection)) == 0 &&
        mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, pointer(at)) != MAP_FAILED)
        return KERN_SUCCESS;
    munmap(copy, size);
    return KERN_RESOURCE_SHORTAGE;
}

kern_return_t share_range(uint64_t start, uint64_t size)
{
    struct region region;
    uint64_t n;
    for (uint64_t at = start; at < start + size; at += n) {
        if (!piece_at(at, start + size, &region, &n))
            return KERN_INVALID_ADDRESS;
        kern_return_t kr = share_piece(at, n, &region);
        if (kr != KERN_SUCCESS)
            return kr;
    }
    return KERN_SUCCESS;
}

/* mremap with an old size of 0 leaves a shared mapping where it is and makes another one of the same memory. */
kern_return_t share_again(uint64_t start, uint64_t size, uint64_t target)
{
    struct region region;
    uint64_t n;
    for (uint64_t at = start; at < start + size; at += n) {
        if (!piece_at(at, start + size, &region, &n))
            return KERN_INVALID_ADDRESS;
        if (mremap(pointer(at), 0, n, MREMAP_MAYMOVE | MREMAP_FIXED, pointer(target + (at - start))) ==
            MAP_FAILED)
            return KERN_NOT_SUPPORTED;
    }
    return KERN_SUCCESS;
}

bool share_is_any(uint64_t start, uint64_t size)
{
    struct region region;
    uint64_t n;
    for (uint64_t at = start; at < start + size && piece_at(at, start + size, &region, &n); at += n)
        if (region.shared)
            return true;
    return false;
}
