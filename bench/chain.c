/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include "service.h"

struct message {
    mach_msg_header_t header;
    char bytes[MESSAGE_SIZE - sizeof(mach_msg_header_t)];
    mach_msg_max_trailer_t trailer;
};

static bool call_port(mach_port_t service, mach_port_t reply)
{
    struct message message = { .header = {
                                   .msgh_bits =
                                       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                   .msgh_remote_port = service,
                                   .msgh_local_port = reply,
                               } };
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, MESSAGE_SIZE, sizeof(message), reply, 0,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS;
}

/* ---- a server ---- */

/* A child inherits no names: it comes by its next one as a registered port. */
static mach_port_t next_of(const struct peer *peer)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    const struct chain *chain = peer->state;
    if (peer == &chain->servers[0] || mach_ports_lookup(mach_task_self(), &ports, &n) != KERN_SUCCESS ||
        n == 0)
        return MACH_PORT_NULL;
    return ports[0];
}

static void serve(struct peer *peer)
{
    mach_port_t next = next_of(peer), service = service_make(), reply = thread_get_special_reply_port();
    mach_msg_option_t option = MACH_RCV_MSG;
    struct message message = { 0 };
    while (mach_msg(&message.header, option, MESSAGE_SIZE, sizeof(message), service, 0, MACH_PORT_NULL) == 0) {
        if (next == MACH_PORT_NULL)
            peer_work();
        else if (!call_port(next, reply))
            return;
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        option = MACH_SEND_MSG | MACH_RCV_MSG;
    }
}

/* ---- all of them ---- */

static const char *start_next(struct chain *chain, void (*serve)(struct peer *peer))
{
    struct peer *server = &chain->servers[chain->n];
    if (chain->n > 0 && mach_ports_register(mach_task_self(), &chain->services[chain->n - 1], 1))
        return "the next server cannot be named";
    server->state = chain;
    const char *why = service_fork(server, -1, serve, &chain->services[chain->n]);
    if (!why)
        chain->n++;
    return why;
}

const char *chain_start_one(struct chain *chain, void (*serve)(struct peer *peer))
{
    *chain = (struct chain){ .n = 0 };
    return start_next(chain, serve);
}

const char *chain_start(struct chain *chain, unsigned n)
{
    const char *why = chain_start_one(chain, serve);
    while (!why && chain->n < n)
        why = start_next(chain, serve);
    if (why)
        chain_stop(chain);
    return why;
}

bool chain_call(void *chain)
{
    const struct chain *c = chain;
    return call_port(c->services[c->n - 1], c->reply);
}

void chain_stop(struct chain *chain)
{
    for (unsigned i = 0; i < chain->n; i++) {
        peer_kill(&chain->servers[i]);
        mach_port_deallocate(mach_task_self(), chain->services[i]);
    }
    if (chain->reply != MACH_PORT_NULL)
        mach_port_mod_refs(mach_task_self(), chain->reply, MACH_PORT_RIGHT_RECEIVE, -1);
    *chain = (struct chain){ .n = 0 };
}
