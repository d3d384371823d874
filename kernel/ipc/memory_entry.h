/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/memory_entry.h - ports that stand for memory which tasks map together
 *
 * An entry is a range of shared memory (a segment of the host that several may map and write) with the protection that
 * its mappings may have. Entries made from an entry share its memory. An entry dies with the last send right to it, the memory
 * with the last entry; what is mapped stays mapped.
 */
#pragma once

#include "kernel/ipc/port.h"

struct memory;

struct shared_memory {
    uint32_t refs;         /* entries */
    struct memory *memory; /* with a segment */
};

struct memory_entry {
    struct shared_memory *shared;
    uint64_t offset, size; /* bytes, in the shared memory */
    uint32_t protection;   /* VM_PROT_READ, _WRITE, _EXECUTE */
    struct account *account;
};

/* size is in whole pages and not 0. The send right goes to the caller. KERN_RESOURCE_SHORTAGE. */
kern_return_t memory_entry_new(struct ipc *ipc, struct account *account, uint64_t size, uint32_t protection,
                               struct right *right_p);
/* A part of an entry. KERN_INVALID_ARGUMENT: it does not reach so far. KERN_PROTECTION_FAILURE: the entry allows less.
 * KERN_RESOURCE_SHORTAGE. */
kern_return_t memory_entry_part(struct ipc *ipc, struct account *account, const struct memory_entry *parent,
                                uint64_t offset, uint64_t size, uint32_t protection, struct right *right_p);

/* The entry behind a port, NULL if there is none. */
struct memory_entry *memory_entry_of(const struct port *port);

/* Its port dies. */
void memory_entry_end(struct ipc *ipc, struct memory_entry *entry);
