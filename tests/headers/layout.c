/* SPDX-License-Identifier: Apache-2.0 */
/* layout.c - where bit-fields lie, and what the macros of the public headers compute */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <mach/clock_types.h>
#include <mach/mach.h>
#include <pthread.h>
#include <sys/event.h>

#include "tests/harness/harness.h"

static uint8_t byte_of(const void *object, size_t offset)
{
    return ((const uint8_t *)object)[offset];
}

TEST(descriptor_fields_lie_at_their_bytes, "P109")
{
    mach_msg_descriptor_t d;

    memset(&d, 0, sizeof d);
    d.port.disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE;
    d.port.type = 0x7f;
    CHECK_EQ(byte_of(&d, 10), MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_EQ(byte_of(&d, 11), 0x7f);
    CHECK_EQ(d.type.type, 0x7f);

    memset(&d, 0, sizeof d);
    d.out_of_line.deallocate = TRUE;
    d.out_of_line.copy = MACH_MSG_VIRTUAL_COPY;
    d.out_of_line.type = MACH_MSG_OOL_VOLATILE_DESCRIPTOR;
    CHECK_EQ(byte_of(&d, 8), 1);
    CHECK_EQ(byte_of(&d, 9), MACH_MSG_VIRTUAL_COPY);
    CHECK_EQ(byte_of(&d, 11), MACH_MSG_OOL_VOLATILE_DESCRIPTOR);

    memset(&d, 0, sizeof d);
    d.ool_ports.disposition = MACH_MSG_TYPE_COPY_SEND;
    CHECK_EQ(byte_of(&d, 10), MACH_MSG_TYPE_COPY_SEND);

    memset(&d, 0, sizeof d);
    d.guarded_port.flags = MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    d.guarded_port.type = MACH_MSG_GUARDED_PORT_DESCRIPTOR;
    CHECK_EQ(byte_of(&d, 8), MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND);
    CHECK_EQ(byte_of(&d, 9), 0);
    CHECK_EQ(byte_of(&d, 11), MACH_MSG_GUARDED_PORT_DESCRIPTOR);
}

TEST(policy_words_have_their_bits, "T27")
{
    struct thread_requested_policy requested;
    struct thread_effective_policy effective;
    uint64_t word;

    memset(&requested, 0, sizeof requested);
    requested.thrp_qos = THREAD_QOS_USER_INTERACTIVE;
    requested.thrp_qos_wlsvc_override = 7;
    memcpy(&word, &requested, sizeof word);
    CHECK_EQ(word, (uint64_t)THREAD_QOS_USER_INTERACTIVE << 15 | (uint64_t)7 << 35);

    memset(&effective, 0, sizeof effective);
    effective.thep_qos = THREAD_QOS_UTILITY;
    effective.thep_qos_promote = 7;
    memcpy(&word, &effective, sizeof word);
    CHECK_EQ(word, (uint64_t)THREAD_QOS_UTILITY << 14 | (uint64_t)7 << 21);
}

TEST(a_name_is_an_index_and_a_generation, "P6")
{
    mach_port_name_t name = 0x00012c07;

    CHECK_EQ(MACH_PORT_INDEX(name), 0x12c);
    CHECK_EQ(MACH_PORT_GEN(name), 0x07000000);
    CHECK_EQ(MACH_PORT_MAKE(MACH_PORT_INDEX(name), MACH_PORT_GEN(name)), name);
    CHECK(!MACH_PORT_VALID(MACH_PORT_NULL));
    CHECK(!MACH_PORT_VALID(MACH_PORT_DEAD));
    CHECK(MACH_PORT_VALID(name));
}

TEST(header_bits_are_built_and_taken_apart, "P102")
{
    mach_msg_bits_t bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                              MACH_MSG_TYPE_MOVE_SEND, MACH_MSGH_BITS_COMPLEX);

    CHECK_EQ(bits, 0x80111513);
    CHECK_EQ(MACH_MSGH_BITS_REMOTE(bits), MACH_MSG_TYPE_COPY_SEND);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(bits), MACH_MSG_TYPE_MAKE_SEND_ONCE);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(bits), MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(MACH_MSGH_BITS_OTHER(bits), MACH_MSGH_BITS_COMPLEX);
    CHECK(MACH_MSGH_BITS_IS_COMPLEX(bits) && MACH_MSGH_BITS_HAS_VOUCHER(bits));
    CHECK_EQ(MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE), 0x1513);
}

TEST(a_trailer_is_as_large_as_asked, "P156")
{
    CHECK_EQ(REQUESTED_TRAILER_SIZE(0), 8);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SEQNO)), 12);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_SENDER)), 20);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT)), 52);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX)), 60);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AV)), 68);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_LABELS)), 68);
    CHECK_EQ(REQUESTED_TRAILER_SIZE(MACH_RCV_TRAILER_ELEMENTS(5)), 68);
    CHECK_EQ(round_msg(25), 28);
    CHECK_EQ(round_msg(28), 28);
}

TEST(an_error_number_has_three_parts, "")
{
    CHECK_EQ(err_get_system(MACH_RCV_TIMED_OUT), 4);
    CHECK_EQ(err_get_sub(MACH_RCV_TIMED_OUT), 1);
    CHECK_EQ(err_get_code(MACH_RCV_TIMED_OUT), 3);
    CHECK_EQ(err_mach_ipc | err_sub(1) | 3, MACH_RCV_TIMED_OUT);
    CHECK_EQ(unix_err(2), 0xc002);
}

TEST(a_message_priority_keeps_its_fields, "")
{
    mach_msg_priority_t pri =
        mach_msg_priority_encode(MACH_MSG_QOS_USER_INTERACTIVE, MACH_MSG_QOS_UTILITY, -3);

    CHECK_EQ(mach_msg_priority_overide_qos(pri), MACH_MSG_QOS_USER_INTERACTIVE);
    CHECK_EQ(mach_msg_priority_qos(pri), MACH_MSG_QOS_UTILITY);
    CHECK_EQ(mach_msg_priority_relpri(pri), -3);
    CHECK(!mach_msg_priority_is_pthread_priority(pri));
    CHECK(mach_msg_priority_is_pthread_priority(0x8ff));
    CHECK_EQ(mach_msg_priority_encode(9, 9, -3), MACH_MSG_PRIORITY_UNSPECIFIED);
}

TEST(mach_times_are_normalised, "")
{
    mach_timespec_t a = { 1, 900000000 }, b = { 0, 200000000 };

    CHECK_LT(CMP_MACH_TIMESPEC(&b, &a), 0);
    ADD_MACH_TIMESPEC(&a, &b);
    CHECK_EQ(a.tv_sec, 2);
    CHECK_EQ(a.tv_nsec, 100000000);
    SUB_MACH_TIMESPEC(&a, &b);
    CHECK_EQ(a.tv_sec, 1);
    CHECK_EQ(a.tv_nsec, 900000000);
    CHECK(!BAD_MACH_TIMESPEC(&a));
}

/* Whether `function` still has Darwin's one argument here; a call would need the library. */
#define HAS_PROTOTYPE(function, prototype) __builtin_types_compatible_p(__typeof__(function), prototype)

TEST(darwins_pthread_setname_np_has_one_argument, "H14")
{
    CHECK(HAS_PROTOTYPE(pthread_setname_np, int(const char *)));
    CHECK(HAS_PROTOTYPE(pthread_getname_np, int(pthread_t, char *, size_t)));
}

TEST(darwins_words_come_with_its_headers, "H19")
{
    __unused errno_t error = 0;
    __unused user_addr_t address = 0;
    u_int32_t word = 0;

    CHECK_EQ(sizeof word, 4);
    CHECK_EQ(NSEC_PER_SEC, 1000 * NSEC_PER_MSEC);
    CHECK_EQ(sizeof(round_page((vm_offset_t)1)), sizeof(vm_offset_t));
}

TEST(an_event_is_72_bytes_in_the_order_of_its_fields, "T113")
{
    const struct kevent_qos_s event = { 1, 2, 3, 4, 5, 6, 7, 8, { 9, 10, 11, 12 } };
    CHECK_EQ(sizeof event, 72);
    CHECK_EQ(byte_of(&event, 0), event.ident);
    CHECK_EQ(byte_of(&event, 8), event.filter);
    CHECK_EQ(byte_of(&event, 10), event.flags);
    CHECK_EQ(byte_of(&event, 12), event.qos);
    CHECK_EQ(byte_of(&event, 16), event.udata);
    CHECK_EQ(byte_of(&event, 24), event.fflags);
    CHECK_EQ(byte_of(&event, 28), event.xflags);
    CHECK_EQ(byte_of(&event, 32), event.data);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(byte_of(&event, (size_t)(40 + 8 * i)), event.ext[i]);
}

TEST(a_change_is_set_field_by_field, "T113")
{
    struct kevent plain;
    struct kevent64_s wide;
    EV_SET(&plain, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, -5, &plain);
    CHECK_EQ(plain.ident, 1);
    CHECK_EQ(plain.filter, EVFILT_USER);
    CHECK_EQ(plain.flags, EV_ADD);
    CHECK_EQ(plain.fflags, NOTE_TRIGGER);
    CHECK_EQ(plain.data, -5);
    CHECK_EQ(plain.udata, &plain);
    EV_SET64(&wide, 1, EVFILT_READ, EV_DELETE, 2, 3, 4, 5, 6);
    CHECK_EQ(wide.filter, EVFILT_READ);
    CHECK_EQ(wide.udata, 4);
    CHECK_EQ(wide.ext[0], 5);
    CHECK_EQ(wide.ext[1], 6);
}
