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

/* ---- messages that wait ---- */

static kern_return_t peek(mach_port_t port, uint32_t elements, uint32_t room, mach_port_seqno_t *seqno,
                          mach_msg_size_t *size, mach_msg_id_t *id, mach_msg_audit_trailer_t *trailer)
{
    union {
        mach_msg_audit_trailer_t trailer;
        char bytes[68];
    } info = { .trailer.msgh_trailer_size = 0 };
    mach_msg_type_number_t count = room;
    kern_return_t kr =
        mach_port_peek(SELF, port, MACH_RCV_TRAILER_ELEMENTS(elements), seqno, size, id, info.bytes, &count);
    *trailer = info.trailer;
    if (kr == OK)
        CHECK_EQ(count, info.trailer.msgh_trailer_size);
    return kr;
}

TEST(a_message_can_be_looked_at_where_it_waits, "P170")
{
    mach_port_t port = make_port();
    mach_port_seqno_t seqno = 0;
    mach_msg_size_t size = 0;
    mach_msg_id_t id = 0;
    mach_msg_audit_trailer_t trailer;
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_SEQNO, 68, &seqno, &size, &id, &trailer), KERN_FAILURE);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(say(port, 40 + i), OK);
    expect_message(port, 40);
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_SEQNO, 68, &seqno, &size, &id, &trailer), OK);
    CHECK_EQ(seqno, 1); /* the first that waits */
    CHECK_EQ(trailer.msgh_seqno, 1);
    CHECK_EQ(id, 41);
    CHECK_EQ(size, 24 + 8); /* as the original's kernel holds it */
    seqno = 2;
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_AUDIT, 68, &seqno, &size, &id, &trailer), OK);
    CHECK_EQ(id, 42);
    CHECK_EQ(trailer.msgh_trailer_size, sizeof(trailer));
    seqno = 3;
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_AUDIT, 68, &seqno, &size, &id, &trailer), KERN_FAILURE);
    expect_message(port, 41); /* nothing was taken */
    expect_message(port, 42);
    destroy_port(port);
}

TEST(looking_at_a_message_needs_a_receive_right_and_room, "P170")
{
    mach_port_seqno_t seqno = 0;
    mach_msg_size_t size;
    mach_msg_id_t id;
    mach_msg_audit_trailer_t trailer;
    mach_port_t port = make_port();
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_CTX, 68, &seqno, &size, &id, &trailer), KERN_INVALID_VALUE);
    CHECK_EQ(peek(port, MACH_RCV_TRAILER_AUDIT, 51, &seqno, &size, &id, &trailer), KERN_INVALID_VALUE);
    CHECK_EQ(peek(MACH_PORT_NULL, 0, 68, &seqno, &size, &id, &trailer), KERN_INVALID_RIGHT);
    CHECK_EQ(peek(MACH_PORT_DEAD, 0, 68, &seqno, &size, &id, &trailer), KERN_INVALID_RIGHT);
    for (enum kind kind = K_S; kind < N_KINDS; kind++) {
        if (kind == K_RS)
            continue;
        struct item item = item_new(kind, 1);
        CHECK_EQ(peek(item.name, 0, 68, &seqno, &size, &id, &trailer),
                 kind == K_UNKNOWN ? KERN_INVALID_NAME : KERN_INVALID_RIGHT);
        item_free(&item);
    }
    destroy_port(port);
}

/* ---- the table ---- */

static const ipc_info_name_t *record_of(const ipc_info_name_t *table, uint32_t count, mach_port_t name)
{
    REQUIRE_LT(MACH_PORT_INDEX(name), count);
    const ipc_info_name_t *record = &table[MACH_PORT_INDEX(name)];
    CHECK_EQ(record->iin_name, name);
    return record;
}

TEST(the_table_of_a_space_has_a_record_for_each_slot, "P172 P175")
{
    ipc_info_space_t info;
    ipc_info_name_array_t table;
    ipc_info_tree_name_array_t tree;
    mach_msg_type_number_t count, tree_count, in_use = 0;
    ipc_info_space_basic_t basic;
    mach_port_t port = port_new_with_sends(3), once = so_make(port), set = set_new();
    CHECK_EQ(mach_port_space_info(SELF, &info, &table, &count, &tree, &tree_count), OK);
    CHECK_EQ(mach_port_space_basic_info(SELF, &basic), OK);
    CHECK_EQ(info.iis_genno_mask, 0xff);
    CHECK_EQ(info.iis_table_size, count);
    CHECK_GT(info.iis_table_next, count);
    CHECK_EQ(tree_count, 0);
    CHECK_EQ(table[0].iin_type, 0);
    CHECK_EQ(record_of(table, count, port)->iin_type, MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(record_of(table, count, port)->iin_urefs, 3);
    CHECK_EQ(record_of(table, count, once)->iin_type, MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(record_of(table, count, once)->iin_object, record_of(table, count, port)->iin_object);
    CHECK_EQ(record_of(table, count, set)->iin_type, MACH_PORT_TYPE_PORT_SET);
    CHECK_NE(record_of(table, count, set)->iin_object, record_of(table, count, port)->iin_object);
    for (uint32_t i = 0; i < count; i++)
        in_use += table[i].iin_type != 0;
    CHECK_EQ(in_use, basic.iisb_table_inuse);
    vm_deallocate(SELF, (vm_address_t)table, count * sizeof(*table));
    mach_port_deallocate(SELF, once);
    destroy_port(port);
    destroy_port(set);
}

TEST(a_table_grows_on_demand_and_never_shrinks, "P20")
{
    ipc_info_space_basic_t before, after;
    CHECK_EQ(mach_port_space_basic_info(SELF, &before), OK);
    CHECK_EQ(task_set_port_space(SELF, (int)before.iisb_table_size + 500), OK);
    CHECK_EQ(mach_port_space_basic_info(SELF, &after), OK);
    CHECK_GE(after.iisb_table_size, before.iisb_table_size + 500);
    CHECK_EQ(after.iisb_table_inuse, before.iisb_table_inuse);
    CHECK_EQ(task_set_port_space(SELF, 1), OK);
    CHECK_EQ(task_set_port_space(SELF, -1), OK);
    CHECK_EQ(mach_port_space_basic_info(SELF, &before), OK);
    CHECK_EQ(before.iisb_table_size, after.iisb_table_size);
}

TEST(the_slots_of_a_port_are_counted, "P174 P175")
{
    unsigned total = 77, used = 77;
    mach_port_t port = port_new_with_sends(1), notify = make_port();
    CHECK_EQ(mach_port_dnrequest_info(SELF, port, &total, &used), OK);
    CHECK_EQ(used, 0);
    CHECK_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    mach_port_t once = so_make(port);
    CHECK_EQ(request(once, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mach_port_dnrequest_info(SELF, port, &total, &used), OK);
    CHECK_EQ(used, 2);
    CHECK_GE(total, used);
    CHECK_EQ(mach_port_deallocate(SELF, once), OK);
    CHECK_EQ(mach_port_dnrequest_info(SELF, port, &total, &used), OK);
    CHECK_EQ(used, 1);
    CHECK_EQ(mach_port_dnrequest_info(SELF, MACH_PORT_NULL, &total, &used), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_dnrequest_info(SELF, MACH_PORT_DEAD, &total, &used), KERN_INVALID_NAME);
    CHECK_EQ(mach_port_dnrequest_info(SELF, name_unknown(), &total, &used), KERN_INVALID_NAME);
    struct item item = item_new(K_S, 1);
    CHECK_EQ(mach_port_dnrequest_info(SELF, item.name, &total, &used), KERN_INVALID_RIGHT);
    item_free(&item);
    destroy_port(port);
    destroy_port(notify);
}
