/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

struct hello {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

enum { HELLO_SIZE = sizeof(struct hello) - sizeof(mach_msg_max_trailer_t), PATIENCE_MS = 5000 };

mach_port_t service_make(void)
{
    mach_port_t parent = MACH_PORT_NULL, service = MACH_PORT_NULL;
    struct hello hello = { 0 };
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &parent);
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &service);
    hello.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
    hello.header.msgh_remote_port = parent;
    hello.body.msgh_descriptor_count = 1;
    hello.port.name = service;
    hello.port.disposition = MACH_MSG_TYPE_MAKE_SEND;
    hello.port.type = MACH_MSG_PORT_DESCRIPTOR;
    if (mach_msg(&hello.header, MACH_SEND_MSG, HELLO_SIZE, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL))
        return MACH_PORT_NULL;
    return service;
}

static mach_port_t receive_hello(mach_port_t port)
{
    struct hello hello;
    if (mach_msg(&hello.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(hello), port, PATIENCE_MS,
                 MACH_PORT_NULL))
        return MACH_PORT_NULL;
    return hello.port.name;
}

/* The parent's port stands in the bootstrap slot while it forks; that is how the child comes by it. */
const char *service_fork(struct peer *peer, int cpu, void (*serve)(struct peer *peer), mach_port_t *service_p)
{
    mach_port_t hello = MACH_PORT_NULL, bootstrap = MACH_PORT_NULL;
    if (mach_task_self() == MACH_PORT_NULL)
        return "no machd (run it by machctl run)";
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &hello);
    mach_port_insert_right(mach_task_self(), hello, hello, MACH_MSG_TYPE_MAKE_SEND);
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, hello);
    pid_t child = peer_fork(peer, cpu, serve);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, bootstrap);
    *service_p = child > 0 ? receive_hello(hello) : MACH_PORT_NULL;
    mach_port_mod_refs(mach_task_self(), hello, MACH_PORT_RIGHT_RECEIVE, -1);
    if (*service_p != MACH_PORT_NULL)
        return NULL;
    peer_kill(peer);
    return "the child did not answer";
}
