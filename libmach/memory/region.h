/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/region.h - what is mapped where in this process */
#pragma once

#include <mach/vm_prot.h>
#include <stdbool.h>
#include <stdint.h>

struct region {
    uint64_t start, end; /* end is the first byte behind */
    uint64_t offset;     /* in the file */
    uint64_t file;       /* inode, 0 for none */
    vm_prot_t protection;
    bool shared;
};

/* The region that `address` is in, or the first one above it. False: there is none. */
bool region_find(uint64_t address, struct region *region);
