/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/vectors_spoilt.c - vectors spoilt in every way that M96 lists */
#include "vectors.h"

#include <string.h>

static void put_word(struct bytes *b, unsigned offset, uint32_t word)
{
    memcpy(b->data + offset, &word, 4);
}

static void resize(struct bytes *b, int by)
{
    b->size = (mach_msg_size_t)((int)b->size + by);
    put_word(b, 4, b->size);
}

static void refuse_reply(kern_return_t (*call)(void), struct bytes *b)
{
    CHECK_EQ(receive(call, b), MIG_TYPE_ERROR);
    CHECK_EQ(fake.destroyed, 1);
}

TEST(spoilt_replies_are_type_errors, "M46 M96")
{
    for (size_t i = 0; i < n_replies; i++) {
        const struct bytes good = bytes_of(replies[i].reply);
        struct bytes b = good;
        uint32_t complex = good.data[3] & 0x80;

        if (replies[i].want != KERN_SUCCESS)
            continue;
        resize(&b, -4);
        refuse_reply(replies[i].call, &b);
        b = good;
        resize(&b, 4);
        if (receive(replies[i].call, &b) != MACH_RCV_TOO_LARGE) /* there is no room even to receive it */
            refuse_reply(replies[i].call, &b);
        b = good;
        b.data[3] ^= 0x80;
        refuse_reply(replies[i].call, &b);
        for (int by = -1; complex && by <= 1; by += 2) {
            b = good;
            b.data[24] = (unsigned char)(b.data[24] + by);
            refuse_reply(replies[i].call, &b);
        }
    }
}

TEST(descriptors_of_another_kind_are_type_errors, "M46 M96")
{
    struct bytes b = bytes_of(V4);

    b.data[39] = MACH_MSG_OOL_PORTS_DESCRIPTOR;
    refuse_reply(call_names, &b);
    b = bytes_of(V4);
    put_word(&b, 40, 13); /* not a whole number of elements */
    refuse_reply(call_names, &b);
    b = bytes_of(V4);
    put_word(&b, 72, 4); /* another count than the region's */
    refuse_reply(call_names, &b);
    b = bytes_of(V6);
    b.data[39] = MACH_MSG_OOL_DESCRIPTOR;
    refuse_reply(call_extract, &b);
}

TEST(counts_beyond_the_maximum_are_type_errors, "M46 M96")
{
    static const uint32_t counts[] = { 95, 0xffffffff, 4, 2 };

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct bytes b = bytes_of(V8);

        put_word(&b, 36, counts[i]);
        refuse_reply(call_task_info, &b);
    }
}

TEST(a_reply_must_answer_this_request, "M46")
{
    struct bytes b = bytes_of(V2);

    put_word(&b, 20, 71);
    CHECK_EQ(receive(call_allocate, &b), MIG_SERVER_DIED);
    put_word(&b, 20, 3305);
    CHECK_EQ(receive(call_allocate, &b), MIG_REPLY_MISMATCH);
    b = bytes_of(V2);
    begin(NULL);
    set_reply(&b);
    put_word(&b, 8, 0x77); /* a remote port in a reply */
    CHECK_EQ(call_allocate(), MIG_TYPE_ERROR);
}

static kern_return_t code_of(const unsigned char *reply)
{
    return ((const mig_reply_error_t *)(const void *)reply)->RetCode;
}

static void refuse_request(struct bytes *b, fake_demux_t demux, kern_return_t want)
{
    static unsigned char request[FAKE_ROOM + 128];

    begin(demux);
    memcpy(request, b->data, sizeof(b->data));
    fake_receive(request, 8);
    fake_serve(demux, request, reply_room);
    CHECK_EQ(seen.calls, 0);
    CHECK_EQ(code_of(reply_room), want);
    CHECK_EQ(((mach_msg_header_t *)reply_room)->msgh_size, 36);
    CHECK_EQ(((mach_msg_header_t *)reply_room)->msgh_bits & MACH_MSGH_BITS_COMPLEX, 0);
}

static const struct {
    const char *request;
    fake_demux_t demux;
} requests[] = {
    { V1, mach_port_server }, { V5, mach_port_server }, { V7, task_info_server },   { V9, mach_exc_server },
    { V11, mach_vm_server },  { V13, job_server },      { V14, notify_server },     { V15, notify_server },
    { V16, notify_server },   { V18, chars_server },    { V19, child_port_server }, { V21, job_reply_server },
};

TEST(spoilt_requests_have_bad_arguments, "M65 M96")
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        const struct bytes good = bytes_of(requests[i].request);
        struct bytes b = good;

        resize(&b, -4);
        if (good.size > 24) /* less than a header is no message */
            refuse_request(&b, requests[i].demux, MIG_BAD_ARGUMENTS);
        b = good;
        resize(&b, 4);
        refuse_request(&b, requests[i].demux, MIG_BAD_ARGUMENTS);
        b = good;
        b.data[3] ^= 0x80;
        refuse_request(&b, requests[i].demux, MIG_BAD_ARGUMENTS);
        for (int by = -1; (good.data[3] & 0x80) && by <= 1; by += 2) {
            b = good;
            b.data[24] = (unsigned char)(b.data[24] + by);
            refuse_request(&b, requests[i].demux, MIG_BAD_ARGUMENTS);
        }
    }
}

TEST(rights_of_another_kind_are_refused, "M65 M96")
{
    struct bytes b = bytes_of(V9);

    b.data[38] = MACH_MSG_TYPE_MOVE_RECEIVE;
    refuse_request(&b, mach_exc_server, MIG_TYPE_ERROR);
    b = bytes_of(V15);
    b.data[38] = MACH_MSG_TYPE_MOVE_SEND;
    refuse_request(&b, notify_server, MIG_TYPE_ERROR);
    b = bytes_of(V15);
    b.data[39] = MACH_MSG_GUARDED_PORT_DESCRIPTOR;
    refuse_request(&b, notify_server, MIG_TYPE_ERROR);
    b = bytes_of(V11);
    b.data[39] = MACH_MSG_OOL_PORTS_DESCRIPTOR;
    refuse_request(&b, mach_vm_server, MIG_TYPE_ERROR);
    b = bytes_of(V11);
    put_word(&b, 60, 33);
    refuse_request(&b, mach_vm_server, MIG_TYPE_ERROR);
}

TEST(every_count_is_bounded, "M65 M96")
{
    static const struct {
        const char *request;
        fake_demux_t demux;
        unsigned offset;
        uint32_t max;
    } counts[] = {
        { V9, mach_exc_server, 64, 2 }, { V9, mach_exc_server, 88, 1296 }, { V13, job_server, 44, 2048 },
        { V18, chars_server, 32, 6 },   { V18, chars_server, 48, 16 },     { V18, chars_server, 56, 6 },
    };

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct bytes b = bytes_of(counts[i].request);

        put_word(&b, counts[i].offset, counts[i].max + 1);
        refuse_request(&b, counts[i].demux, MIG_BAD_ARGUMENTS);
        put_word(&b, counts[i].offset, 0xffffffff);
        refuse_request(&b, counts[i].demux, MIG_BAD_ARGUMENTS);
        put_word(&b, counts[i].offset, 0x40000001);
        refuse_request(&b, counts[i].demux, MIG_BAD_ARGUMENTS);
    }
}

TEST(a_string_must_end_within_its_bytes, "M65")
{
    struct bytes b = bytes_of(V13);

    put_word(&b, 44, 9); /* without its zero, and a word shorter would still fit */
    resize(&b, 0);
    refuse_request(&b, job_server, MIG_BAD_ARGUMENTS);
    b = bytes_of(V18);
    put_word(&b, 52, 0x6a696869); /* "hiji", and the count says 4 */
    put_word(&b, 48, 4);
    refuse_request(&b, chars_server, MIG_BAD_ARGUMENTS);
}

TEST(a_varying_string_of_no_bytes_is_empty, "M65")
{
    struct bytes b = bytes_of(V13);
    static unsigned char request[FAKE_ROOM + 128];

    put_word(&b, 44, 0);
    resize(&b, -12);
    memcpy(request, b.data, b.size);
    begin(job_server);
    fake_receive(request, 8);
    fake_serve(job_server, request, reply_room);
    CHECK_EQ(seen.calls, 1);
    CHECK_STR_EQ(seen.text, "");
}

TEST(a_wrong_trailer_is_an_error_of_its_own, "M48 M44")
{
    struct bytes b = bytes_of(V6);
    mach_port_t port = 0;
    audit_token_t token;
    name_t name = "x";
    uuid_t uuid = { 0 };

    put_word(&b, 20, 504);
    begin(NULL);
    set_reply(&b);
    fake.trailer_size = 20;
    CHECK_EQ(look_up2(0x707, name, &port, &token, 1, uuid, 0), MIG_TRAILER_ERROR);
    begin(NULL);
    set_reply(&b);
    fake.trailer_size = 52;
    fake.trailer_type = 1;
    CHECK_EQ(look_up2(0x707, name, &port, &token, 1, uuid, 0), MIG_TRAILER_ERROR);
    begin(NULL);
    set_reply(&b);
    fake.trailer_size = 52;
    CHECK_EQ(look_up2(0x707, name, &port, &token, 1, uuid, 0), KERN_SUCCESS);
    CHECK_EQ(token.val[5], 4711);
    CHECK_EQ(port, 0x1b03);
}
