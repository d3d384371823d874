/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/held.c - beyond the original: whoever holds a caller's reply right inherits its priority; links.c shows what holds
 * with the setting off */
#include "tests/push/common.h"

/* A plain server of class DEFAULT: receives, calls the next one if there is one, answers, and ends. */
struct server {
    mach_port_t port, next; /* next: whom it asks before it answers */
    mach_port_t gate;       /* it waits here before it answers */
    _Atomic mach_port_t thread;
    _Atomic int base_after; /* once it has answered */
    world_thread *world;
};

static void *serve(void *argument)
{
    struct server *server = argument;
    server->thread = mach_thread_self();
    struct letter request = letter_take(server->port);
    if (server->next != MACH_PORT_NULL) {
        struct letter answered = { 0 };
        mach_port_t reply = thread_get_special_reply_port();
        CHECK_EQ(letter_send(server->next, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                             MACH_PORT_NULL, 0, 0, 0),
                 OK);
        CHECK_EQ(mach_msg(&answered.header, MACH_RCV_MSG, 0, sizeof(answered), reply, 0, 0), OK);
        port_gone(reply);
    }
    if (server->gate != MACH_PORT_NULL)
        letter_take(server->gate);
    CHECK_EQ(answer(&request), OK);
    server->base_after = base_of(server->thread);
    return NULL;
}

static void server_start(struct server *server, mach_port_t next, bool has_gate)
{
    *server = (struct server){ .port = port_with_send(), .next = next };
    server->gate = has_gate ? port_with_send() : MACH_PORT_NULL;
    server->world = world_thread_spawn(serve, server);
    until_waiting(&server->thread);
}

static void server_end(struct server *server)
{
    world_thread_join(server->world);
    CHECK_EQ(server->base_after, 31);
    mach_port_deallocate(SELF, server->thread);
    port_gone(server->port);
    if (server->gate != MACH_PORT_NULL)
        port_gone(server->gate);
}

static void open_gate(struct server *server)
{
    CHECK_EQ(letter_send(server->gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
}

TEST(a_plain_server_has_its_callers_priority_until_it_answers, "P160")
{
    struct server server;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    server_start(&server, MACH_PORT_NULL, true);
    struct caller caller = { .dest = server.port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    CHECK_EQ(base_soon(server.thread, 47), 47);
    CHECK_EQ(push_of(server.thread), 47);
    open_gate(&server);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(caller.received_id, ID_REPLY);
    server_end(&server);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_chain_of_plain_servers_is_raised_whole_and_falls_link_by_link, "")
{
    enum { LENGTH = 5 };
    struct server servers[LENGTH];
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = LENGTH - 1; i >= 0; i--)
        server_start(&servers[i], i == LENGTH - 1 ? MACH_PORT_NULL : servers[i + 1].port, true);
    struct caller caller = { .dest = servers[0].port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    for (int i = 0; i < LENGTH; i++)
        CHECK_EQ(base_soon(servers[i].thread, 47), 47);
    for (int i = LENGTH - 1; i > 0; i--) {
        open_gate(&servers[i]);
        for (int ms = 0; ms < PATIENCE_MS && servers[i].base_after == 0; ms++)
            world_sleep_ms(1);
        CHECK_EQ(servers[i].base_after, 31);
        CHECK_EQ(base_of(servers[i - 1].thread), 47);
    }
    open_gate(&servers[0]);
    caller_end(&caller);
    for (int i = 0; i < LENGTH; i++)
        server_end(&servers[i]);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_caller_that_gives_up_pushes_no_more, "")
{
    struct server server;
    role(PRIO_DARWIN_ROLE_UI);
    server_start(&server, MACH_PORT_NULL, true);
    struct caller caller = { .dest = server.port, .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    CHECK_EQ(base_soon(server.thread, 37), 37);
    world_thread_interrupt(caller.world);
    CHECK_EQ(caller_end(&caller), MACH_RCV_INTERRUPTED);
    CHECK_EQ(base_of(server.thread), 31);
    open_gate(&server);
    server_end(&server);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(whoever_is_handed_the_reply_right_is_pushed_instead, "")
{
    mach_port_t port = port_with_send(), self = mach_thread_self();
    struct server second;
    role(PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0), 0);
    server_start(&second, MACH_PORT_NULL, true);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    struct letter request = letter_take(port);
    CHECK_EQ(push_of(self), 37);
    CHECK_EQ(letter_send(second.port, MACH_MSG_TYPE_COPY_SEND, request.header.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
             OK);
    CHECK_EQ(push_of(self), 0);
    CHECK_EQ(base_soon(second.thread, 37), 37);
    CHECK_EQ(push_of(second.thread), 37);
    open_gate(&second);
    CHECK_EQ(caller_end(&caller), OK);
    server_end(&second);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    mach_port_deallocate(SELF, self);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

struct waiter_of_two {
    mach_port_t port, gate;
    _Atomic mach_port_t thread;
};

static void *serve_two(void *argument)
{
    struct waiter_of_two *server = argument;
    server->thread = mach_thread_self();
    struct letter first = letter_take(server->port), second = letter_take(server->port);
    letter_take(server->gate);
    CHECK_EQ(answer(&first), OK);
    letter_take(server->gate);
    CHECK_EQ(answer(&second), OK);
    return NULL;
}

TEST(the_answer_to_one_of_two_callers_leaves_the_push_of_the_other, "S8 T35")
{
    struct waiter_of_two server = { .port = port_with_send(), .gate = port_with_send() };
    struct caller high = { .dest = server.port, .qos_class = QOS_CLASS_USER_INTERACTIVE },
                  middle = { .dest = server.port, .qos_class = QOS_CLASS_USER_INITIATED };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&high);
    caller_start(&middle);
    world_thread *thread = world_thread_spawn(serve_two, &server);
    until_waiting(&server.thread);
    CHECK_EQ(base_soon(server.thread, 47), 47);
    CHECK_EQ(letter_send(server.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(caller_end(&high), OK);
    CHECK_EQ(base_of(server.thread), 37);
    CHECK_EQ(push_of(server.thread), 37);
    CHECK_EQ(letter_send(server.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(caller_end(&middle), OK);
    world_thread_join(thread);
    mach_port_deallocate(SELF, server.thread);
    port_gone(server.port);
    port_gone(server.gate);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
