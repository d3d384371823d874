/* SPDX-License-Identifier: Apache-2.0 */
/* tests/world_common.c - how a child gets its port and tells its task port, in both worlds
 *
 * The spawner makes a port and lets the child inherit it as its bootstrap port. The child's first message there carries its
 * task port; the answer carries the right that the test gives along. The child's bootstrap port is NULL by then. */
#include "tests/world_common.h"

#include <mach/mach.h>
#include <stddef.h>

#include "tests/harness/harness.h"

enum { HELLO_ID = 0x68656c6c, PATIENCE_MS = 20000 };

struct port_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

static kern_return_t message_send(mach_port_t to, mach_msg_type_name_t to_how, mach_port_t reply,
                                  mach_port_t carried, mach_msg_type_name_t carried_how)
{
    struct port_message message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(to_how, reply ? MACH_MSG_TYPE_MAKE_SEND_ONCE : 0) |
                                 MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to,
                    .msgh_local_port = reply,
                    .msgh_id = HELLO_ID },
        .body = { 1 },
        .port = { .name = carried, .disposition = carried_how, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    return mach_msg(&message.header, MACH_SEND_MSG, offsetof(struct port_message, trailer), 0, 0, 0, 0);
}

static kern_return_t message_receive(mach_port_t from, struct port_message *message)
{
    return mach_msg(&message->header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*message), from, PATIENCE_MS,
                    0);
}

/* ---- the child ---- */

mach_port_t world_child_hello(void)
{
    struct port_message answer = { 0 };
    mach_port_t hello = MACH_PORT_NULL, movable = MACH_PORT_NULL;
    mach_port_t reply = mach_reply_port();
    REQUIRE_EQ(task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &hello), KERN_SUCCESS);
    REQUIRE_EQ(task_get_special_port(mach_task_self(), TASK_KERNEL_PORT, &movable), KERN_SUCCESS); /* K73 */
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT,
                          MACH_PORT_NULL); /* before anybody has the task's port */
    REQUIRE_EQ(message_send(hello, MACH_MSG_TYPE_MOVE_SEND, reply, movable, MACH_MSG_TYPE_MOVE_SEND),
               KERN_SUCCESS);
    REQUIRE_EQ(message_receive(reply, &answer), KERN_SUCCESS);
    mach_port_mod_refs(mach_task_self(), reply, MACH_PORT_RIGHT_RECEIVE, -1);
    return answer.port.name;
}

/* ---- the spawner ---- */

mach_port_t world_hello_begin(mach_port_t *saved_p)
{
    mach_port_t hello = MACH_PORT_NULL;
    REQUIRE_EQ(task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, saved_p), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &hello), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_insert_right(mach_task_self(), hello, hello, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    REQUIRE_EQ(task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, hello), KERN_SUCCESS);
    return hello;
}

static mach_msg_type_name_t how_to_give(mach_port_t port)
{
    mach_port_type_t type = 0;
    if (port == MACH_PORT_NULL)
        return MACH_MSG_TYPE_COPY_SEND;
    REQUIRE_EQ(mach_port_type(mach_task_self(), port, &type), KERN_SUCCESS);
    return type & MACH_PORT_TYPE_RECEIVE ? MACH_MSG_TYPE_MAKE_SEND : MACH_MSG_TYPE_COPY_SEND;
}

mach_port_t world_hello_end(mach_port_t hello, mach_port_t saved, mach_port_t port)
{
    struct port_message message = { 0 };
    REQUIRE_EQ(task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, saved), KERN_SUCCESS);
    if (MACH_PORT_VALID(saved))
        mach_port_deallocate(mach_task_self(), saved);
    REQUIRE_EQ(message_receive(hello, &message), KERN_SUCCESS);
    REQUIRE_EQ(message.header.msgh_id, HELLO_ID);
    REQUIRE_EQ(message_send(message.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL,
                            port, how_to_give(port)),
               KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), hello);
    return message.port.name;
}
