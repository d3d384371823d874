/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/construct.c - kinds of ports that younger systems know, and the older ways to ask for one (P15, P191 to P200) */
#include "tests/ports/util.h"

static kern_return_t construct(uint32_t flags, mach_port_context_t context, mach_port_t *name_p)
{
    mach_port_options_t options = { .flags = flags };
    *name_p = MACH_PORT_NULL;
    return mach_port_construct(SELF, &options, context, name_p);
}

static kern_return_t connect_to(mach_port_t service)
{
    mach_port_t port;
    mach_port_options_t options = { .flags = MPO_CONNECTION_PORT, .service_port_name = service };
    return mach_port_construct(SELF, &options, 0, &port);
}

/* A request to dest with that right as the reply. */
static kern_return_t ask(mach_port_t dest, mach_port_t reply, uint32_t how)
{
    struct message message = message_plain(dest, MAKE_SEND, reply, how, 7);
    return message_send(&message, 0);
}

/* What has been queued is thrown away, and with it its reply right. */
static void forget(mach_port_t port)
{
    struct message message;
    if (message_receive(&message, port, 0) == OK)
        mach_msg_destroy(&message.header);
}

TEST(kinds_that_exclude_each_other_come_first, "P191")
{
    mach_port_t port;
    CHECK_EQ(construct(MPO_SERVICE_PORT | MPO_CONNECTION_PORT, 0, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(construct(MPO_SERVICE_PORT | MPO_TG_BLOCK_TRACKING, 0, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(construct(MPO_REPLY_PORT | MPO_EXCEPTION_PORT, 0, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(construct(MPO_REPLY_PORT | MPO_PROVISIONAL_REPLY_PORT, 0, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(construct(MPO_EXCEPTION_PORT | MPO_ENFORCE_REPLY_PORT_SEMANTICS, 0, &port),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(port, MACH_PORT_NULL);
}

TEST(a_reply_port_of_a_plain_program_is_a_plain_port, "P193")
{
    mach_port_t port, where = make_port();
    const uint32_t kinds[] = { MPO_REPLY_PORT, MPO_PROVISIONAL_REPLY_PORT };
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(construct(kinds[i] | MPO_INSERT_SEND_RIGHT, 0, &port), OK);
        struct message message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
        CHECK_EQ(message_send(&message, 0), OK);
        CHECK_EQ(message_receive(&message, where, 0), OK);
        CHECK_EQ(message.port[0].name, port);
        CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
        destroy_port(port);
    }
    destroy_port(where);
}

TEST(a_port_that_wants_reply_ports_takes_nothing_else, "P194")
{
    mach_port_t service, reply, special = thread_get_special_reply_port(), plain = make_port();
    CHECK_EQ(construct(MPO_ENFORCE_REPLY_PORT_SEMANTICS, 0, &service), OK);
    CHECK_EQ(construct(MPO_REPLY_PORT, 0, &reply), OK);
    CHECK_EQ(ask(service, plain, MAKE_SEND_ONCE), MACH_SEND_INVALID_REPLY);
    CHECK_EQ(ask(service, reply, MAKE_SEND), MACH_SEND_INVALID_REPLY);
    CHECK_EQ(status_of(service).mps_msgcount, 0);
    CHECK_EQ(status_of(plain).mps_sorights, 0);
    CHECK_EQ(ask(service, reply, MAKE_SEND_ONCE), OK);
    CHECK_EQ(ask(service, special, MAKE_SEND_ONCE), OK);
    CHECK_EQ(say(service, 8), OK);                   /* no reply at all */
    CHECK_EQ(ask(plain, plain, MAKE_SEND_ONCE), OK); /* elsewhere everything goes */
    for (int i = 0; i < 3; i++)
        forget(service);
    forget(plain);
    destroy_port(service);
    destroy_port(reply);
    destroy_port(special); /* with what it was told of the right that was forgotten */
    destroy_port(plain);
}

TEST(an_exception_port_stays, "P195 P63")
{
    mach_port_t port, where = make_port();
    CHECK_EQ(construct(MPO_EXCEPTION_PORT | MPO_INSERT_SEND_RIGHT, 0, &port), OK);
    struct message message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    message = message_with_port(where, MAKE_SEND, 1, port, COPY_SEND); /* otherwise plain */
    CHECK_EQ(message_send(&message, 0), OK);
    forget(where);
    CHECK_EQ(status_of(port).mps_flags, 0);
    destroy_port(port);
    destroy_port(where);
}

TEST(a_guarded_port_can_be_made_to_stay, "P64 P63")
{
    mach_port_t port, where = make_port();
    CHECK_EQ(construct(MPO_CONTEXT_AS_GUARD | MPO_IMMOVABLE_RECEIVE, 9, &port), OK);
    CHECK_EQ(status_of(port).mps_flags,
             MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE);
    struct message message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 9), OK);
    CHECK_EQ(construct(MPO_IMMOVABLE_RECEIVE, 9, &port), OK); /* without effect alone */
    message = message_with_port(where, MAKE_SEND, 1, port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), OK);
    destroy_port(where);
}

TEST(nobody_makes_service_ports, "P196 P197 P199")
{
    mach_port_t port;
    mach_service_port_info_data_t info;
    integer_t throttled = 1;
    CHECK_EQ(construct(MPO_SERVICE_PORT, 0, &port), KERN_DENIED);
    CHECK_EQ(construct(MPO_TG_BLOCK_TRACKING, 0, &port), KERN_DENIED);
    CHECK_EQ(port, MACH_PORT_NULL);
    port = make_port();
    mach_msg_type_number_t count = MACH_PORT_SERVICE_THROTTLED_COUNT;
    CHECK_EQ(mach_port_get_service_port_info(SELF, port, &info), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_SERVICE_THROTTLED, &throttled, &count),
             KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_SERVICE_THROTTLED, &throttled, 1),
             KERN_INVALID_CAPABILITY);
    destroy_port(port);
}

TEST(there_is_nothing_to_connect_to, "P198")
{
    uint64_t policy;
    mach_port_t port = make_port(), set = set_new();
    CHECK_EQ(connect_to(MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    CHECK_EQ(connect_to(name_unknown()), KERN_INVALID_NAME);
    CHECK_EQ(connect_to(set), KERN_INVALID_RIGHT);
    CHECK_EQ(connect_to(port), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_is_connection_for_service(SELF, port, port, &policy), KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_is_connection_for_service(SELF, set, port, &policy), KERN_INVALID_RIGHT);
    destroy_port(port);
    mach_port_mod_refs(SELF, set, PORT_SET, -1);
}

TEST(no_policy_filters_messages, "P200")
{
    mach_port_t port;
    CHECK_EQ(construct(MPO_FILTER_MSG, 0, &port), OK);
    CHECK_EQ(say(port, 3), OK);
    expect_message(port, 3);
    destroy_port(port);
}

TEST(a_port_can_be_allocated_with_wishes, "P15")
{
    mach_port_t port = MACH_PORT_NULL, name = 0x66603;
    mach_port_qos_t plain = { 0 }, named = { .name = 1 }, ahead = { .prealloc = 1, .len = 100 };
    mach_port_qos_t vast = { .prealloc = 1, .len = 0xfffffff0 };
    CHECK_EQ(mach_port_allocate_qos(SELF, RECEIVE, &plain, &port), OK);
    destroy_port(port);
    CHECK_EQ(mach_port_allocate_qos(SELF, RECEIVE, &named, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_allocate_qos(SELF, RECEIVE, &vast, &port), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(mach_port_allocate_qos(SELF, PORT_SET, &ahead, &port), KERN_INVALID_VALUE);
    CHECK_EQ(mach_port_allocate_full(SELF, RECEIVE, MACH_PORT_NULL, &ahead, &port), OK);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    send_add(port, 1);
    CHECK_EQ(mach_port_allocate_full(SELF, RECEIVE, port, &plain, &name), KERN_INVALID_VALUE);
    destroy_port(port);
    name = 0x66603;
    CHECK_EQ(mach_port_allocate_full(SELF, RECEIVE, MACH_PORT_NULL, &named, &name), OK);
    CHECK_EQ(name, 0x66603);
    CHECK_EQ(mach_port_allocate_full(SELF, RECEIVE, MACH_PORT_NULL, &named, &name), KERN_NAME_EXISTS);
    destroy_port(name);
    name = MACH_PORT_DEAD;
    CHECK_EQ(mach_port_allocate_full(SELF, RECEIVE, MACH_PORT_NULL, &named, &name), KERN_INVALID_VALUE);
}

TEST(a_guard_can_be_asserted, "P57")
{
    mach_port_t port = make_port();
    mach_port_guard_info_t guard = { 9 }, other = { 8 };
#define ASSERTS(g, n)                                                                                        \
    mach_port_assert_attributes(SELF, port, MACH_PORT_GUARD_INFO, (mach_port_info_t) & (g), n)
    CHECK_EQ(ASSERTS(guard, MACH_PORT_GUARD_INFO_COUNT), KERN_INVALID_ARGUMENT); /* none */
    CHECK_EQ(mach_port_guard(SELF, port, 9, FALSE), OK);
    CHECK_EQ(ASSERTS(guard, MACH_PORT_GUARD_INFO_COUNT), KERN_INVALID_ARGUMENT); /* not strict */
    CHECK_EQ(mach_port_unguard(SELF, port, 9), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 9, TRUE), OK);
    CHECK_EQ(ASSERTS(guard, MACH_PORT_GUARD_INFO_COUNT), OK);
    CHECK_EQ(ASSERTS(other, MACH_PORT_GUARD_INFO_COUNT), KERN_INVALID_ARGUMENT);
    CHECK_EQ(ASSERTS(guard, 1), KERN_FAILURE);
    CHECK_EQ(mach_port_assert_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&guard, 1),
             KERN_INVALID_ARGUMENT);
#undef ASSERTS
    CHECK_EQ(mach_port_destruct(SELF, port, 0, 9), OK);
}
