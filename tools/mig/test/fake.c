/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/fake.c - a mach_msg for tests */
#include "fake.h"

#include "tests/harness/harness.h"

#include <stdlib.h>
#include <string.h>

struct fake fake;
NDR_record_t NDR_record = { .int_rep = NDR_INT_LITTLE_ENDIAN };
mach_port_t mach_task_self_ = 0x103;

void fake_reset(fake_demux_t demux)
{
    memset(&fake, 0, sizeof(fake));
    fake.demux = demux;
}

static unsigned received_form(unsigned disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND: return MACH_MSG_TYPE_MOVE_SEND;
    case MACH_MSG_TYPE_MAKE_SEND_ONCE: return MACH_MSG_TYPE_MOVE_SEND_ONCE;
    }
    return disposition;
}

/* byte 11 of a descriptor: its type, byte 10: its disposition */
static void receive_descriptors(unsigned char *message)
{
    mach_msg_header_t *head = (void *)message;
    uint32_t n;
    unsigned char *p = message + 28;

    if (!(head->msgh_bits & MACH_MSGH_BITS_COMPLEX))
        return;
    memcpy(&n, message + 24, 4);
    for (uint32_t i = 0; i < n && p + 16 <= message + head->msgh_size + 4; i++) {
        if (p[11] != MACH_MSG_OOL_DESCRIPTOR)
            p[10] = (unsigned char)received_form(p[10]);
        p += p[11] == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    }
}

static void add_trailer(unsigned char *message, mach_msg_size_t size, mach_msg_size_t type)
{
    mach_msg_header_t *head = (void *)message;
    mach_msg_max_trailer_t *trailer = (void *)(message + ((head->msgh_size + 3) & ~3u));

    memset(trailer, 0, size > 8 ? size : 8);
    trailer->msgh_trailer_type = type;
    trailer->msgh_trailer_size = size;
    if (size >= 12)
        trailer->msgh_seqno = 7;
    if (size >= 20)
        trailer->msgh_sender.val[1] = 501;
    if (size >= 52)
        trailer->msgh_audit.val[5] = 4711;
    if (size >= 60)
        trailer->msgh_context = 0xc0ffee;
}

void fake_receive(void *message, mach_msg_size_t trailer_size)
{
    mach_msg_header_t *head = message;
    mach_port_t destination = head->msgh_remote_port, reply = head->msgh_local_port;

    head->msgh_bits = (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
                      MACH_MSGH_BITS(received_form(MACH_MSGH_BITS_LOCAL(head->msgh_bits)),
                                     received_form(MACH_MSGH_BITS_REMOTE(head->msgh_bits)));
    head->msgh_local_port = destination;
    head->msgh_remote_port = reply ? FAKE_REPLY_RIGHT : MACH_PORT_NULL;
    receive_descriptors(message);
    add_trailer(message, trailer_size, 0);
}

boolean_t fake_serve(fake_demux_t demux, void *request, void *reply)
{
    memset(reply, 0xee, FAKE_ROOM); /* whatever the stub forgets to write is seen */
    return demux(request, reply);
}

static mach_msg_return_t deliver(mach_msg_header_t *msg, const void *reply, mach_msg_size_t rcv_size)
{
    static unsigned char room[FAKE_ROOM + 128];
    mach_msg_header_t *head = (void *)room;
    mach_msg_size_t trailer = fake.trailer_size ? fake.trailer_size : 8;

    memcpy(room, reply, FAKE_ROOM);
    if (fake.reply == NULL) {
        head->msgh_bits = (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
                          MACH_MSGH_BITS(0, received_form(MACH_MSGH_BITS_REMOTE(head->msgh_bits)));
        head->msgh_local_port = FAKE_REPLY_PORT;
        head->msgh_remote_port = MACH_PORT_NULL;
        receive_descriptors(room);
    }
    REQUIRE(head->msgh_size <= FAKE_ROOM);
    memcpy(fake.received, room, head->msgh_size);
    fake.received_size = head->msgh_size;
    add_trailer(room, trailer, fake.trailer_type);
    if (head->msgh_size + trailer > rcv_size)
        return MACH_RCV_TOO_LARGE;
    memcpy(msg, room, head->msgh_size + trailer);
    return MACH_MSG_SUCCESS;
}

static unsigned char pending_reply[FAKE_ROOM + 128];

static mach_msg_return_t send(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t size,
                              mach_msg_timeout_t timeout)
{
    static unsigned char request[FAKE_ROOM + 128];

    REQUIRE(size <= FAKE_ROOM);
    CHECK_EQ(size, msg->msgh_size);
    memcpy(fake.request, msg, size);
    fake.send_size = size;
    fake.send_option = option;
    fake.send_timeout = timeout;
    if (fake.result != MACH_MSG_SUCCESS && fake.failed_local_port)
        msg->msgh_local_port = fake.failed_local_port;
    if (fake.result != MACH_MSG_SUCCESS)
        return fake.result;
    if (fake.reply) {
        memcpy(pending_reply, fake.reply, fake.reply_size);
        return MACH_MSG_SUCCESS;
    }
    if (fake.demux == NULL)
        return MACH_MSG_SUCCESS;
    memcpy(request, msg, size);
    fake_receive(request, 68);
    fake_serve(fake.demux, request, pending_reply);
    return MACH_MSG_SUCCESS;
}

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t send_size,
                           mach_msg_size_t rcv_size, mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify)
{
    mach_msg_return_t mr = MACH_MSG_SUCCESS;

    fake.calls++;
    CHECK_EQ(notify, 0);
    fake.option = option;
    fake.rcv_size = rcv_size;
    fake.rcv_name = rcv_name;
    fake.timeout = timeout;
    if (option & MACH_SEND_MSG)
        mr = send(msg, option, send_size, timeout);
    else
        mr = fake.receive_result;
    if (mr != MACH_MSG_SUCCESS || !(option & MACH_RCV_MSG) || (fake.reply == NULL && fake.demux == NULL))
        return mr;
    return deliver(msg, pending_reply, rcv_size);
}

mach_port_t mig_get_reply_port(void)
{
    fake.got_reply++;
    return FAKE_REPLY_PORT;
}

mach_port_t mig_get_special_reply_port(void)
{
    return FAKE_SPECIAL_PORT;
}

void mig_dealloc_special_reply_port(mach_port_t port)
{
    fake.dealloc_special++;
    fake.last_dealloc = port;
}

void mig_put_reply_port(mach_port_t port)
{
    fake.put_reply++;
}

void mig_dealloc_reply_port(mach_port_t port)
{
    fake.dealloc_reply++;
    fake.last_dealloc = port;
}

void mach_msg_destroy(mach_msg_header_t *msg)
{
    fake.destroyed++;
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
    fake.freed++;
    fake.freed_bytes += size;
    if (fake.on_free)
        fake.on_free(address, size);
}

char *mig_user_allocate(vm_size_t size)
{
    char *data = fake.no_memory ? NULL : malloc(size);

    fake.allocations += data != NULL;
    fake.allocated += data != NULL;
    return data;
}

void mig_user_deallocate(char *data, vm_size_t size)
{
    memset(data, 0xdd, size); /* all of it was ours */
    free(data);
    fake.allocated--;
}

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name)
{
    fake.deallocated++;
    return KERN_SUCCESS;
}

kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta)
{
    fake.deallocated++;
    return KERN_SUCCESS;
}

int mig_strncpy(char *dest, const char *src, int len)
{
    int n = 0;

    if (len <= 0)
        return 0;
    while (n < len - 1 && src[n]) {
        dest[n] = src[n];
        n++;
    }
    dest[n] = 0;
    return n + 1;
}

int mig_strncpy_zerofill(char *dest, const char *src, int len)
{
    int n;

    if (dest == NULL || len <= 0)
        return 0;
    memset(dest, 0, (size_t)len);
    n = src ? mig_strncpy(dest, src, len) : 0;
    return n;
}
