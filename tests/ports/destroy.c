/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/destroy.c - section 12: cleaning up in user space */
#include "tests/ports/util.h"

TEST(destroying_a_received_message, "P187")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(1), reply = make_port();
    mach_port_t names[2] = { carried, carried };
    struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 1);
    add_port(&message, carried, MOVE_RECEIVE);
    add_ports(&message, names, 2, COPY_SEND, false);
    add_memory(&message, "bytes", 6, false, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    CHECK_EQ(message_receive(&message, port, 0), KERN_SUCCESS);
    CHECK_EQ(refs_of(carried, SEND), 3);
    char *memory = ((mach_msg_ool_descriptor_t *)descriptor(&message, 2))->address;
    CHECK(is_mapped(memory));
    mach_msg_destroy(&message.header);
    CHECK(!is_mapped(memory));
    CHECK_EQ(refs_of(carried, DEAD_NAME), 1);
    expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE); /* the local port is never released */
    destroy_port(carried);
    destroy_port(reply);
    destroy_port(port);
}

TEST(destroying_a_message_that_was_not_sent, "P187")
{
    mach_port_t port = make_port(), at = make_port(), kept = port_new_with_sends(1);
    CHECK_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, at), KERN_SUCCESS);
    struct message message = message_plain(MACH_PORT_NULL, COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, port, MAKE_SEND);
    add_port(&message, port, MAKE_SEND_ONCE);
    add_port(&message, kept, COPY_SEND);
    mach_msg_destroy(&message.header);
    expect_notification(at, MACH_NOTIFY_NO_SENDERS);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(refs_of(kept, SEND), 1);
    destroy_port(port);
    destroy_port(at);
    destroy_port(kept);
}

TEST(physical_copies_are_the_receivers_to_free, "P188 P131")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, "bytes", 6, false, MACH_MSG_PHYSICAL_COPY);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    CHECK_EQ(message_receive(&message, port, 0), KERN_SUCCESS);
    char *memory = message.ool.address;
    mach_msg_destroy(&message.header);
    CHECK(is_mapped(memory));
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)memory, 6), KERN_SUCCESS);
    destroy_port(port);
}

static boolean_t answer_or_refuse(mach_msg_header_t *in, mach_msg_header_t *out)
{
    mig_reply_error_t *reply = (mig_reply_error_t *)out;
    out->msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(in->msgh_bits), 0);
    out->msgh_remote_port = in->msgh_remote_port;
    out->msgh_local_port = MACH_PORT_NULL;
    out->msgh_voucher_port = 0;
    out->msgh_size = sizeof(*reply);
    out->msgh_id = in->msgh_id + 100;
    reply->NDR = NDR_record;
    reply->RetCode = in->msgh_id == 1 ? KERN_SUCCESS : in->msgh_id == 2 ? MIG_NO_REPLY : KERN_FAILURE;
    return TRUE;
}

TEST(the_message_server_answers, "P190")
{
    mach_port_t port = make_port(), reply = make_port(), carried = make_port();
    for (int id = 1; id <= 3; id++) {
        struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, id);
        add_port(&message, carried, MAKE_SEND_ONCE);
        CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
        CHECK_EQ(mach_msg_server_once(answer_or_refuse, 512, port, 0), KERN_SUCCESS);
        if (id == 2) {
            expect_nothing(reply); /* the request is the routine's */
            expect_nothing(carried);
        } else {
            expect_message(reply, id + 100);
        }
        if (id == 3)
            expect_notification(carried, MACH_NOTIFY_SEND_ONCE); /* refused: the request is destroyed */
    }
    destroy_port(port);
    destroy_port(reply);
    destroy_port(carried);
}
