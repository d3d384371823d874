/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/memory_entry.h"

#include "base/alloc.h"
#include "kernel/ipc/memory.h"

static struct shared_memory *shared_new(struct ipc *ipc, struct account *account, uint64_t size)
{
    struct shared_memory *shared = alloc_zeroed(sizeof(*shared));
    segment_handle segment = shared && ipc->ops->segment_new ? ipc->ops->segment_new(ipc->host, size) : 0;
    if (segment)
        shared->memory = memory_new_segment(ipc, account, segment, size);
    if (shared && shared->memory)
        return shared;
    if (segment)
        ipc->ops->segment_drop(ipc->host, segment);
    alloc_free(shared);
    return NULL;
}

static void shared_put(struct ipc *ipc, struct shared_memory *shared)
{
    if (shared->refs > 0 && --shared->refs > 0)
        return;
    memory_free(ipc, shared->memory);
    alloc_free(shared);
}

static uint64_t cost(void)
{
    return alloc_cost(sizeof(struct memory_entry)) + alloc_cost(sizeof(struct shared_memory));
}

static void entry_free(struct memory_entry *entry)
{
    account_release(entry->account, ACCOUNT_BYTES, cost());
    account_put(entry->account);
    alloc_free(entry);
}

/* The entry, its port, and the send right that keeps both. */
static kern_return_t make(struct ipc *ipc, struct account *account, struct shared_memory *shared,
                          uint64_t offset, uint64_t size, uint32_t protection, struct right *right_p)
{
    if (!account_charge(account, ACCOUNT_BYTES, cost()))
        return KERN_RESOURCE_SHORTAGE;
    struct memory_entry *entry = alloc_zeroed(sizeof(*entry));
    if (!entry) {
        account_release(account, ACCOUNT_BYTES, cost());
        return KERN_RESOURCE_SHORTAGE;
    }
    *entry = (struct memory_entry){ shared, offset, size, protection, account_get(account) };
    struct port *port = port_new_kernel(ipc, account, KOBJECT_NAMED_ENTRY, entry);
    if (!port) {
        entry_free(entry);
        return KERN_RESOURCE_SHORTAGE;
    }
    port->ends_unsent = true;
    shared->refs++;
    *right_p = port_make_send(port);
    return KERN_SUCCESS;
}

kern_return_t memory_entry_new(struct ipc *ipc, struct account *account, uint64_t size, uint32_t protection,
                               struct right *right_p)
{
    struct shared_memory *shared = shared_new(ipc, account, size);
    kern_return_t kr =
        shared ? make(ipc, account, shared, 0, size, protection, right_p) : KERN_RESOURCE_SHORTAGE;
    if (shared && kr != KERN_SUCCESS)
        shared_put(ipc, shared);
    return kr;
}

kern_return_t memory_entry_part(struct ipc *ipc, struct account *account, const struct memory_entry *parent,
                                uint64_t offset, uint64_t size, uint32_t protection, struct right *right_p)
{
    if (size == 0 || offset > parent->size || size > parent->size - offset)
        return KERN_INVALID_ARGUMENT;
    if (protection & ~parent->protection)
        return KERN_PROTECTION_FAILURE;
    return make(ipc, account, parent->shared, parent->offset + offset, size, protection, right_p);
}

struct memory_entry *memory_entry_of(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_NAMED_ENTRY ? port->kobject : NULL;
}

void memory_entry_end(struct ipc *ipc, struct memory_entry *entry)
{
    shared_put(ipc, entry->shared);
    entry_free(entry);
}
