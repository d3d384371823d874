/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/memory.h"

#include <string.h>

#include "base/alloc.h"

/* A segment's bytes are not in machd's heap, its record is; other memory is both in one block. */
static uint64_t heap_cost(uint64_t size, bool is_segment)
{
    return alloc_cost(sizeof(struct memory) + (is_segment ? 0 : size));
}

static bool charge(struct account *account, uint64_t size, bool is_segment)
{
    uint64_t cost = heap_cost(size, is_segment);
    if (!is_segment)
        return account_charge(account, ACCOUNT_BYTES, cost);
    if (!account_charge_object(account, ACCOUNT_SEGMENTS, cost))
        return false;
    if (account_charge(account, ACCOUNT_SEGMENT_BYTES, size))
        return true;
    account_release_object(account, ACCOUNT_SEGMENTS, cost);
    return false;
}

static void release(struct account *account, uint64_t size, bool is_segment)
{
    uint64_t cost = heap_cost(size, is_segment);
    if (is_segment) {
        account_release_object(account, ACCOUNT_SEGMENTS, cost);
        account_release(account, ACCOUNT_SEGMENT_BYTES, size);
    } else {
        account_release(account, ACCOUNT_BYTES, cost);
    }
}

static struct memory *new_object(struct ipc *ipc, struct account *account, uint64_t size, bool is_segment)
{
    struct memory *memory;
    if (!charge(account, size, is_segment))
        return NULL;
    memory = alloc_bytes(sizeof(*memory) + (is_segment ? 0 : size));
    if (!memory) {
        release(account, size, is_segment);
        return NULL;
    }
    *memory = (struct memory){ .size = size, .account = account_get(account) };
    ipc->census.memory_objects++;
    return memory;
}

struct memory *memory_new(struct ipc *ipc, struct account *account, uint64_t size)
{
    struct memory *memory = new_object(ipc, account, size, false);
    if (memory)
        memory->bytes = (uint8_t *)(memory + 1);
    return memory;
}

struct memory *memory_new_segment(struct ipc *ipc, struct account *account, segment_handle segment,
                                  uint64_t size)
{
    struct memory *memory = new_object(ipc, account, size, true);
    if (memory)
        memory->segment = segment;
    return memory;
}

void memory_free(struct ipc *ipc, struct memory *memory)
{
    if (!memory)
        return;
    if (memory->segment)
        ipc->ops->segment_drop(ipc->host, memory->segment);
    release(memory->account, memory->size, memory->segment != 0);
    account_put(memory->account);
    ipc->census.memory_objects--;
    alloc_free(memory);
}

bool memory_read(struct ipc *ipc, const struct memory *memory, void *bytes, uint64_t size)
{
    ASSERT(size <= memory->size);
    if (memory->segment)
        return ipc->ops->segment_read(ipc->host, memory->segment, 0, bytes, size);
    memcpy(bytes, memory->bytes, size);
    return true;
}
