/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/reach.c - the memory of another task: reading, writing, allocating, what is mapped (K50, K66, 18.1) */
#include <mach/mach_vm.h>
#include <mach/task_special_ports.h>
#include <mach/vm_region.h>
#include <string.h>

#include "tests/tasks/carry.h"

enum { SIZE = 20000, GO = 7, ANSWER = 33 };

struct address_message {
    mach_msg_header_t header;
    uint64_t address;
    mach_msg_max_trailer_t trailer;
};

/* It shows where its bytes are, and ends with the second one when somebody has changed the first. */
static int show_bytes(void *argument)
{
    volatile uint8_t bytes[SIZE];
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7 % 251);
    struct address_message message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = world_parent_port(),
                    .msgh_size = offsetof(struct address_message, trailer) },
        .address = (uint64_t)(uintptr_t)bytes,
    };
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG, message.header.msgh_size, 0, MACH_PORT_NULL, 0,
                      MACH_PORT_NULL),
             OK);
    while (bytes[0] != GO)
        world_sleep_ms(2);
    return bytes[1];
}

static world_task *spawn_showing(mach_port_t port, mach_vm_address_t *address_p)
{
    struct address_message message;
    world_task *task = world_task_spawn(show_bytes, NULL, port);
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, port,
                        PATIENCE_MS, MACH_PORT_NULL),
               OK);
    *address_p = message.address;
    return task;
}

/* The thread sanitizer keeps signals back until the program makes a call that it knows. */
static void skip_if_signals_wait(void)
{
    const char *sanitizer = getenv("MACHD_SANITIZER");
    if (world_is_live() && sanitizer != NULL && strstr(sanitizer, "thread") != NULL)
        SKIP("signals come late under the thread sanitizer");
}

static bool is_pattern(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != (uint8_t)(i * 7 % 251))
            return false;
    return true;
}

TEST(the_memory_of_another_task_is_read_and_written, "K50 K66")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    mach_vm_address_t address = 0;
    world_task *child = spawn_showing(port, &address);
    task_t task = world_task_port_of(child);
    vm_offset_t data = 0;
    mach_msg_type_number_t n = 0;
    uint8_t bytes[SIZE] = { 0 };
    mach_vm_size_t size = 0;
    CHECK_EQ(mach_vm_read(task, address, SIZE, &data, &n), OK);
    REQUIRE_EQ(n, SIZE);
    CHECK(is_pattern((const uint8_t *)data, SIZE));
    mach_vm_deallocate(SELF, data, n);
    CHECK_EQ(mach_vm_read_overwrite(task, address, SIZE, (mach_vm_address_t)(uintptr_t)bytes, &size), OK);
    CHECK_EQ(size, SIZE);
    CHECK(is_pattern(bytes, SIZE));
    const uint8_t end[2] = { GO, ANSWER };
    CHECK_EQ(mach_vm_write(task, address + 1, (vm_offset_t)(uintptr_t)&end[1], 1), OK);
    CHECK_EQ(mach_vm_write(task, address, (vm_offset_t)(uintptr_t)end, 1), OK);
    CHECK_EQ(world_task_wait(child), ANSWER);
    CHECK_NE(mach_vm_read(task, address, 16, &data, &n), OK);
    receive_free(port);
}

TEST(a_stopped_tasks_memory_is_read_and_it_stays_stopped, "K137 K145")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new(), read = MACH_PORT_NULL;
    mach_vm_address_t address = 0;
    world_task *child = spawn_showing(port, &address);
    task_t task = world_task_port_of(child);
    uint8_t bytes[SIZE] = { 0 };
    const uint8_t end[2] = { GO, ANSWER };
    mach_vm_size_t size = 0;
    REQUIRE_EQ(task_get_special_port(task, TASK_READ_PORT, &read), OK);
    CHECK_EQ(task_suspend(task), OK);
    CHECK_EQ(mach_vm_read_overwrite(read, address, SIZE, (mach_vm_address_t)(uintptr_t)bytes, &size), OK);
    CHECK(is_pattern(bytes, SIZE));
    CHECK_EQ(mach_vm_write(read, address, (vm_offset_t)(uintptr_t)end, 1), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_vm_write(task, address, (vm_offset_t)(uintptr_t)end, 2), OK);
    world_sleep_ms(50);
    int pid = 0;
    CHECK_EQ(pid_for_task(task, &pid), OK); /* it has not gone on and ended */
    CHECK_EQ(task_resume(task), OK);
    CHECK_EQ(world_task_wait(child), ANSWER);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    receive_free(port);
}

TEST(memory_is_allocated_in_another_task, "K50 K66")
{
    skip_if_signals_wait();
    mach_port_t port = receive_new();
    mach_vm_address_t address = 0, fresh = 0;
    world_task *child = spawn_showing(port, &address);
    task_t task = world_task_port_of(child);
    uint64_t word = 0x123456789abcdef, back = 0;
    mach_vm_size_t size = 0;
    CHECK_EQ(mach_vm_allocate(task, &fresh, vm_page_size, VM_FLAGS_ANYWHERE), OK);
    CHECK_EQ(mach_vm_write(task, fresh + 8, (vm_offset_t)(uintptr_t)&word, sizeof word), OK);
    CHECK_EQ(mach_vm_read_overwrite(task, fresh + 8, sizeof back, (mach_vm_address_t)(uintptr_t)&back, &size),
             OK);
    CHECK_EQ(back, word);
    CHECK_EQ(mach_vm_deallocate(task, fresh, vm_page_size), OK);
    CHECK_EQ(mach_vm_read_overwrite(task, fresh + 8, sizeof back, (mach_vm_address_t)(uintptr_t)&back, &size),
             KERN_INVALID_ADDRESS);
    world_task_kill(child);
    receive_free(port);
}

TEST(what_another_task_has_mapped_is_shown_and_protected, "K50 K66")
{
    skip_if_signals_wait();
    if (!world_is_live())
        SKIP("simulated tasks have no mappings of their own");
    mach_port_t port = receive_new(), object = 7;
    mach_vm_address_t address = 0, fresh = 0, at;
    mach_vm_size_t size = 0;
    world_task *child = spawn_showing(port, &address);
    task_t task = world_task_port_of(child);
    vm_region_basic_info_data_64_t basic;
    vm_region_submap_info_data_64_t submap;
    mach_msg_type_number_t n = VM_REGION_BASIC_INFO_COUNT_64;
    natural_t depth = 5;
    uint8_t byte = 1;
    REQUIRE_EQ(mach_vm_allocate(task, &fresh, vm_page_size, VM_FLAGS_ANYWHERE), OK);
    CHECK_EQ(mach_vm_protect(task, fresh, vm_page_size, FALSE, VM_PROT_READ), OK);
    at = fresh;
    CHECK_EQ(mach_vm_region(task, &at, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&basic, &n, &object),
             OK);
    CHECK_EQ(n, VM_REGION_BASIC_INFO_COUNT_64);
    CHECK_LE(at, fresh);
    CHECK_GE(at + size, fresh + vm_page_size);
    CHECK_EQ(basic.protection, VM_PROT_READ);
    CHECK_EQ(object, MACH_PORT_NULL);
    CHECK_EQ(mach_vm_write(task, fresh, (vm_offset_t)(uintptr_t)&byte, 1), KERN_PROTECTION_FAILURE);
    at = fresh;
    n = VM_REGION_SUBMAP_INFO_COUNT_64;
    CHECK_EQ(mach_vm_region_recurse(task, &at, &size, &depth, (vm_region_recurse_info_t)&submap, &n), OK);
    CHECK_EQ(depth, 0);
    CHECK_EQ(submap.protection, VM_PROT_READ);
    CHECK_EQ(mach_vm_deallocate(task, fresh, vm_page_size), OK);
    world_task_kill(child);
    receive_free(port);
}
