/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/memory.h - out-of-line memory on its way: small bytes in the kernel's heap, or a sealed segment
 * of the host
 *
 * It has one owner. Bytes in the heap and in sealed segments do not change any more; those of a lent segment (wire/trap.h) its
 * writer may change at any time: they are read once, and what was read is believed.
 */
#pragma once

#include "base/account.h"
#include "kernel/ipc/ipc.h"

struct memory {
    uint64_t size;
    segment_handle segment; /* 0: bytes[] */
    struct account *account;
    uint8_t *bytes; /* stands behind the struct; NULL with a segment */
};

/* Room for size bytes in the heap. NULL when the account is at its limit or there is no memory. */
struct memory *memory_new(struct ipc *ipc, struct account *account, uint64_t size);
/* Takes over a segment. NULL as above; the segment is then still the caller's. */
struct memory *memory_new_segment(struct ipc *ipc, struct account *account, segment_handle segment, uint64_t size);
void memory_free(struct ipc *ipc, struct memory *memory);
/* The first `size` bytes (at most memory->size); false when the host could not read them. */
bool memory_read(struct ipc *ipc, const struct memory *memory, void *bytes, uint64_t size);
