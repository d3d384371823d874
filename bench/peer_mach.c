/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer_mach.c - mach_msg through machd: the client sends and receives in one call, and so does the server */
#include <mach/mach.h>
#include <string.h>

#include "service.h"

struct message {
    mach_msg_header_t header;
    char bytes[MESSAGE_SIZE - sizeof(mach_msg_header_t)];
    mach_msg_max_trailer_t trailer;
};

struct mach {
    mach_port_t service, reply;
};

static struct mach mach;

static void mach_echo(struct peer *peer)
{
    mach_port_t service = service_make();
    (void)peer;
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

static const char *mach_start(struct peer *peer, int cpu)
{
    const char *why = service_fork(peer, cpu, mach_echo, &mach.service);
    if (!why)
        mach.reply = mach_reply_port();
    return why;
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
