/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/region.c - vm_region and its kin, from /proc/self/maps
 *
 * The file is read in pieces into a small buffer: whoever asks what is mapped does not want the heap to
 * change meanwhile.
 */
#include "libmach/memory/region.h"

#include <fcntl.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/message/kernelrpc.h"

struct reader {
    int fd;
    size_t at, n;
    char bytes[2048];
};

static int reader_byte(struct reader *reader)
{
    if (reader->at == reader->n) {
        ssize_t n = read(reader->fd, reader->bytes, sizeof reader->bytes);
        if (n <= 0)
            return -1;
        reader->at = 0;
        reader->n = (size_t)n;
    }
    return (unsigned char)reader->bytes[reader->at++];
}

/* One line, cut to what fits. */
static bool reader_line(struct reader *reader, char *line, size_t size)
{
    size_t n = 0;
    int byte;
    while ((byte = reader_byte(reader)) >= 0 && byte != '\n')
        if (n < size - 1)
            line[n++] = (char)byte;
    line[n] = '\0';
    return byte >= 0;
}

static bool parse(const char *line, struct region *region)
{
    char access[5];
    unsigned long long start, end, offset, file;
    if (sscanf(line, "%llx-%llx %4s %llx %*s %llu", &start, &end, access, &offset, &file) != 5)
        return false;
    *region = (struct region){
        .start = start, .end = end, .offset = offset, .file = file, .shared = access[3] == 's'
    };
    region->protection = (access[0] == 'r' ? VM_PROT_READ : 0) | (access[1] == 'w' ? VM_PROT_WRITE : 0) |
                         (access[2] == 'x' ? VM_PROT_EXECUTE : 0);
    return true;
}

bool region_find(uint64_t address, struct region *region)
{
    char line[128];
    struct reader reader = { .fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC) };
    bool found = false;
    if (reader.fd < 0)
        return false;
    while (!found && reader_line(&reader, line, sizeof line))
        found = parse(line, region) && region->end > address;
    close(reader.fd);
    return found;
}

/* ---- flavors ---- */

static kern_return_t basic_64(const struct region *region, int *info, mach_msg_type_number_t *count)
{
    vm_region_basic_info_data_64_t basic = {
        .protection = region->protection,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
        .shared = region->shared,
        .offset = region->offset,
    };
    if (*count < VM_REGION_BASIC_INFO_COUNT_64)
        return KERN_INVALID_ARGUMENT;
    *count = VM_REGION_BASIC_INFO_COUNT_64;
    memcpy(info, &basic, sizeof basic);
    return KERN_SUCCESS;
}

static kern_return_t basic_32(const struct region *region, int *info, mach_msg_type_number_t *count)
{
    vm_region_basic_info_data_t basic = {
        .protection = region->protection,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
        .shared = region->shared,
        .offset = (uint32_t)region->offset,
    };
    if (*count < VM_REGION_BASIC_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    *count = VM_REGION_BASIC_INFO_COUNT;
    memcpy(info, &basic, sizeof basic);
    return KERN_SUCCESS;
}

static uint32_t count_resident(const struct region *region)
{
    unsigned char present[1024];
    uint32_t n = 0;
    for (uint64_t at = region->start; at < region->end;) {
        uint64_t size = region->end - at;
        if (size > sizeof present * vm_page_size)
            size = sizeof present * vm_page_size;
        if (mincore((void *)(uintptr_t)at, size, present) != 0)
            return 0;
        for (uint64_t i = 0; i < size / vm_page_size; i++)
            n += present[i] & 1;
        at += size;
    }
    return n;
}

static unsigned char share_mode(const struct region *region)
{
    return region->shared ? SM_SHARED : region->file != 0 ? SM_COW : SM_PRIVATE;
}

static kern_return_t extended(const struct region *region, int *info, mach_msg_type_number_t *count)
{
    vm_region_extended_info_data_t all = {
        .protection = region->protection,
        .pages_resident = count_resident(region),
        .ref_count = 1,
        .external_pager = region->file != 0,
        .share_mode = share_mode(region),
    };
    if (*count < VM_REGION_EXTENDED_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    *count = VM_REGION_EXTENDED_INFO_COUNT;
    memcpy(info, &all, sizeof all);
    return KERN_SUCCESS;
}

static kern_return_t top(const struct region *region, int *info, mach_msg_type_number_t *count)
{
    vm_region_top_info_data_t all = { .ref_count = 1, .share_mode = region->shared ? SM_SHARED : SM_PRIVATE };
    uint32_t resident = count_resident(region);
    if (*count < VM_REGION_TOP_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    if (region->shared)
        all.shared_pages_resident = resident;
    else
        all.private_pages_resident = resident;
    *count = VM_REGION_TOP_INFO_COUNT;
    memcpy(info, &all, sizeof all);
    return KERN_SUCCESS;
}

kern_return_t mach_vm_region(vm_map_read_t target_task, mach_vm_address_t *address, mach_vm_size_t *size,
                             vm_region_flavor_t flavor, vm_region_info_t info,
                             mach_msg_type_number_t *infoCnt, mach_port_t *object_name)
{
    struct region region;
    kern_return_t kr;
    if (target_task != mach_task_self())
        return _kernelrpc_mach_vm_region(target_task, address, size, flavor, info, infoCnt, object_name);
    if (!region_find(*address, &region))
        return KERN_INVALID_ADDRESS;
    switch (flavor) {
    case VM_REGION_BASIC_INFO_64: kr = basic_64(&region, info, infoCnt); break;
    case VM_REGION_BASIC_INFO: /* a 64-bit task means the other one, whatever it says: its count tells */
        kr = *infoCnt >= VM_REGION_BASIC_INFO_COUNT_64 ? basic_64(&region, info, infoCnt)
                                                       : basic_32(&region, info, infoCnt);
        break;
    case VM_REGION_EXTENDED_INFO: kr = extended(&region, info, infoCnt); break;
    case VM_REGION_TOP_INFO: kr = top(&region, info, infoCnt); break;
    default: return KERN_INVALID_ARGUMENT;
    }
    if (kr != KERN_SUCCESS)
        return kr;
    *address = region.start;
    *size = region.end - region.start;
    *object_name = MACH_PORT_NULL;
    return KERN_SUCCESS;
}

static void submap_info(const struct region *region, vm_region_submap_info_data_64_t *all)
{
    *all = (vm_region_submap_info_data_64_t){
        .protection = region->protection,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
        .offset = region->offset,
        .pages_resident = count_resident(region),
        .ref_count = 1,
        .external_pager = region->file != 0,
        .share_mode = share_mode(region),
    };
}

/* What costs nothing to find out, in another order. */
static void short_info(const struct region *region, int *info)
{
    const vm_region_submap_short_info_data_64_t all = {
        .protection = region->protection,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
        .offset = region->offset,
        .ref_count = 1,
        .external_pager = region->file != 0,
        .share_mode = share_mode(region),
    };
    memcpy(info, &all, sizeof all);
}

/* Linux has no submaps: the depth is always 0. The short form is recognised by its count. */
kern_return_t mach_vm_region_recurse(vm_map_read_t target_task, mach_vm_address_t *address,
                                     mach_vm_size_t *size, natural_t *nesting_depth,
                                     vm_region_recurse_info_t info, mach_msg_type_number_t *infoCnt)
{
    struct region region;
    vm_region_submap_info_data_64_t all;
    if (target_task != mach_task_self())
        return _kernelrpc_mach_vm_region_recurse(target_task, address, size, nesting_depth, info, infoCnt);
    if (*infoCnt < VM_REGION_SUBMAP_SHORT_INFO_COUNT_64)
        return KERN_INVALID_ARGUMENT;
    if (!region_find(*address, &region))
        return KERN_INVALID_ADDRESS;
    if (*infoCnt < VM_REGION_SUBMAP_INFO_V0_COUNT_64) {
        *infoCnt = VM_REGION_SUBMAP_SHORT_INFO_COUNT_64;
        short_info(&region, info);
    } else {
        if (*infoCnt > VM_REGION_SUBMAP_INFO_COUNT_64)
            *infoCnt = VM_REGION_SUBMAP_INFO_COUNT_64;
        submap_info(&region, &all);
        memcpy(info, &all, *infoCnt * sizeof(int));
    }
    *address = region.start;
    *size = region.end - region.start;
    *nesting_depth = 0;
    return KERN_SUCCESS;
}
