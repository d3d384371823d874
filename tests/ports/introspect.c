/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/introspect.c - section 10: looking at ports */
#include "tests/ports/util.h"

TEST(kobject_by_kind, "P171 P176")
{
    natural_t type = 99;
    mach_vm_address_t address = 1;
    for (enum kind kind = K_R; kind < N_KINDS; kind++) {
        struct item item = item_new(kind, 1);
        bool has = kind == K_R || kind == K_S || kind == K_RS;
        CHECK_EQ(mach_port_kobject(SELF, item.name, &type, &address), has ? KERN_SUCCESS
                                                                      : kind == K_UNKNOWN
                                                                          ? KERN_INVALID_NAME
                                                                          : KERN_INVALID_RIGHT);
        if (has)
            CHECK_EQ(type, 0);
        item_free(&item);
    }
    CHECK_EQ(mach_port_kobject(SELF, MACH_PORT_NULL, &type, &address), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_kobject(SELF, MACH_PORT_DEAD, &type, &address), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_kobject(SELF, mach_task_self(), &type, &address), KERN_SUCCESS);
    CHECK_EQ(type, 2);
    CHECK_EQ(address, 0);
    mach_port_t thread = mach_thread_self(), host = mach_host_self();
    CHECK_EQ(mach_port_kobject(SELF, thread, &type, &address), KERN_SUCCESS);
    CHECK_EQ(type, 1);
    CHECK_EQ(mach_port_kobject(SELF, host, &type, &address), KERN_SUCCESS);
    CHECK(type == 3 || type == 4);
    mach_port_deallocate(SELF, thread);
    mach_port_deallocate(SELF, host);
}

TEST(space_basic_info_counts_slots, "P173")
{
    ipc_info_space_basic_t before, after;
    CHECK_EQ(mach_port_space_basic_info(SELF, &before), KERN_SUCCESS);
    CHECK_EQ(before.iisb_genno_mask, 0xff);
    CHECK_GE(before.iisb_table_size, before.iisb_table_inuse);
    mach_port_t port = make_port(), set = set_new();
    CHECK_EQ(mach_port_space_basic_info(SELF, &after), KERN_SUCCESS);
    CHECK_EQ(after.iisb_table_inuse, before.iisb_table_inuse + 2);
    CHECK_EQ(after.iisb_reserved[0], 0);
    CHECK_EQ(after.iisb_reserved[1], 0);
    destroy_port(port);
    destroy_port(set);
    CHECK_EQ(mach_port_space_basic_info(SELF, &after), KERN_SUCCESS);
    CHECK_EQ(after.iisb_table_inuse, before.iisb_table_inuse);
}
