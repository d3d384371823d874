/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/memory.h"

#include <string.h>

#include "base/alloc.h"

static struct memory *new_object(struct ipc *ipc, struct account *account, uint64_t size, uint64_t room)
{
    struct memory *memory;
    if (!account_charge(account, ACCOUNT_BYTES, size))
        return NULL;
    memory = alloc_bytes(sizeof(*memory) + room);
    if (!memory) {
        account_release(account, ACCOUNT_BYTES, size);
        return NULL;
    }
    *memory = (struct memory){ .size = size, .account = account_get(account) };
    ipc->census.memory_objects++;
    return memory;
}

struct memory *memory_new(struct ipc *ipc, struct account *account, uint64_t size)
{
    struct memory *memory = new_object(ipc, account, size, size);
    if (memory)
        memory->bytes = (uint8_t *)(memory + 1);
    return memory;
}

struct memory *memory_new_segment(struct ipc *ipc, struct account *account, segment_handle segment,
                                  uint64_t size)
{
    struct memory *memory = new_object(ipc, account, size, 0);
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
    account_release(memory->account, ACCOUNT_BYTES, memory->size);
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
