/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/memory.c - section 7: out-of-line memory, arrays of rights, descriptors as they arrive */
#include "tests/ports/util.h"

static void pattern(uint8_t *memory, uint32_t size, uint32_t seed)
{
    for (uint32_t i = 0; i < size; i++)
        memory[i] = (uint8_t)((i * 2654435761u + seed) >> 13);
}

static bool has_pattern(const uint8_t *memory, uint32_t size, uint32_t seed)
{
    for (uint32_t i = 0; i < size; i++)
        if (memory[i] != (uint8_t)((i * 2654435761u + seed) >> 13))
            return false;
    return true;
}

static const uint32_t sizes[] = { 1, 3, 100, 4095, 4096, 4097, 20000, 65536, 1000001, 8000000 };
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

static uint32_t whole_pages(uint32_t size)
{
    return (size + page_size() - 1) / page_size() * page_size();
}

TEST(memory_arrives_byte_for_byte, "P129 P131")
{
    mach_port_t port = make_port();
    for (size_t i = 0; i < N_SIZES; i++) {
        for (uint32_t copy = sizes[i] > 7340032 ? MACH_MSG_VIRTUAL_COPY : 0; copy <= 1; copy++) { /* P132 */
            uint8_t *memory = make_memory(whole_pages(sizes[i]) + page_size());
            uint8_t *at = memory + (i % 3); /* not always aligned */
            pattern(at, sizes[i], 7);
            struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
            add_memory(&message, at, sizes[i], false, copy);
            CHECK_EQ(message_send(&message, 0), OK);
            pattern(at, sizes[i], 99); /* later writes are not seen */
            CHECK_EQ(message_receive(&message, port, 0), OK);
            REQUIRE(message.ool.address != NULL);
            CHECK_EQ(message.ool.size, sizes[i]);
            CHECK_EQ(message.ool.copy, copy);
            CHECK_EQ(message.ool.type, MACH_MSG_OOL_DESCRIPTOR);
            CHECK_EQ(message.ool.deallocate, copy);
            CHECK((uint8_t *)message.ool.address != at);
            if (!has_pattern(message.ool.address, sizes[i], 7))
                FAIL("%u bytes did not arrive as they were sent", sizes[i]);
            for (uint32_t end = sizes[i]; end % page_size() != 0; end++)
                if (((uint8_t *)message.ool.address)[end] != 0) {
                    FAIL("behind %u bytes there is something", sizes[i]);
                    break;
                }
            pattern(message.ool.address, sizes[i], 5); /* private, and writable */
            CHECK(has_pattern(at, sizes[i], 99));
            CHECK_EQ(vm_deallocate(SELF, (vm_address_t)message.ool.address, sizes[i]), OK);
            vm_deallocate(SELF, (vm_address_t)memory, whole_pages(sizes[i]) + page_size());
        }
    }
    destroy_port(port);
}

TEST(volatile_memory_is_memory, "P129 P131")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, "volatile", 9, false, MACH_MSG_PHYSICAL_COPY);
    message.ool.type = MACH_MSG_OOL_VOLATILE_DESCRIPTOR;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.ool.type, MACH_MSG_OOL_VOLATILE_DESCRIPTOR);
    CHECK_STR_EQ((char *)message.ool.address, "volatile");
    vm_deallocate(SELF, (vm_address_t)message.ool.address, 9);
    destroy_port(port);
}

TEST(many_regions_in_one_message, "P129 P131 P152")
{
    enum { N = 8 };
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    uint8_t *memory[N];
    for (uint32_t i = 0; i < N; i++) {
        memory[i] = make_memory(whole_pages(sizes[i]));
        pattern(memory[i], sizes[i], i);
        add_memory(&message, memory[i], sizes[i], true, MACH_MSG_VIRTUAL_COPY);
        if (i == 3)
            add_port(&message, port, MAKE_SEND_ONCE);
    }
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.body.msgh_descriptor_count, N + 1);
    for (uint32_t i = 0; i < N; i++) {
        mach_msg_ool_descriptor_t *ool = descriptor(&message, i > 3 ? i + 1 : i);
        CHECK_EQ(ool->size, sizes[i]);
        REQUIRE(ool->address != NULL);
        CHECK(has_pattern(ool->address, sizes[i], i));
    }
    mach_msg_destroy(&message.header);
    destroy_port(port);
}

TEST(deallocate_unmaps_at_the_send, "P129")
{
    uint32_t page = page_size();
    mach_port_t port = make_port();
    char *memory = make_memory(4 * page);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory + page + 5, page, true, MACH_MSG_PHYSICAL_COPY); /* touches pages 1 and 2 */
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK(is_mapped(memory));
    CHECK(!is_mapped(memory + page));
    CHECK(!is_mapped(memory + 2 * page));
    CHECK(is_mapped(memory + 3 * page));
    drain(port);
    vm_deallocate(SELF, (vm_address_t)memory, page);
    vm_deallocate(SELF, (vm_address_t)(memory + 3 * page), page);
    destroy_port(port);
}

TEST(unreadable_memory, "P129 P111")
{
    mach_port_t port = make_port();
    char *memory = make_memory(2 * page_size());
    vm_deallocate(SELF, (vm_address_t)(memory + page_size()), page_size());
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, page_size() + 1, false, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_MEMORY);
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, NULL, 1, false, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_MEMORY);
    expect_nothing(port);
    vm_deallocate(SELF, (vm_address_t)memory, page_size());
    destroy_port(port);
}

TEST(no_bytes_are_no_memory, "P130")
{
    static void *const addresses[] = { NULL, (void *)64, (void *)-1 };
    mach_port_t port = make_port();
    char *memory = make_memory(page_size());
    for (int i = 0; i < 4; i++) {
        struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
        add_memory(&message, i < 3 ? addresses[i] : memory, 0, true, MACH_MSG_VIRTUAL_COPY);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(message_receive(&message, port, 0), OK);
        CHECK_EQ(message.ool.address, NULL);
        CHECK_EQ(message.ool.size, 0);
    }
    CHECK(is_mapped(memory));
    vm_deallocate(SELF, (vm_address_t)memory, page_size());
    destroy_port(port);
}

TEST(large_physical_copies_are_limited, "P132 P110")
{
    mach_port_t port = make_port();
    uint32_t size = 7340032 + page_size();
    char *memory = make_memory(size);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, size, false, MACH_MSG_VIRTUAL_COPY); /* not limited so */
    CHECK_EQ(message_send(&message, 0), OK);
    drain(port);
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, size, false, MACH_MSG_PHYSICAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_MSG_VM_KERNEL);
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, 7340032 - page_size(), false, MACH_MSG_PHYSICAL_COPY);
    add_memory(&message, memory, 1, false, MACH_MSG_PHYSICAL_COPY);
    CHECK_EQ(message_send(&message, 0), OK); /* the limit itself */
    drain(port);
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, 7340032, false, MACH_MSG_PHYSICAL_COPY);
    add_memory(&message, memory, 1, false, MACH_MSG_PHYSICAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_MSG_VM_KERNEL);
    expect_nothing(port);
    vm_deallocate(SELF, (vm_address_t)memory, size);
    destroy_port(port);
}

static int child_with_memory(void *argument)
{
    uint8_t *memory = make_memory(65536);
    pattern(memory, 50000, 3);
    struct message message = message_plain(world_parent_port(), COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, 50000, true, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(message_send(&message, -1), OK);
    return WORLD_OK;
}

TEST(memory_outlives_its_sender, "P131 P165")
{
    mach_port_t from = make_port();
    struct message message;
    world_task *task = world_task_spawn(child_with_memory, NULL, from);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    REQUIRE(message.ool.address != NULL);
    CHECK(has_pattern(message.ool.address, 50000, 3));
    mach_msg_destroy(&message.header);
    destroy_port(from);
}

/* ---- arrays of rights ---- */

TEST(an_array_of_ports_arrives_in_order, "P133 P134 P21 P22")
{
    mach_port_t port = make_port(), a = make_port(), b = port_new_with_sends(3), dead = dead_name_new(1);
    mach_port_t names[] = { a, MACH_PORT_NULL, b, a, MACH_PORT_DEAD, b };
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, names, 6, MAKE_SEND, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    mach_msg_ool_ports_descriptor_t *ports = &message.ool_ports;
    CHECK_EQ(ports->count, 6);
    CHECK_EQ(ports->disposition, MOVE_SEND);
    CHECK_EQ(ports->deallocate, 1);
    CHECK_EQ(ports->copy, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(ports->type, MACH_MSG_OOL_PORTS_DESCRIPTOR);
    REQUIRE(ports->address != NULL);
    CHECK_MEM_EQ(ports->address, names, sizeof(names));
    CHECK_EQ(refs_of(a, SEND), 2);
    CHECK_EQ(refs_of(b, SEND), 5);
    mach_msg_destroy(&message.header);
    CHECK_EQ(type_of(a), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(refs_of(b, SEND), 3);

    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, names, 4, MAKE_SEND_ONCE, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(ports->disposition, MOVE_SEND_ONCE);
    const mach_port_t *got = ports->address;
    CHECK_NE(got[0], got[3]);
    CHECK_EQ(type_of(got[0]), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(type_of(got[2]), MACH_PORT_TYPE_SEND_ONCE);
    mach_msg_destroy(&message.header);
    drain(a);
    drain(b);
    CHECK_EQ(status_of(a).mps_sorights, 0);

    mach_port_t moving[] = { a, b };
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, moving, 2, MOVE_RECEIVE, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(a), 0);
    CHECK_EQ(type_of(b), MACH_PORT_TYPE_SEND);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    got = ports->address;
    CHECK_EQ(type_of(got[0]), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(got[1], b);
    mach_msg_destroy(&message.header);
    destroy_port(b);
    destroy_port(dead);
    destroy_port(port);
}

TEST(an_empty_array, "P133")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, (void *)64, 0, COPY_SEND, true);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.ool_ports.address, NULL);
    CHECK_EQ(message.ool_ports.count, 0);
    destroy_port(port);
}

TEST(an_array_is_unmapped_when_it_was_read, "P133")
{
    uint32_t page = page_size();
    mach_port_t port = make_port();
    char *memory = make_memory(2 * page);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, (mach_port_t *)memory, page / 4, COPY_SEND, true); /* exactly one page of NULL names */
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK(!is_mapped(memory));
    CHECK(is_mapped(memory + page));
    drain(port);
    vm_deallocate(SELF, (vm_address_t)(memory + page), page);
    destroy_port(port);
}

TEST(element_rights_act_one_after_the_other, "P133 P113")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(2);
    mach_port_t names[] = { carried, carried, carried };
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, names, 3, MOVE_SEND, false);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_RECEIVE); /* both were taken and destroyed */
    send_add(carried, 3);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(refs_of(carried, SEND), 3);
    mach_msg_destroy(&message.header);
    destroy_port(carried);
    destroy_port(port);
}

/* ---- port descriptors ---- */

TEST(how_a_port_descriptor_arrives, "P135 P148")
{
    static const uint32_t sent[] = { MOVE_RECEIVE, MOVE_SEND, MOVE_SEND_ONCE,
                                     COPY_SEND,    MAKE_SEND, MAKE_SEND_ONCE };
    static const uint32_t seen[] = { 16, 17, 18, 17, 17, 18 };
    mach_port_t port = make_port();
    for (int i = 0; i < 6; i++) {
        struct item item = item_new(sent[i] == MOVE_SEND_ONCE ? K_SO : K_RS, 2);
        struct message message = message_with_port(port, MAKE_SEND, 1, item.name, sent[i]);
        message.port[0].pad1 = 0x5555;
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(message_receive(&message, port, 0), OK);
        CHECK_EQ(message.port[0].disposition, seen[i]);
        CHECK_EQ(message.port[0].type, MACH_MSG_PORT_DESCRIPTOR);
        CHECK_EQ(message.port[0].pad1, 0);
        mach_msg_destroy(&message.header);
        item_free(&item);
    }
    destroy_port(port);
}
