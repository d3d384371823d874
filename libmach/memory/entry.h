/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/entry.h - mapping memory entries */
#pragma once

#include <mach/mach_types.h>
#include <stdbool.h>
#include <stdint.h>

/* Maps size bytes (whole pages, known not to reach too far) of an entry over what is at `address`. protection is what mappings of
 * it may ever have here, current what this one has. */
struct entry_range {
    mach_port_name_t entry;
    uint64_t offset, size;
    vm_prot_t protection, current;
    bool copy;
};

/* Asks whether the range can be had, and gives its size (0: all that there is). Consumes nothing; the answer's segment
 * must be mapped or discarded. KERN_INVALID_OBJECT, KERN_INVALID_RIGHT, KERN_INVALID_ARGUMENT, KERN_RESOURCE_SHORTAGE. */
struct entry_answer {
    uint32_t segment;
    uint64_t offset, size;
};
kern_return_t entry_ask(const struct entry_range *range, struct entry_answer *answer);
/* Puts it where something of that size is reserved. */
kern_return_t entry_place(const struct entry_range *range, const struct entry_answer *answer, uint64_t address);
void entry_decline(const struct entry_answer *answer);
