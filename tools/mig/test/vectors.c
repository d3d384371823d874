/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/vectors.c - each vector is produced by our stub and accepted by its counterpart (M96) */
#include "vectors.h"

#include <string.h>

static void check_request(kern_return_t (*call)(void), const char *hex)
{
    begin(NULL);
    call();
    CHECK_EQ(fake.calls, 1);
    check_bytes(fake.request, fake.send_size, hex);
}

static void check_reply(const char *request, fake_demux_t demux, kern_return_t answer, const char *hex)
{
    static unsigned char room[FAKE_ROOM + 128];
    struct bytes b = bytes_of(request);
    mach_msg_header_t *head = (void *)reply_room;

    begin(demux);
    seen.answer = answer;
    memcpy(room, b.data, b.size);
    fake_receive(room, 8);
    fake_serve(demux, room, reply_room);
    CHECK_EQ(seen.calls, 1);
    check_bytes(reply_room, head->msgh_size, hex);
}

TEST(user_stubs_send_the_bytes_of_the_vectors, "M34 M37 M38 M39 M43 M96")
{
    check_request(call_allocate, V1);
    check_request(call_insert, V5);
    check_request(call_task_info, V7);
    check_request(call_exception, V9);
    check_request(call_vm_write, V11);
    check_request(call_log, V13);
    check_request(call_chars, V18);
}

TEST(simpleroutines_send_the_bytes_of_the_vectors, "M34 M36 M37 M53 M96")
{
    check_request(call_no_senders, V14);
    check_request(call_port_destroyed, V15);
    check_request(call_send_once, V16);
    check_request(call_check_in, V19);
    check_request(call_spawn_reply, V21);
    check_request(call_spawn_failed, V22);
    CHECK_EQ(fake.option, MACH_SEND_MSG);
    CHECK_EQ(fake.rcv_size, 0);
}

TEST(a_fixed_string_is_sent_with_zeros_behind_it, "M39 M43 M96")
{
    struct bytes want = bytes_of(V20);

    begin(NULL);
    call_look_up2();
    want.data[3] = 0; /* the vector's request has no descriptors: its complex bit is printed in error */
    check_bytes(fake.request + 4, fake.send_size - 4, &V20[8]);
    CHECK_MEM_EQ(fake.request, want.data, 4);
    CHECK_EQ(fake.rcv_size, 40 + 68);
    CHECK_EQ(fake.option,
             MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(0) | MACH_RCV_TRAILER_ELEMENTS(3));
}

TEST(server_stubs_answer_with_the_bytes_of_the_vectors, "M35 M62 M70 M96")
{
    check_reply(V1, mach_port_server, KERN_SUCCESS, V2);
    check_reply(V1, mach_port_server, KERN_NO_SPACE, V3);
    check_reply("13150000 18000000 03020000 03160000 00000000 800c0000", mach_port_server, KERN_SUCCESS, V4);
    check_reply("13150000 28000000 03020000 03160000 00000000 8f0c0000 00000000 01000000 071a0000 13000000",
                mach_port_server, KERN_SUCCESS, V6);
    check_reply(V7, task_info_server, KERN_SUCCESS, V8);
    check_reply(V9, mach_exc_server, KERN_SUCCESS, V10);
    check_reply("13150000 30000000 03020000 03160000 00000000 c4120000 00000000 01000000"
                "00200000 01000000 00100000 00000000",
                mach_vm_server, KERN_SUCCESS, V12);
}

TEST(an_unknown_id_is_answered_with_bad_id, "M62 M96")
{
    mach_msg_header_t *head = (void *)reply_room;

    CHECK_EQ(serve("13150000 18000000 03020000 03160000 00000000 9f0f0000", mach_port_server, reply_room),
             FALSE);
    check_bytes(reply_room, head->msgh_size, V17);
    CHECK(mach_port_server_routine(head) == NULL);
}

TEST(server_stubs_deliver_what_the_vectors_say, "M65 M68 M96")
{
    serve(V5, mach_port_server, reply_room);
    CHECK_EQ(seen.ports[0], 0x203);
    CHECK_EQ(seen.ports[1], 0x1a07);
    CHECK_EQ(seen.numbers[1], MACH_MSG_TYPE_PORT_SEND);
    serve(V7, task_info_server, reply_room);
    CHECK_EQ(seen.numbers[0], 20);
    CHECK_EQ(seen.numbers[1], 10);
    serve(V9, mach_exc_server, reply_room);
    CHECK_EQ(seen.ports[0], 0x903);
    CHECK_EQ(seen.ports[2], 0x1203);
    CHECK_EQ(seen.numbers[1], 0x1000);
    CHECK_EQ(seen.numbers[2], 4);
    CHECK_EQ(seen.numbers[3], 0x52);
    serve(V11, mach_vm_server, reply_room);
    CHECK_EQ(seen.numbers[0], 0x100002000);
    CHECK_EQ(seen.numbers[1], 0x7f0000004000);
    CHECK_EQ(seen.numbers[2], 32);
    serve(V13, job_server, reply_room);
    CHECK_STR_EQ(seen.text, "disk full");
    serve(V18, chars_server, reply_room);
    CHECK_STR_EQ(seen.text, "abcde/hi/xyz");
    CHECK_EQ(seen.numbers[0], 0x1234);
    CHECK_EQ(seen.numbers[1], 0x1122334455667788);
}

TEST(servers_take_what_the_vectors_without_answer_say, "M65 M75 M76 M96")
{
    serve(V14, notify_server, reply_room);
    CHECK_EQ(seen.ports[0], 0x1c03);
    CHECK_EQ(seen.numbers[0], 5);
    serve(V15, notify_server, reply_room);
    CHECK_EQ(seen.numbers[0], 0x1d03);
    serve(V16, notify_server, reply_room);
    CHECK_EQ(seen.calls, 1);
    serve(V19, child_port_server, reply_room);
    CHECK_EQ(seen.ports[0], 0x1d03);
    CHECK_EQ(seen.numbers[0], 0x0102030405060708);
    CHECK_EQ(seen.numbers[1], MACH_MSG_TYPE_PORT_RECEIVE);
    serve(V21, job_reply_server, reply_room);
    CHECK_EQ(seen.numbers[0], 0);
    CHECK_EQ(seen.numbers[1], 77);
    CHECK_EQ(seen.ports[1], 0x1d03);
    serve(V22, job_reply_server, reply_room);
    CHECK_EQ(seen.numbers[0], 5);
    CHECK_EQ(seen.ports[1], 0);
    CHECK_EQ(((mach_msg_header_t *)reply_room)->msgh_remote_port, MACH_PORT_NULL);
}

TEST(user_stubs_accept_the_replies_of_the_vectors, "M46 M49 M50 M96")
{
    for (size_t i = 0; i < n_replies; i++) {
        struct bytes b = bytes_of(replies[i].reply);

        CHECK_EQ(receive(replies[i].call, &b), replies[i].want);
        CHECK_EQ(fake.destroyed, replies[i].want ? 1 : 0);
    }
}
