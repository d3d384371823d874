/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/exception/errand.h"

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/vm_region.h>
#include <string.h>

struct work {
    struct trap_errand order;
    uint8_t *bytes; /* in the page */
    uint64_t out[TRAP_ERRAND_OUTS];
    uint64_t n; /* bytes to bring back */
};

static kern_return_t copy_memory(uint64_t to, uint64_t from, uint64_t size)
{
    mach_vm_size_t n = 0;
    return size <= TRAP_ERRAND_BYTES ? mach_vm_read_overwrite(mach_task_self(), from, size, to, &n)
                                     : KERN_INVALID_ARGUMENT;
}

static kern_return_t find_region(struct work *work)
{
    const uint64_t *arg = work->order.arg;
    mach_vm_address_t address = arg[0];
    mach_vm_size_t size = 0;
    mach_port_t object = MACH_PORT_NULL;
    natural_t depth = (natural_t)arg[1];
    mach_msg_type_number_t count = (mach_msg_type_number_t)arg[2];
    int info[VM_REGION_SUBMAP_INFO_COUNT_64 + 16];
    if (count > sizeof info / sizeof info[0])
        count = sizeof info / sizeof info[0];
    kern_return_t kr = work->order.kind == TRAP_ERRAND_REGION
                           ? mach_vm_region(mach_task_self(), &address, &size, (vm_region_flavor_t)arg[1],
                                            info, &count, &object)
                           : mach_vm_region_recurse(mach_task_self(), &address, &size, &depth, info, &count);
    if (kr != KERN_SUCCESS)
        return kr;
    work->out[0] = address;
    work->out[1] = size;
    work->n = count * sizeof info[0];
    memcpy(work->bytes, info, work->n);
    return KERN_SUCCESS;
}

static kern_return_t carry_out(struct work *work)
{
    const uint64_t *arg = work->order.arg;
    kern_return_t kr;
    switch ((enum trap_errand_kind)work->order.kind) {
    case TRAP_ERRAND_NONE: break;
    case TRAP_ERRAND_READ:
        kr = copy_memory((uint64_t)(uintptr_t)work->bytes, arg[0], arg[1]);
        work->n = kr == KERN_SUCCESS ? arg[1] : 0;
        return kr;
    case TRAP_ERRAND_WRITE: return copy_memory(arg[0], (uint64_t)(uintptr_t)work->bytes, work->order.size);
    case TRAP_ERRAND_ALLOCATE:
        work->out[0] = arg[0];
        return mach_vm_allocate(mach_task_self(), &work->out[0], arg[1], (int)arg[2]);
    case TRAP_ERRAND_DEALLOCATE: return mach_vm_deallocate(mach_task_self(), arg[0], arg[1]);
    case TRAP_ERRAND_PROTECT:
        return mach_vm_protect(mach_task_self(), arg[0], arg[1], (boolean_t)arg[2], (vm_prot_t)arg[3]);
    case TRAP_ERRAND_REGION:
    case TRAP_ERRAND_REGION_RECURSE: return find_region(work);
    }
    return KERN_NOT_SUPPORTED;
}

/* The page's request becomes what came of the errand in its reply. */
static void run_errand(struct trap_page *page)
{
    struct work work = { .bytes = trap_data(page) + sizeof work.order };
    memcpy(&work.order, trap_data(page), sizeof work.order);
    kern_return_t kr = carry_out(&work);
    page->req = (struct trap_request){ .number = TRAP_PARK,
                                       .arg = { 0, 1, (uint64_t)kr, work.out[0], work.out[1], work.n } };
}

bool errand_trap(struct trap_frame *frame, struct trap_page *page)
{
    bool is_made = trap_make_again(frame);
    while (is_made && page->reply.value[1] != TRAP_ERRAND_NONE) {
        run_errand(page);
        is_made = trap_make_again(frame);
    }
    return is_made;
}
