/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/vectors.c - the bytes of messages, in both directions (M96)
 *
 * Each vector is produced by our stub and accepted by its counterpart; then it is spoilt in every way that M96 lists, and
 * the counterpart must answer with the code of M46 or M65 and leave the handler alone.
 */
#include "fake.h"
#include "tests/harness/harness.h"

#include "chars.h"
#include "chars_server.h"
#include "child_port.h"
#include "child_port_server.h"
#include "job.h"
#include "job_reply.h"
#include "job_reply_server.h"
#include "job_server.h"
#include "mach_exc.h"
#include "mach_exc_server.h"
#include "notify.h"
#include "notify_server.h"
#include "port.h"
#include "port_server.h"
#include "task.h"
#include "task_server.h"
#include "vm.h"
#include "vm_server.h"

#include <stdio.h>
#include <string.h>

/* --- bytes --- */

struct bytes {
    unsigned char data[FAKE_ROOM];
    mach_msg_size_t size;
};

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct bytes bytes_of(const char *hex)
{
    struct bytes b = { { 0 }, 0 };

    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        b.data[b.size++] = (unsigned char)(digit(hex[0]) * 16 + digit(hex[1]));
        hex++;
    }
    return b;
}

static void check_bytes(const void *got, mach_msg_size_t size, const char *hex)
{
    struct bytes want = bytes_of(hex);

    CHECK_EQ(size, want.size);
    CHECK_MEM_EQ(got, want.data, want.size);
}

/* --- handlers: they record, and answer what the test says --- */

static struct {
    unsigned calls;
    kern_return_t answer;
    mach_port_t ports[4];
    uint64_t numbers[8];
    char text[64];
    unsigned char data[64];
} seen;

static void begin(fake_demux_t demux)
{
    fake_reset(demux);
    memset(&seen, 0, sizeof(seen));
}

kern_return_t served_mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name)
{
    seen.calls++;
    seen.ports[0] = task;
    seen.numbers[0] = right;
    *name = 0x1a07;
    return seen.answer;
}

kern_return_t served_mach_port_names(ipc_space_t task, mach_port_name_array_t *names,
                                     mach_msg_type_number_t *namesCnt, mach_port_type_array_t *types,
                                     mach_msg_type_number_t *typesCnt)
{
    seen.calls++;
    *names = (void *)0x7f0000001000;
    *types = (void *)0x7f0000002000;
    *namesCnt = *typesCnt = 3;
    return seen.answer;
}

kern_return_t served_mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                            mach_msg_type_name_t polyPoly)
{
    seen.calls++;
    seen.ports[0] = task;
    seen.ports[1] = poly;
    seen.numbers[0] = name;
    seen.numbers[1] = polyPoly;
    return seen.answer;
}

kern_return_t served_mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                             mach_msg_type_name_t msgt_name, mach_port_t *poly,
                                             mach_msg_type_name_t *polyPoly)
{
    seen.calls++;
    *poly = 0x1b03;
    *polyPoly = MACH_MSG_TYPE_COPY_SEND;
    return seen.answer;
}

kern_return_t served_task_info(task_name_t target_task, task_flavor_t flavor, task_info_t task_info_out,
                               mach_msg_type_number_t *task_info_outCnt)
{
    seen.calls++;
    seen.numbers[0] = flavor;
    seen.numbers[1] = *task_info_outCnt;
    for (int i = 0; i < 3; i++)
        task_info_out[i] = 16 + i;
    *task_info_outCnt = 3;
    return seen.answer;
}

kern_return_t served_mach_vm_read(vm_map_read_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                  vm_offset_t *data, mach_msg_type_number_t *dataCnt)
{
    seen.calls++;
    *data = 0x7f0000003000;
    *dataCnt = 4096;
    return seen.answer;
}

kern_return_t served_mach_vm_write(vm_map_t target_task, mach_vm_address_t address, vm_offset_t data,
                                   mach_msg_type_number_t dataCnt)
{
    seen.calls++;
    seen.numbers[0] = address;
    seen.numbers[1] = data;
    seen.numbers[2] = dataCnt;
    return seen.answer;
}

kern_return_t served_look_up2(mach_port_t j, name_t servicename, mach_port_t *serviceport,
                              mach_msg_type_name_t *serviceportPoly, pid_t targetpid, uuid_t instanceid,
                              uint64_t flags)
{
    seen.calls++;
    strncpy(seen.text, servicename, sizeof(seen.text) - 1);
    seen.numbers[0] = (uint64_t)targetpid;
    seen.numbers[1] = flags;
    memcpy(seen.data, instanceid, 16);
    *serviceport = 0x1b03;
    *serviceportPoly = MACH_MSG_TYPE_COPY_SEND;
    return seen.answer;
}

kern_return_t served_log(mach_port_t j, int pri, int err, logmsg_t message)
{
    seen.calls++;
    seen.numbers[0] = (uint64_t)pri;
    seen.numbers[1] = (uint64_t)err;
    strncpy(seen.text, message, sizeof(seen.text) - 1);
    return seen.answer;
}

kern_return_t served_job_mig_spawn2_reply(mach_port_t rport, kern_return_t result, pid_t outpid,
                                          mach_port_t obsvr_port)
{
    seen.calls++;
    seen.numbers[0] = (uint64_t)result;
    seen.numbers[1] = (uint64_t)outpid;
    seen.ports[0] = rport;
    seen.ports[1] = obsvr_port;
    return seen.answer;
}

kern_return_t served_chars(mach_port_t server, chars_t a, mach_msg_type_number_t aCnt, short_string_t s,
                           chars_t t, mach_msg_type_number_t tCnt, uint16_t k, uint64_t z)
{
    seen.calls++;
    snprintf(seen.text, sizeof(seen.text), "%.*s/%s/%.*s", (int)aCnt, a, s, (int)tCnt, t);
    seen.numbers[0] = k;
    seen.numbers[1] = z;
    return seen.answer;
}

kern_return_t served_child_port_check_in(mach_port_t server, uint64_t token, mach_port_t port,
                                         mach_msg_type_name_t portPoly)
{
    seen.calls++;
    seen.ports[0] = port;
    seen.numbers[0] = token;
    seen.numbers[1] = portPoly;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise(mach_port_t exception_port, mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         mach_msg_type_number_t codeCnt)
{
    seen.calls++;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise_state(mach_port_t exception_port, exception_type_t exception,
                                               const mach_exception_data_t code,
                                               mach_msg_type_number_t codeCnt, int *flavor,
                                               const thread_state_t old_state,
                                               mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
                                               mach_msg_type_number_t *new_stateCnt)
{
    seen.calls++;
    return seen.answer;
}

kern_return_t catch_mach_exception_raise_state_identity(
    mach_port_t exception_port, mach_port_t thread, mach_port_t task, exception_type_t exception,
    mach_exception_data_t code, mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state, mach_msg_type_number_t *new_stateCnt)
{
    seen.calls++;
    CHECK_EQ((uintptr_t)code % 8, 0); /* M68 */
    seen.ports[0] = exception_port;
    seen.ports[1] = thread;
    seen.ports[2] = task;
    seen.numbers[0] = (uint64_t)exception;
    seen.numbers[1] = codeCnt == 2 ? (uint64_t)code[1] : 0;
    seen.numbers[2] = (uint64_t)*flavor;
    seen.numbers[3] = old_stateCnt == 2 ? old_state[1] : 0;
    new_state[0] = 0x61;
    new_state[1] = 0x62;
    *new_stateCnt = 2;
    return seen.answer;
}

static kern_return_t notified(mach_port_t notify, uint64_t number)
{
    seen.calls++;
    seen.ports[0] = notify;
    seen.numbers[0] = number;
    return seen.answer;
}

kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name)
{
    return notified(notify, name);
}

kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    return notified(notify, rights);
}

kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    return notified(notify, mscount);
}

kern_return_t do_mach_notify_send_once(mach_port_t notify)
{
    return notified(notify, 0);
}

kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    return notified(notify, name);
}

/* --- calls, each as the vector says --- */

static kern_return_t call_allocate(void)
{
    mach_port_name_t name = 0;
    kern_return_t kr = mach_port_allocate(0x203, MACH_PORT_RIGHT_RECEIVE, &name);

    if (kr == KERN_SUCCESS)
        CHECK_EQ(name, 0x1a07);
    return kr;
}

static kern_return_t call_names(void)
{
    mach_port_name_array_t names = NULL;
    mach_port_type_array_t types = NULL;
    mach_msg_type_number_t n_names = 0, n_types = 0;
    kern_return_t kr = mach_port_names(0x203, &names, &n_names, &types, &n_types);

    if (kr == KERN_SUCCESS) {
        CHECK_EQ((uintptr_t)names, 0x7f0000001000);
        CHECK_EQ((uintptr_t)types, 0x7f0000002000);
        CHECK_EQ(n_names, 3);
        CHECK_EQ(n_types, 3);
    }
    return kr;
}

static kern_return_t call_insert(void)
{
    return mach_port_insert_right(0x203, 0x1a07, 0x1a07, MACH_MSG_TYPE_MAKE_SEND);
}

static kern_return_t call_extract(void)
{
    mach_port_t poly = 0;
    mach_msg_type_name_t type = 0;
    kern_return_t kr = mach_port_extract_right(0x203, 0x1a07, MACH_MSG_TYPE_COPY_SEND, &poly, &type);

    if (kr == KERN_SUCCESS) {
        CHECK_EQ(poly, 0x1b03);
        CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND); /* as received */
    }
    return kr;
}

static kern_return_t call_task_info(void)
{
    integer_t info[10] = { 0 };
    mach_msg_type_number_t count = 10;
    kern_return_t kr = task_info(0x203, 20, info, &count);

    if (kr == KERN_SUCCESS) {
        CHECK_EQ(count, 3);
        CHECK_EQ(info[2], 18);
    }
    return kr;
}

static kern_return_t call_exception(void)
{
    int64_t code[2] = { 13, 0x1000 };
    natural_t old_state[2] = { 0x51, 0x52 }, new_state[1296] = { 0 };
    mach_msg_type_number_t n_new = 1296;
    int flavor = 4;
    kern_return_t kr = mach_exception_raise_state_identity(0x903, 0x1103, 0x1203, 1, code, 2, &flavor,
                                                           old_state, 2, new_state, &n_new);

    if (kr == KERN_SUCCESS) {
        CHECK_EQ(n_new, 2);
        CHECK_EQ(new_state[1], 0x62);
    }
    return kr;
}

static kern_return_t call_vm_write(void)
{
    return mach_vm_write(0x203, 0x100002000, 0x7f0000004000, 32);
}

static kern_return_t call_vm_read(void)
{
    vm_offset_t data = 0;
    mach_msg_type_number_t count = 0;
    kern_return_t kr = mach_vm_read(0x203, 0x100002000, 4096, &data, &count);

    if (kr == KERN_SUCCESS) {
        CHECK_EQ(data, 0x7f0000003000);
        CHECK_EQ(count, 4096);
    }
    return kr;
}

static kern_return_t call_log(void)
{
    return log(0x707, 5, 2, (char *)"disk full");
}

static kern_return_t call_no_senders(void)
{
    return mach_notify_no_senders(0x1c03, 5);
}

static kern_return_t call_port_destroyed(void)
{
    return mach_notify_port_destroyed(0x1c03, 0x1d03);
}

static kern_return_t call_send_once(void)
{
    return mach_notify_send_once(0x1c03);
}

static kern_return_t call_chars(void)
{
    return chars(0x903, (char *)"abcde", 5, (char *)"hi", (char *)"xyz", 3, 0x1234, 0x1122334455667788);
}

static kern_return_t call_check_in(void)
{
    return child_port_check_in(0x903, 0x0102030405060708, 0x1d03, MACH_MSG_TYPE_MOVE_RECEIVE);
}

static kern_return_t call_look_up2(void)
{
    mach_port_t port = 0;
    audit_token_t token;
    name_t name = "com.example.echo";
    uuid_t uuid;

    for (int i = 0; i < 16; i++)
        uuid[i] = (unsigned char)i;
    return look_up2(0x707, name, &port, &token, 77, uuid, 1);
}

static kern_return_t call_spawn_reply(void)
{
    return job_mig_spawn2_reply(0x1c03, KERN_SUCCESS, 77, 0x1d03);
}

static kern_return_t call_spawn_failed(void)
{
    return job_mig_spawn2_reply(0x1c03, 5, 77, 0x1d03);
}

/* --- the vectors --- */

#define V1 "13150000 24000000 03020000 03160000  00000000 840c0000 00000000 01000000  01000000"
#define V2 "12000000 28000000 032b0000 00000000  00000000 e80c0000 00000000 01000000  00000000 071a0000"
#define V3 "12000000 24000000 032b0000 00000000  00000000 e80c0000 00000000 01000000  03000000"
#define V4                                                                                                   \
    "12000080 4c000000 032b0000 00000000  00000000 e40c0000 02000000 00100000"                               \
    "007f0000 00010001 0c000000 00200000  007f0000 00010001 0c000000 00000000"                               \
    "01000000 03000000 03000000"
#define V5                                                                                                   \
    "13150080 34000000 03020000 03160000  00000000 8e0c0000 01000000 071a0000"                               \
    "00000000 00001400 00000000 01000000  071a0000"
#define V6 "12000080 28000000 032b0000 00000000  00000000 f30c0000 01000000 031b0000  00000000 00001300"
#define V7 "13150000 28000000 03020000 03160000  00000000 4d0d0000 00000000 01000000  14000000 0a000000"
#define V8                                                                                                   \
    "12000000 34000000 032b0000 00000000  00000000 b10d0000 00000000 01000000"                               \
    "00000000 03000000 10000000 11000000  12000000"
#define V9                                                                                                   \
    "13150080 64000000 03090000 03160000  00000000 67090000 02000000 03110000"                               \
    "00000000 00001300 03120000 00000000  00001300 00000000 01000000 01000000"                               \
    "02000000 0d000000 00000000 00100000  00000000 04000000 02000000 51000000  52000000"
#define V10                                                                                                  \
    "12000000 34000000 032b0000 00000000  00000000 cb090000 00000000 01000000"                               \
    "00000000 04000000 02000000 61000000  62000000"
#define V11                                                                                                  \
    "13150080 40000000 03020000 03160000  00000000 c6120000 01000000 00400000"                               \
    "007f0000 00010001 20000000 00000000  01000000 00200000 01000000 20000000"
#define V12                                                                                                  \
    "12000080 38000000 032b0000 00000000  00000000 28130000 01000000 00300000"                               \
    "007f0000 00010001 00100000 00000000  01000000 00100000"
#define V13                                                                                                  \
    "13150000 3c000000 07070000 03160000  00000000 a1010000 00000000 01000000"                               \
    "05000000 02000000 00000000 0a000000  6469736b 2066756c 6c000000"
#define V14 "12000000 24000000 031c0000 00000000  00000000 46000000 00000000 01000000  05000000"
#define V15 "12000080 28000000 031c0000 00000000  00000000 45000000 01000000 031d0000  00000000 00001000"
#define V16 "12000000 18000000 031c0000 00000000  00000000 47000000"
#define V17 "12000000 24000000 032b0000 00000000  00000000 03100000 00000000 01000000  d1feffff"
#define V18                                                                                                  \
    "13150000 4c000000 03090000 03160000  00000000 88130000 00000000 01000000"                               \
    "05000000 61626364 65000000 00000000  03000000 68690000 03000000 78797a00"                               \
    "34120000 88776655 44332211"
#define V19                                                                                                  \
    "13000080 38000000 03090000 00000000  00000000 1b270000 01000000 031d0000"                               \
    "00000000 00001000 00000000 01000000  08070605 04030201"
#define ZERO_16 "00000000 00000000 00000000 00000000 "
#define V20                                                                                                  \
    "13150080 bc000000 07070000 03160000  00000000 94010000 00000000 01000000"                               \
    "636f6d2e 6578616d 706c652e 6563686f" ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16 ZERO_16            \
    "4d000000 00010203 04050607 08090a0b  0c0d0e0f 01000000 00000000"
#define V21                                                                                                  \
    "12000080 34000000 031c0000 00000000  00000000 17020000 01000000 031d0000"                               \
    "00000000 00001000 00000000 01000000  4d000000"
#define V22 "12000000 24000000 031c0000 00000000  00000000 17020000 00000000 01000000  05000000"

static void check_request(kern_return_t (*call)(void), const char *hex)
{
    begin(NULL);
    call();
    CHECK_EQ(fake.calls, 1);
    check_bytes(fake.request, fake.send_size, hex);
}

/* Serves a request vector; the reply is left in `reply`. */
static boolean_t serve(const char *hex, fake_demux_t demux, unsigned char *reply)
{
    static unsigned char request[FAKE_ROOM + 128];
    struct bytes b = bytes_of(hex);

    begin(demux);
    memcpy(request, b.data, b.size);
    fake_receive(request, 8);
    return fake_serve(demux, request, reply);
}

static unsigned char reply_room[FAKE_ROOM + 128];

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

/* A reply vector as the client receives it. */
static void set_reply(struct bytes *b)
{
    mach_msg_header_t *head = (void *)b->data;

    head->msgh_remote_port = MACH_PORT_NULL;
    head->msgh_local_port = FAKE_REPLY_PORT;
    if (b->size > 38 && (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) && b->data[39] == 0 && b->data[38] == 0x13)
        b->data[38] = MACH_MSG_TYPE_PORT_SEND;
    fake.reply = b->data;
    fake.reply_size = b->size;
}

static kern_return_t receive(kern_return_t (*call)(void), struct bytes *b)
{
    begin(NULL);
    set_reply(b);
    return call();
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

static const struct {
    kern_return_t (*call)(void);
    const char *reply;
    kern_return_t want;
} replies[] = {
    { call_allocate, V2, KERN_SUCCESS },  { call_allocate, V3, KERN_NO_SPACE },
    { call_names, V4, KERN_SUCCESS },     { call_extract, V6, KERN_SUCCESS },
    { call_task_info, V8, KERN_SUCCESS }, { call_exception, V10, KERN_SUCCESS },
    { call_vm_read, V12, KERN_SUCCESS },
};

TEST(user_stubs_accept_the_replies_of_the_vectors, "M46 M49 M50 M96")
{
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        struct bytes b = bytes_of(replies[i].reply);

        CHECK_EQ(receive(replies[i].call, &b), replies[i].want);
        CHECK_EQ(fake.destroyed, replies[i].want ? 1 : 0);
    }
}

/* --- spoilt vectors --- */

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
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
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
