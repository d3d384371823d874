/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/send_body.c - section 6.3: complex messages, and what an error in a body leaves behind */
#include "tests/ports/util.h"

TEST(a_plain_message_carries_what_looks_like_descriptors, "P109")
{
    mach_port_t port = make_port();
    struct message message = message_with_port(port, MAKE_SEND, 1, 0x999999, MAKE_SEND), sent;
    message.header.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    sent = message;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_MEM_EQ(message.bytes, sent.bytes, 16);
    destroy_port(port);
}

TEST(a_complex_message_may_have_no_descriptors, "P109")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    message.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    message.header.msgh_size = 32;
    message.body.msgh_descriptor_count = 0;
    message.words[1] = 0xabcdef01;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_bits, 0x80001100);
    CHECK_EQ(message.header.msgh_size, 32);
    CHECK_EQ(message.body.msgh_descriptor_count, 0);
    CHECK_EQ(message.words[1], 0xabcdef01);
    destroy_port(port);
}

TEST(data_behind_descriptors_is_carried, "P109 P135")
{
    mach_port_t port = make_port();
    struct message message = message_with_port(port, MAKE_SEND, 1, port, MAKE_SEND_ONCE);
    uint32_t at = message.header.msgh_size;
    for (uint32_t i = 0; i < 10; i++)
        ((uint32_t *)((char *)&message + at))[i] = 0x1000 + i;
    message.header.msgh_size += 40;
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_size, at + 40);
    CHECK_EQ(message.body.msgh_descriptor_count, 1);
    CHECK_EQ(message.port[0].disposition, MOVE_SEND_ONCE);
    CHECK_EQ(message.port[0].type, MACH_MSG_PORT_DESCRIPTOR);
    CHECK_EQ(message.port[0].pad1, 0);
    for (uint32_t i = 0; i < 10; i++)
        CHECK_EQ(((uint32_t *)((char *)&message + at))[i], 0x1000 + i);
    destroy_port(message.port[0].name);
    destroy_port(port);
}

/* ---- pass 1 ---- */

/* Rights taken for the header are gone when the body is refused: the reply tells. */
static void check_refused(struct message *message, kern_return_t expected)
{
    mach_port_t reply = make_port();
    message->header.msgh_bits |= MAKE_SEND_ONCE << 8;
    message->header.msgh_local_port = reply;
    CHECK_EQ(message_send(message, 0), expected);
    expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    expect_nothing(reply);
    destroy_port(reply);
}

TEST(the_measuring_pass, "P110 P113")
{
    mach_port_t port = port_new_with_sends(1), carried = port_new_with_sends(2);
    char *memory = make_memory(page_size());
    struct message message;

    message = message_with_port(port, COPY_SEND, 1, carried, MOVE_SEND);
    message.port[0].type = 5;
    check_refused(&message, MACH_SEND_INVALID_TYPE);
    message = message_with_port(port, COPY_SEND, 1, carried, MOVE_SEND);
    message.port[0].type = 255;
    check_refused(&message, MACH_SEND_INVALID_TYPE);

    for (uint32_t copy = 2; copy <= 3; copy++) {
        message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, 1);
        add_port(&message, carried, MOVE_SEND);
        add_memory(&message, memory, 16, true, copy);
        check_refused(&message, MACH_SEND_INVALID_TYPE);
        CHECK(is_mapped(memory));
    }

    /* three port descriptors' room for two memory descriptors and a half */
    message = message_plain(port, COPY_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, carried, MOVE_SEND);
    add_memory(&message, memory, 16, false, MACH_MSG_PHYSICAL_COPY);
    message.header.msgh_size -= 4;
    check_refused(&message, MACH_SEND_MSG_TOO_SMALL);

    /* nothing of the body was taken in any of these */
    CHECK_EQ(refs_of(carried, SEND), 2);
    CHECK_EQ(refs_of(port, SEND), 1);
    destroy_port(port);
    destroy_port(carried);
    vm_deallocate(SELF, (vm_address_t)memory, page_size());
}

TEST(too_many_rights, "P110")
{
    mach_port_t port = make_port();
    mach_port_t *names = make_memory(917505 * 4);
    static const uint32_t counts[] = { 16383, 917505, 0x10000000 };
    for (int i = 0; i < 3; i++) {
        struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
        add_ports(&message, names, counts[i], COPY_SEND, false);
        CHECK_EQ(message_send(&message, 0), MACH_SEND_TOO_LARGE);
    }
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_ports(&message, names, 16382, COPY_SEND, false);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(message_receive(&message, port, 0), OK);
    CHECK_EQ(message.ool_ports.count, 16382);
    mach_msg_destroy(&message.header);
    vm_deallocate(SELF, (vm_address_t)names, 917505 * 4);
    destroy_port(port);
}

/* ---- pass 2 ---- */

TEST(each_descriptor_sees_what_the_others_left, "P111 P113")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(1);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, carried, MOVE_SEND);
    add_port(&message, carried, MOVE_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT); /* needs two urefs */
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_RECEIVE);           /* the first one is lost */
    send_add(carried, 2);
    CHECK_EQ(message_send(&message, 0), OK);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_RECEIVE);
    drain(port);
    message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, carried, MOVE_RECEIVE);
    add_port(&message, carried, MAKE_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(carried), 0);
    destroy_port(port);
}

enum bad { BAD_RIGHT, BAD_MEMORY, BAD_ARRAY, BAD_ARRAY_COPY, BAD_ELEMENT, N_BAD };

static void add_bad(struct message *message, enum bad bad, mach_port_t *names)
{
    switch (bad) {
    case BAD_RIGHT: add_port(message, name_unknown(), COPY_SEND); break;
    case BAD_MEMORY: add_memory(message, (void *)64, 16, true, MACH_MSG_PHYSICAL_COPY); break;
    case BAD_ARRAY: add_ports(message, (void *)64, 3, COPY_SEND, true); break;
    case BAD_ARRAY_COPY:
        add_ports(message, names, 3, COPY_SEND, false);
        ((mach_msg_ool_ports_descriptor_t *)descriptor(message, message->body.msgh_descriptor_count - 1))->copy =
            2;
        break;
    case BAD_ELEMENT: add_ports(message, names, 3, MAKE_SEND_ONCE, true); break;
    case N_BAD: break;
    }
}

static const kern_return_t bad_code[N_BAD] = { MACH_SEND_INVALID_RIGHT, MACH_SEND_INVALID_MEMORY,
                                               MACH_SEND_INVALID_MEMORY, MACH_SEND_INVALID_TYPE,
                                               MACH_SEND_INVALID_RIGHT };

/* Descriptor k of n is bad: those before it are gone, those after it untouched, the reply tells. */
static void run_bad(enum bad bad, int k, int n)
{
    mach_port_t port = port_new_with_sends(2), reply = make_port(), carried[4], first = make_port();
    mach_port_t *names = make_memory(page_size());
    struct message message = message_plain(port, MOVE_SEND, reply, MAKE_SEND_ONCE, 1), sent;
    names[0] = first;
    names[1] = name_unknown();
    names[2] = first;
    for (int i = 0; i < n; i++) {
        carried[i] = port_new_with_sends(2);
        if (i == k)
            add_bad(&message, bad, names);
        else
            add_port(&message, carried[i], MOVE_SEND);
    }
    sent = message;
    kern_return_t kr = message_send(&message, 0);
    if (kr != bad_code[bad])
        FAIL("bad %d at %d of %d: 0x%x, expected 0x%x", bad, k, n, kr, bad_code[bad]);
    CHECK_MEM_EQ(&message, &sent, sizeof(sent)); /* the buffer is not written */
    for (int i = 0; i < n; i++)
        CHECK_EQ(refs_of(carried[i], SEND), i < k ? 1 : 2);
    CHECK_EQ(refs_of(port, SEND), 1);
    expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    expect_nothing(port);
    if (bad == BAD_ELEMENT) {
        expect_notification(first, MACH_NOTIFY_SEND_ONCE); /* element 0 was taken, and destroyed */
        CHECK(!is_mapped(names));                          /* and the array freed */
    } else {
        vm_deallocate(SELF, (vm_address_t)names, page_size());
    }
    expect_nothing(first);
    for (int i = 0; i < n; i++)
        destroy_port(carried[i]);
    destroy_port(first);
    destroy_port(reply);
    destroy_port(port);
}

TEST(an_error_in_descriptor_k_of_n, "P111 P113 P133 P189")
{
    for (enum bad bad = BAD_RIGHT; bad < N_BAD; bad++)
        for (int n = 1; n <= 4; n++)
            for (int k = 0; k < n; k++)
                run_bad(bad, k, n);
}

TEST(an_earlier_deallocate_is_not_undone, "P113 P129")
{
    mach_port_t port = make_port();
    char *first = make_memory(page_size()), *last = make_memory(page_size());
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_memory(&message, first, 16, true, MACH_MSG_VIRTUAL_COPY);
    add_port(&message, name_unknown(), COPY_SEND);
    add_memory(&message, last, 16, true, MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK(!is_mapped(first));
    CHECK(is_mapped(last));
    vm_deallocate(SELF, (vm_address_t)last, page_size());
    destroy_port(port);
}

TEST(a_moved_receive_right_dies_with_a_refused_message, "P113 P52")
{
    mach_port_t port = make_port(), carried = port_new_with_sends(1);
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    add_port(&message, carried, MOVE_RECEIVE);
    add_port(&message, name_unknown(), COPY_SEND);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_DEAD_NAME);
    destroy_port(carried);
    destroy_port(port);
}
