/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/entries.c - memory that tasks map together: make_memory_entry and mach_vm_map of it */
#include <mach/mach_vm.h>
#include <mach/memory_object_types.h>

#include "tests/ports/util.h"

enum { PAGES = 4 };

static mach_port_t entry_new(uint64_t size, vm_prot_t protection)
{
    mach_port_t entry = MACH_PORT_NULL;
    memory_object_size_t got = size;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &got, 0, MAP_MEM_NAMED_CREATE | protection, &entry,
                                         MACH_PORT_NULL),
               OK);
    REQUIRE_GE(got, size);
    return entry;
}

static kern_return_t map_entry(mach_port_t entry, uint64_t offset, uint64_t size, vm_prot_t protection,
                               bool copy, uint8_t **memory_p)
{
    mach_vm_address_t address = 0;
    kern_return_t kr = mach_vm_map(SELF, &address, size, 0, VM_FLAGS_ANYWHERE, entry, offset, copy,
                                   protection, protection, VM_INHERIT_NONE);
    *memory_p = (uint8_t *)(uintptr_t)address;
    return kr;
}

static uint8_t *mapped(mach_port_t entry, uint64_t size)
{
    uint8_t *memory;
    REQUIRE_EQ(map_entry(entry, 0, size, VM_PROT_DEFAULT, false, &memory), OK);
    return memory;
}

static void unmap(void *memory, uint64_t size)
{
    CHECK_EQ(mach_vm_deallocate(SELF, (mach_vm_address_t)(uintptr_t)memory, size), OK);
}

TEST(two_mappings_of_an_entry_show_the_same_memory, "P176")
{
    uint64_t size = PAGES * page_size();
    mach_port_t entry = entry_new(size, VM_PROT_DEFAULT);
    natural_t type = 0;
    mach_vm_address_t object = 0;
    uint8_t *a = mapped(entry, size), *b = mapped(entry, size), *part;
    CHECK_NE(a, b);
    CHECK_EQ(a[0], 0);
    a[0] = 1;
    b[size - 1] = 2;
    CHECK_EQ(b[0], 1);
    CHECK_EQ(a[size - 1], 2);
    REQUIRE_EQ(map_entry(entry, size - page_size(), page_size(), VM_PROT_READ, false, &part), OK);
    CHECK_EQ(part[page_size() - 1], 2);
    CHECK_EQ(mach_port_kobject(SELF, entry, &type, &object), OK);
    CHECK_EQ(type, 28);
    CHECK_EQ(type_of(entry), MACH_PORT_TYPE_SEND);
    CHECK_EQ(mach_port_deallocate(SELF, entry), OK);
    CHECK_EQ(type_of(entry), 0);
    a[1] = 3; /* what is mapped stays mapped */
    CHECK_EQ(b[1], 3);
    unmap(a, size);
    unmap(b, size);
    unmap(part, page_size());
}

static int child_of_entry(void *argument)
{
    struct message message;
    uint64_t size = PAGES * page_size();
    mach_port_t port = make_port(), entry;
    (void)argument;
    message = message_with_port(world_parent_port(), COPY_SEND, 1, port, MAKE_SEND);
    CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
    REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    entry = message.port[0].name;
    uint8_t *memory = mapped(entry, size);
    CHECK_EQ(memory[5], 55);
    memory[6] = 66;
    CHECK_EQ(say(world_parent_port(), 2), OK);
    return WORLD_OK;
}

TEST(a_memory_entry_is_shared_between_tasks, "P176 K236")
{
    uint64_t size = PAGES * page_size();
    struct message message;
    mach_port_t from = make_port(), entry = entry_new(size, VM_PROT_DEFAULT);
    uint8_t *memory = mapped(entry, size);
    memory[5] = 55;
    world_task *child = world_task_spawn(child_of_entry, NULL, from);
    REQUIRE_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    mach_port_t to = message.port[0].name;
    message = message_with_port(to, COPY_SEND, 1, entry, MOVE_SEND);
    CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
    REQUIRE_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    CHECK_EQ(message.header.msgh_id, 2);
    CHECK_EQ(memory[6], 66);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    CHECK_EQ(memory[6], 66);
    unmap(memory, size);
    mach_port_deallocate(SELF, to);
    destroy_port(from);
}

TEST(an_entry_allows_what_it_was_made_for, "P176")
{
    uint64_t size = PAGES * page_size();
    memory_object_size_t got = page_size();
    mach_port_t entry = entry_new(size, VM_PROT_DEFAULT), part, other;
    uint8_t *whole = mapped(entry, size), *memory;
    whole[page_size() + 7] = 77;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &got, page_size(), VM_PROT_READ, &part, entry), OK);
    CHECK_EQ(got, page_size());
    CHECK_EQ(map_entry(part, 0, page_size(), VM_PROT_DEFAULT, false, &memory), KERN_INVALID_RIGHT);
    CHECK_EQ(map_entry(part, 0, 2 * page_size(), VM_PROT_READ, false, &memory), KERN_INVALID_ARGUMENT);
    CHECK_EQ(map_entry(part, page_size(), page_size(), VM_PROT_READ, false, &memory), KERN_INVALID_ARGUMENT);
    REQUIRE_EQ(map_entry(part, 0, page_size(), VM_PROT_READ, false, &memory), OK);
    CHECK_EQ(memory[7], 77);
    CHECK_EQ(mach_vm_protect(SELF, (mach_vm_address_t)(uintptr_t)memory, page_size(), FALSE, VM_PROT_DEFAULT),
             KERN_PROTECTION_FAILURE);
    unmap(memory, page_size());
    REQUIRE_EQ(map_entry(part, 0, 0, VM_PROT_READ, false, &memory), OK); /* all of it */
    CHECK_EQ(memory[7], 77);
    unmap(memory, page_size());

    CHECK_EQ(mach_make_memory_entry_64(SELF, &got, 0, VM_PROT_DEFAULT, &other, part), KERN_PROTECTION_FAILURE);
    got = 2 * page_size();
    CHECK_EQ(mach_make_memory_entry_64(SELF, &got, 0, VM_PROT_READ, &other, part), KERN_INVALID_ARGUMENT);
    got = page_size();
    CHECK_EQ(mach_make_memory_entry_64(SELF, &got, 0, VM_PROT_ALL | VM_PROT_IS_MASK, &other, part), OK);
    CHECK_EQ(map_entry(other, 0, page_size(), VM_PROT_DEFAULT, false, &memory), KERN_INVALID_RIGHT);
    mach_port_deallocate(SELF, other);
    mach_port_deallocate(SELF, part);
    mach_port_deallocate(SELF, entry);
    unmap(whole, size);
}

TEST(what_is_no_memory_entry, "P176")
{
    uint8_t *memory;
    memory_object_size_t size = page_size();
    mach_port_t port = port_new_with_sends(1), entry = 1;
    CHECK_EQ(map_entry(port, 0, page_size(), VM_PROT_READ, false, &memory), KERN_INVALID_OBJECT);
    CHECK_EQ(map_entry(SELF, 0, page_size(), VM_PROT_READ, false, &memory), KERN_INVALID_OBJECT);
    CHECK_EQ(map_entry(name_unknown(), 0, page_size(), VM_PROT_READ, false, &memory), KERN_INVALID_OBJECT);
    CHECK_EQ(mach_make_memory_entry_64(SELF, &size, 0, VM_PROT_READ, &entry, port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_make_memory_entry_64(SELF, &size, 0, 0x1000 | VM_PROT_READ, &entry, MACH_PORT_NULL),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_make_memory_entry_64(SELF, &size, 64, VM_PROT_READ, &entry, MACH_PORT_NULL),
             KERN_INVALID_ADDRESS);
    size = 0;
    CHECK_EQ(mach_make_memory_entry_64(SELF, &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_READ, &entry,
                                       MACH_PORT_NULL),
             OK);
    CHECK_EQ(entry, MACH_PORT_NULL);
    destroy_port(port);
}

TEST(a_private_mapping_of_an_entry_is_a_copy, "P176")
{
    mach_port_t entry = entry_new(page_size(), VM_PROT_DEFAULT);
    uint8_t *shared = mapped(entry, page_size()), *copy;
    shared[0] = 1;
    REQUIRE_EQ(map_entry(entry, 0, page_size(), VM_PROT_DEFAULT, true, &copy), OK);
    CHECK_EQ(copy[0], 1);
    copy[0] = 2;
    CHECK_EQ(shared[0], 1);
    mach_port_deallocate(SELF, entry);
    unmap(shared, page_size());
    unmap(copy, page_size());
}

TEST(memory_that_is_there_becomes_an_entry, "P176")
{
    uint64_t size = PAGES * page_size();
    memory_object_size_t got = 2 * page_size();
    mach_port_t entry;
    uint8_t *memory = make_memory((uint32_t)size), *other;
    memory[page_size()] = 11;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &got, (uint64_t)(uintptr_t)memory + page_size() + 5,
                                         VM_PROT_DEFAULT, &entry, MACH_PORT_NULL),
               OK);
    CHECK_EQ(got, 3 * page_size()); /* the pages that it touches */
    other = mapped(entry, got);
    CHECK_EQ(other[0], 11);
    other[1] = 12;
    memory[page_size() + 2] = 13;
    CHECK_EQ(memory[page_size() + 1], 12);
    CHECK_EQ(other[2], 13);
    mach_port_deallocate(SELF, entry);
    unmap(other, got);
    unmap(memory, size);
}

TEST(a_copy_of_memory_becomes_an_entry, "P176")
{
    memory_object_size_t got = page_size();
    mach_port_t entry;
    uint8_t *memory = make_memory(page_size()), *other;
    memory[0] = 21;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &got, (uint64_t)(uintptr_t)memory,
                                         MAP_MEM_VM_COPY | VM_PROT_DEFAULT, &entry, MACH_PORT_NULL),
               OK);
    memory[0] = 22;
    other = mapped(entry, got);
    CHECK_EQ(other[0], 21);
    other[0] = 23;
    CHECK_EQ(memory[0], 22);
    mach_port_deallocate(SELF, entry);
    unmap(other, got);
    unmap(memory, page_size());
}

TEST(an_entry_is_mapped_where_it_is_wanted, "P176")
{
    mach_port_t entry = entry_new(page_size(), VM_PROT_DEFAULT);
    uint8_t *reserved = make_memory(3 * page_size());
    mach_vm_address_t at = (mach_vm_address_t)(uintptr_t)reserved + page_size();
    CHECK_EQ(mach_vm_map(SELF, &at, page_size(), 0, VM_FLAGS_FIXED, entry, 0, FALSE, VM_PROT_DEFAULT,
                         VM_PROT_DEFAULT, VM_INHERIT_SHARE),
             KERN_NO_SPACE);
    CHECK_EQ(mach_vm_map(SELF, &at, page_size(), 0, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, entry, 0, FALSE,
                         VM_PROT_DEFAULT, VM_PROT_DEFAULT, VM_INHERIT_SHARE),
             OK);
    CHECK_EQ(at, (mach_vm_address_t)(uintptr_t)reserved + page_size());
    uint8_t *other = mapped(entry, page_size());
    reserved[page_size()] = 9;
    CHECK_EQ(other[0], 9);
    at = 0;
    CHECK_EQ(mach_vm_map(SELF, &at, page_size(), 0xfffff, VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                         VM_PROT_READ, VM_INHERIT_SHARE),
             OK);
    CHECK_EQ(at & 0xfffff, 0);
    CHECK_EQ(*(uint8_t *)(uintptr_t)at, 9);
    unmap((void *)(uintptr_t)at, page_size());
    unmap(other, page_size());
    unmap(reserved, 3 * page_size());
    mach_port_deallocate(SELF, entry);
}

/* ---- sharing within a task, and with its children ---- */

TEST(a_range_is_mapped_a_second_time, "")
{
    uint64_t size = PAGES * page_size();
    uint8_t *memory = make_memory((uint32_t)size);
    mach_vm_address_t source = (mach_vm_address_t)(uintptr_t)memory, again = 0, third = 0;
    vm_prot_t current = 0, maximum = 0;
    memory[3] = 1;
    CHECK_EQ(mach_vm_remap(SELF, &again, size, 0, VM_FLAGS_ANYWHERE, SELF, source, FALSE, &current, &maximum,
                           VM_INHERIT_NONE),
             OK);
    CHECK_EQ(current, VM_PROT_DEFAULT);
    uint8_t *other = (uint8_t *)(uintptr_t)again;
    CHECK_EQ(other[3], 1);
    other[4] = 2;
    memory[size - 1] = 3;
    CHECK_EQ(memory[4], 2);
    CHECK_EQ(other[size - 1], 3);
    CHECK_EQ(mach_vm_remap(SELF, &third, page_size(), 0, VM_FLAGS_ANYWHERE, SELF, source + size - page_size(),
                           FALSE, &current, &maximum, VM_INHERIT_NONE),
             OK);
    CHECK_EQ(((uint8_t *)(uintptr_t)third)[page_size() - 1], 3);
    unmap(memory, size);
    CHECK_EQ(other[4], 2);
    unmap(other, size);
    unmap((void *)(uintptr_t)third, page_size());
    CHECK_EQ(mach_vm_remap(SELF, &again, size, 0, VM_FLAGS_ANYWHERE, SELF, source, FALSE, &current, &maximum,
                           VM_INHERIT_NONE),
             KERN_INVALID_ADDRESS);
}

static uint8_t *inherited[3];

static int child_that_writes(void *argument)
{
    (void)argument;
    CHECK_EQ(inherited[0][0], 1);
    CHECK_EQ(inherited[1][0], 1);
    inherited[0][1] = 7;
    inherited[1][1] = 7;
    inherited[2][1] = 7;
    return WORLD_OK;
}

TEST(a_child_shares_what_is_inherited_so, "")
{
    mach_vm_address_t mapped_shared = 0;
    if (!world_is_live())
        SKIP("simulated tasks share all memory");
    REQUIRE_EQ(mach_vm_map(SELF, &mapped_shared, page_size(), 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE,
                           VM_PROT_DEFAULT, VM_PROT_ALL, VM_INHERIT_SHARE),
               OK);
    inherited[0] = (uint8_t *)(uintptr_t)mapped_shared;
    inherited[1] = make_memory(page_size());
    inherited[2] = make_memory(page_size());
    inherited[0][0] = inherited[1][0] = 1;
    CHECK_EQ(mach_vm_inherit(SELF, (mach_vm_address_t)(uintptr_t)inherited[1], page_size(), VM_INHERIT_SHARE),
             OK);
    CHECK_EQ(inherited[1][0], 1);
    CHECK_EQ(mach_vm_inherit(SELF, (mach_vm_address_t)(uintptr_t)inherited[1], page_size(), VM_INHERIT_COPY),
             KERN_NOT_SUPPORTED);
    world_task *child = world_task_spawn(child_that_writes, NULL, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    CHECK_EQ(inherited[0][1], 7);
    CHECK_EQ(inherited[1][1], 7);
    CHECK_EQ(inherited[2][1], 0);
    for (int i = 0; i < 3; i++)
        unmap(inherited[i], page_size());
}
