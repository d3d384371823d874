/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/vectors_calls.c - vectors as bytes, the calls that they are of, and how they are played */
#include "vectors.h"

#include <string.h>

unsigned char reply_room[FAKE_ROOM + 128];

int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

struct bytes bytes_of(const char *hex)
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

void check_bytes(const void *got, mach_msg_size_t size, const char *hex)
{
    struct bytes want = bytes_of(hex);

    CHECK_EQ(size, want.size);
    CHECK_MEM_EQ(got, want.data, want.size);
}

/* ---- calls, each as its vector says ---- */

kern_return_t call_allocate(void)
{
    mach_port_name_t name = 0;
    kern_return_t kr = mach_port_allocate(0x203, MACH_PORT_RIGHT_RECEIVE, &name);

    if (kr == KERN_SUCCESS)
        CHECK_EQ(name, 0x1a07);
    return kr;
}

kern_return_t call_names(void)
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

kern_return_t call_insert(void)
{
    return mach_port_insert_right(0x203, 0x1a07, 0x1a07, MACH_MSG_TYPE_MAKE_SEND);
}

kern_return_t call_extract(void)
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

kern_return_t call_task_info(void)
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

kern_return_t call_exception(void)
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

kern_return_t call_vm_write(void)
{
    return mach_vm_write(0x203, 0x100002000, 0x7f0000004000, 32);
}

kern_return_t call_vm_read(void)
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

kern_return_t call_log(void)
{
    return log(0x707, 5, 2, (char *)"disk full");
}

kern_return_t call_no_senders(void)
{
    return mach_notify_no_senders(0x1c03, 5);
}

kern_return_t call_port_destroyed(void)
{
    return mach_notify_port_destroyed(0x1c03, 0x1d03);
}

kern_return_t call_send_once(void)
{
    return mach_notify_send_once(0x1c03);
}

kern_return_t call_chars(void)
{
    return chars(0x903, (char *)"abcde", 5, (char *)"hi", (char *)"xyz", 3, 0x1234, 0x1122334455667788);
}

kern_return_t call_check_in(void)
{
    return child_port_check_in(0x903, 0x0102030405060708, 0x1d03, MACH_MSG_TYPE_MOVE_RECEIVE);
}

kern_return_t call_look_up2(void)
{
    mach_port_t port = 0;
    audit_token_t token;
    name_t name = "com.example.echo";
    uuid_t uuid;

    for (int i = 0; i < 16; i++)
        uuid[i] = (unsigned char)i;
    return look_up2(0x707, name, &port, &token, 77, uuid, 1);
}

kern_return_t call_spawn_reply(void)
{
    return job_mig_spawn2_reply(0x1c03, KERN_SUCCESS, 77, 0x1d03);
}

kern_return_t call_spawn_failed(void)
{
    return job_mig_spawn2_reply(0x1c03, 5, 77, 0x1d03);
}

const struct reply_vector replies[] = {
    { call_allocate, V2, KERN_SUCCESS },  { call_allocate, V3, KERN_NO_SPACE },
    { call_names, V4, KERN_SUCCESS },     { call_extract, V6, KERN_SUCCESS },
    { call_task_info, V8, KERN_SUCCESS }, { call_exception, V10, KERN_SUCCESS },
    { call_vm_read, V12, KERN_SUCCESS },
};
const size_t n_replies = sizeof(replies) / sizeof(replies[0]);

/* ---- playing them ---- */

boolean_t serve(const char *hex, fake_demux_t demux, unsigned char *reply)
{
    static unsigned char request[FAKE_ROOM + 128];
    struct bytes b = bytes_of(hex);

    begin(demux);
    memcpy(request, b.data, b.size);
    fake_receive(request, 8);
    return fake_serve(demux, request, reply);
}

void set_reply(struct bytes *b)
{
    mach_msg_header_t *head = (void *)b->data;

    head->msgh_remote_port = MACH_PORT_NULL;
    head->msgh_local_port = FAKE_REPLY_PORT;
    if (b->size > 38 && (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) && b->data[39] == 0 && b->data[38] == 0x13)
        b->data[38] = MACH_MSG_TYPE_PORT_SEND;
    fake.reply = b->data;
    fake.reply_size = b->size;
}

kern_return_t receive(kern_return_t (*call)(void), struct bytes *b)
{
    begin(NULL);
    set_reply(b);
    return call();
}
