/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer_mach.c - mach_msg through machd: the client sends and receives in one call, and so does the server */
#include <mach/mach.h>
#include <string.h>

#include "peer.h"

struct message {
    mach_msg_header_t header;
    char bytes[MESSAGE_SIZE - sizeof(mach_msg_header_t)];
    mach_msg_max_trailer_t trailer;
};

struct mach {
    mach_port_t service, reply;
};

static struct mach mach;

/* The child makes the service and hands a send right to its parent by the registered ports of neither: the parent's port
 * stands in the bootstrap slot while it forks. */
static void mach_echo(struct peer *peer)
{
    mach_port_t parent = MACH_PORT_NULL, service = MACH_PORT_NULL;
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } hello = { 0 };
    (void)peer;
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &parent);
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &service);
    hello.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
    hello.header.msgh_remote_port = parent;
    hello.body.msgh_descriptor_count = 1;
    hello.port.name = service;
    hello.port.disposition = MACH_MSG_TYPE_MAKE_SEND;
    hello.port.type = MACH_MSG_PORT_DESCRIPTOR;
    if (mach_msg(&hello.header, MACH_SEND_MSG, sizeof(hello), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL))
        return;
    struct message message = { 0 };
    mach_msg_option_t option = MACH_RCV_MSG;
    for (;;) {
        if (mach_msg(&message.header, option, MESSAGE_SIZE, sizeof(message), service, 0, MACH_PORT_NULL))
            return;
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        option = MACH_SEND_MSG | MACH_RCV_MSG;
    }
}

static bool receive_hello(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_max_trailer_t trailer;
    } hello;
    if (mach_msg(&hello.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(hello), port, 5000, MACH_PORT_NULL))
        return false;
    mach.service = hello.port.name;
    return true;
}

static const char *mach_start(struct peer *peer, int cpu)
{
    mach_port_t hello = MACH_PORT_NULL, bootstrap = MACH_PORT_NULL;
    if (mach_task_self() == MACH_PORT_NULL)
        return "no machd (run it by machctl run)";
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &hello);
    mach_port_insert_right(mach_task_self(), hello, hello, MACH_MSG_TYPE_MAKE_SEND);
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, hello);
    pid_t child = peer_fork(peer, cpu, mach_echo);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, bootstrap);
    if (child < 0 || !receive_hello(hello))
        return "the echoing child did not answer";
    mach.reply = mach_reply_port();
    mach_port_mod_refs(mach_task_self(), hello, MACH_PORT_RIGHT_RECEIVE, -1);
    return NULL;
}

static bool mach_call(struct peer *peer)
{
    struct message message = { .header = {
                                   .msgh_bits =
                                       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                   .msgh_remote_port = mach.service,
                                   .msgh_local_port = mach.reply,
                                   .msgh_id = 64,
                               } };
    (void)peer;
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, MESSAGE_SIZE, sizeof(message), mach.reply,
                    0, MACH_PORT_NULL) == MACH_MSG_SUCCESS;
}

static void mach_stop(struct peer *peer)
{
    peer_kill(peer);
    mach_port_deallocate(mach_task_self(), mach.service);
    mach_port_mod_refs(mach_task_self(), mach.reply, MACH_PORT_RIGHT_RECEIVE, -1);
}

struct peer peer_mach = {
    .name = "machd (mach_msg)", .key = "mach", .start = mach_start, .call = mach_call, .stop = mach_stop
};
