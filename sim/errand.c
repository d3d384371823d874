/* SPDX-License-Identifier: Apache-2.0 */
/* sim/errand.c - what a simulated thread does for others with its memory, which is that of all (libmach/live/park.c) */
#include <mach/kern_return.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/internal.h"

/* Made by the system, which answers instead of faulting. */
static kern_return_t copy(const void *to, const void *from, uint64_t size)
{
    struct iovec mine = { (void *)(uintptr_t)to, size }, theirs = { (void *)(uintptr_t)from, size };
    if (size == 0 || process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) == (ssize_t)size)
        return KERN_SUCCESS;
    return KERN_INVALID_ADDRESS;
}

static void *pointer(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

static kern_return_t allocate(uint64_t size, uint64_t *address_p)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *address_p = (uint64_t)(uintptr_t)at;
    return at != MAP_FAILED ? KERN_SUCCESS : KERN_NO_SPACE;
}

static kern_return_t carry_out(const struct trap_errand *order, uint8_t *bytes, uint64_t *out_p, uint64_t *n_p)
{
    const uint64_t *arg = order->arg;
    switch ((enum trap_errand_kind)order->kind) {
    case TRAP_ERRAND_READ: *n_p = arg[1]; return copy(bytes, pointer(arg[0]), arg[1]);
    case TRAP_ERRAND_WRITE: return copy(pointer(arg[0]), bytes, order->size);
    case TRAP_ERRAND_ALLOCATE: return allocate(arg[1], out_p);
    case TRAP_ERRAND_DEALLOCATE:
        return munmap(pointer(arg[0]), arg[1]) == 0 ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
    case TRAP_ERRAND_PROTECT:
    case TRAP_ERRAND_REGION:
    case TRAP_ERRAND_REGION_RECURSE:
    case TRAP_ERRAND_NONE: break;
    }
    return KERN_NOT_SUPPORTED;
}

void sim_run_errand(struct trap_page *page)
{
    struct trap_errand order;
    uint64_t out = 0, n = 0;
    memcpy(&order, trap_data(page), sizeof(order));
    kern_return_t kr = carry_out(&order, trap_data(page) + sizeof(order), &out, &n);
    page->req = (struct trap_request){ .number = TRAP_PARK,
                                       .arg = { 0, 1, (uint64_t)kr, out, 0, kr == KERN_SUCCESS ? n : 0 } };
}
