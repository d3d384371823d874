/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/server.c - mach_msg_server: receive, demultiplex, reply (P190)
 *
 * Two buffers, of a size that a request with its trailer fits; they grow when the caller asked for
 * MACH_RCV_LARGE. The reply and the next receive are separate calls: a client that does not take its reply
 * must not hold up the others.
 */
#include <mach/mach.h>
#include <mach/vm_map.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef boolean_t (*demux_t)(mach_msg_header_t *request, mach_msg_header_t *reply);

struct server {
    demux_t demux;
    mach_port_t port;
    mach_msg_options_t options; /* of the receive, without its direction */
    mach_msg_size_t room;
    mach_msg_header_t *request, *reply;
};

static bool server_grow(struct server *server, mach_msg_size_t room)
{
    mach_msg_header_t *request = realloc(server->request, room);
    if (request != NULL)
        server->request = request;
    mach_msg_header_t *reply = realloc(server->reply, room);
    if (reply != NULL)
        server->reply = reply;
    if (request == NULL || reply == NULL)
        return false;
    server->room = room;
    return true;
}

static bool server_init(struct server *server, demux_t demux, mach_msg_size_t max_size, mach_port_t port,
                        mach_msg_options_t options)
{
    *server = (struct server){
        .demux = demux,
        .port = port,
        .options = options & ~(MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_VOUCHER),
    };
    mach_msg_size_t least = sizeof(mig_reply_error_t);
    return server_grow(server, ((max_size > least ? max_size : least) + 3u) / 4 * 4 + MAX_TRAILER_SIZE);
}

static void server_fini(struct server *server)
{
    free(server->request);
    free(server->reply);
}

static mach_msg_return_t server_receive(struct server *server)
{
    for (;;) {
        mach_msg_return_t mr = mach_msg(server->request, MACH_RCV_MSG | server->options, 0, server->room,
                                        server->port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
        if (mr != MACH_RCV_TOO_LARGE || !(server->options & MACH_RCV_LARGE))
            return mr;
        mach_msg_size_t needed = server->request->msgh_size;
        if (needed > 64u << 20 || !server_grow(server, (needed + 3u) / 4 * 4 + MAX_TRAILER_SIZE))
            return KERN_RESOURCE_SHORTAGE;
    }
}

/* Whether there is something to send; a failed request is destroyed but for the right that its answer needs. */
static bool server_finish(struct server *server)
{
    mig_reply_error_t *reply = (mig_reply_error_t *)server->reply;
    if (!(reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        if (reply->RetCode == MIG_NO_REPLY)
            return false;
        if (reply->RetCode != KERN_SUCCESS) {
            server->request->msgh_remote_port = MACH_PORT_NULL;
            mach_msg_destroy(server->request);
        }
    }
    return reply->Head.msgh_remote_port != MACH_PORT_NULL;
}

/* What could not be sent back is released, its local right included. */
static void server_discard(mach_msg_header_t *reply)
{
    mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(reply->msgh_bits);
    mach_msg_destroy(reply);
    if (MACH_PORT_VALID(reply->msgh_local_port) &&
        (local == MACH_MSG_TYPE_MOVE_SEND || local == MACH_MSG_TYPE_MOVE_SEND_ONCE))
        mach_port_deallocate(mach_task_self(), reply->msgh_local_port);
}

static mach_msg_return_t server_send(struct server *server)
{
    mach_msg_header_t *reply = server->reply;
    mach_msg_option_t option = MACH_SEND_MSG;
    if (MACH_MSGH_BITS_REMOTE(reply->msgh_bits) != MACH_MSG_TYPE_MOVE_SEND_ONCE)
        option |= MACH_SEND_TIMEOUT;
    mach_msg_return_t mr =
        mach_msg(reply, option, reply->msgh_size, 0, MACH_PORT_NULL, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    if (mr != MACH_SEND_INVALID_DEST && mr != MACH_SEND_TIMED_OUT && mr != MACH_SEND_INTERRUPTED)
        return mr;
    server_discard(reply);
    return MACH_MSG_SUCCESS;
}

static mach_msg_return_t server_turn(struct server *server)
{
    mach_msg_return_t mr = server_receive(server);
    if (mr != MACH_MSG_SUCCESS)
        return mr;
    memset(server->reply, 0, sizeof(mig_reply_error_t));
    server->demux(server->request, server->reply);
    return server_finish(server) ? server_send(server) : MACH_MSG_SUCCESS;
}

mach_msg_return_t mach_msg_server_once(demux_t demux, mach_msg_size_t max_size, mach_port_t rcv_name,
                                       mach_msg_options_t options)
{
    struct server server;
    mach_msg_return_t mr = KERN_RESOURCE_SHORTAGE;
    if (server_init(&server, demux, max_size, rcv_name, options))
        mr = server_turn(&server);
    server_fini(&server);
    return mr;
}

mach_msg_return_t mach_msg_server(demux_t demux, mach_msg_size_t max_size, mach_port_t rcv_name,
                                  mach_msg_options_t options)
{
    struct server server;
    mach_msg_return_t mr = KERN_RESOURCE_SHORTAGE;
    if (server_init(&server, demux, max_size, rcv_name, options))
        do
            mr = server_turn(&server);
        while (mr == MACH_MSG_SUCCESS);
    server_fini(&server);
    return mr;
}

mach_msg_return_t mach_msg_server_importance(demux_t demux, mach_msg_size_t max_size, mach_port_t rcv_name,
                                             mach_msg_options_t options)
{
    return mach_msg_server(demux, max_size, rcv_name, options);
}
