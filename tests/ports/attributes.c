/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/attributes.c - section 3: what is told of a port and can be set, also when it is made */
#include "tests/ports/util.h"

static kern_return_t attributes(mach_port_t name, mach_port_flavor_t flavor, void *info, uint32_t count)
{
    mach_msg_type_number_t n = count;
    return mach_port_get_attributes(SELF, name, flavor, info, &n);
}

/* ---- attributes ---- */

TEST(receive_status_tells_all, "P54")
{
    mach_port_t port = port_new_with_sends(2), set = set_new(), notify = make_port(), once = so_make(port);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 100, notify), OK);
    CHECK_EQ(request(port, MACH_NOTIFY_PORT_DESTROYED, 0, notify), OK);
    qlimit_set(port, 9);
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(mach_port_set_seqno(SELF, port, 1234), OK);
    CHECK_EQ(mach_port_set_mscount(SELF, port, 777), OK);
    mach_port_status_t status = status_of(port);
    mach_port_status_t expected = { 1, 1234, 777, 9, 1, 1, 1, 1, 1, 0 };
    CHECK_MEM_EQ(&status, &expected, sizeof(status));
    CHECK_EQ(mach_port_guard(SELF, port, 3, 0), OK);
    CHECK_EQ(status_of(port).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED);
    CHECK_EQ(mach_port_unguard(SELF, port, 3), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 3, 1), OK);
    CHECK_EQ(status_of(port).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD);
    CHECK_EQ(mach_port_unguard(SELF, port, 3), OK);
    destroy_port(once);
    destroy_port(port);
    destroy_port(set);
    destroy_port(notify);
}

TEST(messages_beyond_the_limit_are_counted, "P54 P58")
{
    mach_port_t port = make_port();
    qlimit_set(port, 0);
    mach_port_t once = so_make(port);
    CHECK_EQ(mach_port_deallocate(SELF, once), OK);
    CHECK_EQ(status_of(port).mps_msgcount, 1);
    destroy_port(port);
}

TEST(get_attributes_arguments, "P55")
{
    uint32_t info[20];
    mach_port_t port = make_port();
    struct item send = item_new(K_S, 1);
    CHECK_EQ(attributes(port, MACH_PORT_LIMITS_INFO, info, 0), KERN_FAILURE);
    CHECK_EQ(attributes(port, MACH_PORT_RECEIVE_STATUS, info, 9), KERN_FAILURE);
    CHECK_EQ(attributes(port, MACH_PORT_DNREQUESTS_SIZE, info, 0), KERN_FAILURE);
    CHECK_EQ(attributes(port, MACH_PORT_INFO_EXT, info, 16), KERN_FAILURE);
    CHECK_EQ(attributes(name_unknown(), MACH_PORT_RECEIVE_STATUS, info, 9),
             KERN_FAILURE); /* the count comes first */
    CHECK_EQ(attributes(port, 77, info, 20), KERN_INVALID_ARGUMENT);
    CHECK_EQ(attributes(port, MACH_PORT_TEMPOWNER, info, 20), KERN_INVALID_ARGUMENT);
    CHECK_EQ(attributes(name_unknown(), MACH_PORT_LIMITS_INFO, info, 1), KERN_INVALID_NAME);
    CHECK_EQ(attributes(send.name, MACH_PORT_LIMITS_INFO, info, 1), KERN_INVALID_RIGHT);
    CHECK_EQ(attributes(send.name, MACH_PORT_DNREQUESTS_SIZE, info, 1), KERN_INVALID_RIGHT);
    item_free(&send);
    destroy_port(port);
}

TEST(get_attributes_flavors, "P55")
{
    uint32_t info[20];
    mach_port_t port = make_port();
    mach_msg_type_number_t count = 20;
    qlimit_set(port, 12);
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)info, &count), OK);
    CHECK_EQ(count, 1);
    CHECK_EQ(info[0], 12);
    count = 20;
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_DNREQUESTS_SIZE, (mach_port_info_t)info, &count),
             OK);
    CHECK_EQ(count, 1);
    CHECK_EQ(info[0], 0);
    count = 20;
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_INFO_EXT, (mach_port_info_t)info, &count), OK);
    CHECK_EQ(count, 17);
    mach_port_status_t status = status_of(port);
    CHECK_MEM_EQ(info, &status, sizeof(status));
    CHECK_EQ(info[10], 0);
    count = 20;
    CHECK_EQ(mach_port_get_attributes(SELF, MACH_PORT_NULL, MACH_PORT_LIMITS_INFO, (mach_port_info_t)info,
                                      &count),
             OK);
    CHECK_EQ(count, 0);
    count = 20;
    CHECK_EQ(mach_port_get_attributes(SELF, MACH_PORT_DEAD, MACH_PORT_DNREQUESTS_SIZE, (mach_port_info_t)info,
                                      &count),
             OK);
    CHECK_EQ(info[0], 0);
    destroy_port(port);
}

static kern_return_t attribute_set(mach_port_t name, mach_port_flavor_t flavor, const uint32_t *info,
                                   uint32_t count)
{
    return mach_port_set_attributes(SELF, name, flavor, (mach_port_info_t)(uintptr_t)info, count);
}

TEST(set_attributes_arguments, "P56")
{
    uint32_t limit = 1024, beyond = 1025, none[16] = { 0 };
    mach_port_t port = make_port(), unknown = name_unknown();
    struct item send = item_new(K_S, 1);
    CHECK_EQ(attribute_set(port, MACH_PORT_LIMITS_INFO, &limit, 0), KERN_FAILURE);
    CHECK_EQ(attribute_set(port, MACH_PORT_LIMITS_INFO, &beyond, 1), KERN_INVALID_VALUE);
    CHECK_EQ(attribute_set(unknown, MACH_PORT_LIMITS_INFO, &beyond, 1),
             KERN_INVALID_VALUE); /* before the name */
    CHECK_EQ(attribute_set(unknown, MACH_PORT_LIMITS_INFO, &limit, 1), KERN_INVALID_NAME);
    CHECK_EQ(attribute_set(send.name, MACH_PORT_LIMITS_INFO, &limit, 1), KERN_INVALID_RIGHT);
    CHECK_EQ(attribute_set(MACH_PORT_NULL, MACH_PORT_LIMITS_INFO, &limit, 1), KERN_INVALID_RIGHT);
    CHECK_EQ(attribute_set(port, MACH_PORT_LIMITS_INFO, &limit, 1), OK);
    CHECK_EQ(status_of(port).mps_qlimit, 1024);
    CHECK_EQ(attribute_set(port, MACH_PORT_DNREQUESTS_SIZE, &limit, 0), KERN_FAILURE);
    CHECK_EQ(attribute_set(port, MACH_PORT_DNREQUESTS_SIZE, &limit, 1), OK);
    CHECK_EQ(attribute_set(port, MACH_PORT_RECEIVE_STATUS, none, 10), KERN_INVALID_ARGUMENT);
    CHECK_EQ(attribute_set(port, 99, none, 1), KERN_INVALID_ARGUMENT);
    item_free(&send);
    destroy_port(port);
}

TEST(importance_shows_only_in_the_flags, "P56 P54")
{
    static const struct {
        mach_port_flavor_t flavor;
        uint32_t flags;
    } cases[] = { { MACH_PORT_IMPORTANCE_RECEIVER, MACH_PORT_STATUS_FLAG_IMP_DONATION },
                  { MACH_PORT_DENAP_RECEIVER, MACH_PORT_STATUS_FLAG_IMP_DONATION },
                  { MACH_PORT_TEMPOWNER,
                    MACH_PORT_STATUS_FLAG_IMP_DONATION | MACH_PORT_STATUS_FLAG_TEMPOWNER } };
    for (int i = 0; i < 3; i++) {
        mach_port_t port = make_port();
        CHECK_EQ(attribute_set(port, cases[i].flavor, NULL, 0), OK);
        CHECK_EQ(status_of(port).mps_flags & ~MACH_PORT_STATUS_FLAG_TASKPTR, cases[i].flags);
        CHECK_EQ(attribute_set(MACH_PORT_NULL, cases[i].flavor, NULL, 0), KERN_INVALID_RIGHT);
        destroy_port(port);
    }
}

/* ---- construct ---- */

static kern_return_t construct(uint32_t flags, uint32_t qlimit, mach_port_context_t context,
                               mach_port_t *name_p)
{
    mach_port_options_t options = { .flags = flags, .mpl = { qlimit } };
    *name_p = MACH_PORT_NULL;
    return mach_port_construct(SELF, &options, context, name_p);
}

TEST(construct_makes_ports, "P64 P47")
{
    mach_port_t port;
    mach_port_context_t context = 1;
    CHECK_EQ(construct(0, 99999, 42, &port), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mach_port_get_context(SELF, port, &context), OK);
    CHECK_EQ(context, 42);
    CHECK_EQ(status_of(port).mps_qlimit, 5);
    destroy_port(port);
    CHECK_EQ(construct(MPO_STRICT, 0, 42, &port), OK); /* without effect alone */
    CHECK_EQ(status_of(port).mps_flags, 0);
    destroy_port(port);
    CHECK_EQ(construct(MPO_QLIMIT | MPO_INSERT_SEND_RIGHT, 17, 0, &port), OK);
    CHECK_EQ(status_of(port).mps_qlimit, 17);
    CHECK_EQ(status_of(port).mps_mscount, 1);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    CHECK_EQ(construct(MPO_CONTEXT_AS_GUARD, 0, 42, &port), OK);
    CHECK_EQ(status_of(port).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 41), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 42), OK);
    CHECK_EQ(construct(MPO_CONTEXT_AS_GUARD | MPO_STRICT, 0, 42, &port), OK);
    CHECK_EQ(status_of(port).mps_flags, MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 42), OK);
    CHECK_EQ(construct(0x40000000, 0, 0, &port), OK); /* unknown flags */
    destroy_port(port);
}

TEST(construct_errors_leave_no_port, "P64")
{
    ipc_info_space_basic_t before, after;
    mach_port_t port;
    CHECK_EQ(mach_port_space_basic_info(SELF, &before), OK);
    CHECK_EQ(construct(MPO_QLIMIT, 1025, 0, &port), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_construct(SELF, (mach_port_options_t *)8, 0, &port), MACH_SEND_INVALID_DATA);
    CHECK_EQ(mach_port_space_basic_info(SELF, &after), OK);
    CHECK_EQ(after.iisb_table_inuse, before.iisb_table_inuse);
}

TEST(construct_can_ask_for_importance, "P64 P56")
{
    mach_port_t port;
    CHECK_EQ(construct(MPO_TEMPOWNER, 0, 0, &port), OK);
    CHECK_EQ(status_of(port).mps_flags & (MACH_PORT_STATUS_FLAG_IMP_DONATION | MACH_PORT_STATUS_FLAG_TEMPOWNER),
             MACH_PORT_STATUS_FLAG_IMP_DONATION | MACH_PORT_STATUS_FLAG_TEMPOWNER);
    destroy_port(port);
}

TEST(reply_port_gives_a_fresh_port, "P65")
{
    mach_port_t port = mach_reply_port();
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(status_of(port).mps_qlimit, 5);
    CHECK_EQ(status_of(port).mps_srights, 0);
    destroy_port(port);
}
