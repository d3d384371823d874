/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/death.c - section 9: what one task's death is for the others */
#include "tests/ports/util.h"

/* Tells the parent, in one message: a send right and a send-once right to a port of its own. Then it asks for one message with
 * rights on that port and waits for ever. */
static int holder(void *argument)
{
    mach_port_t port = make_port();
    struct message message = message_plain(world_parent_port(), COPY_SEND, port, MAKE_SEND_ONCE, 1);
    add_port(&message, port, MAKE_SEND);
    CHECK_EQ(message_send(&message, -1), KERN_SUCCESS);
    CHECK_EQ(message_receive(&message, port, -1), KERN_SUCCESS);
    message = message_plain(world_parent_port(), COPY_SEND, MACH_PORT_NULL, 0, 2);
    CHECK_EQ(message_send(&message, -1), KERN_SUCCESS);
    message_receive(&message, make_port(), -1);
    return WORLD_OK;
}

struct dying {
    world_task *task;
    mach_port_t from, port; /* where it talks to us; its port, S here */
};

/* The child holds a send right to `sent`, a send-once right to `owed` and the receive right of `given`. */
static struct dying child_new(mach_port_t sent, mach_port_t owed, mach_port_t given)
{
    struct dying dying = { .from = make_port() };
    struct message message;
    dying.task = world_task_spawn(holder, NULL, dying.from);
    REQUIRE_EQ(message_receive(&message, dying.from, PATIENCE_MS), KERN_SUCCESS);
    dying.port = message.port[0].name;
    struct message rights =
        message_plain(message.header.msgh_remote_port, MOVE_SEND_ONCE, owed, MAKE_SEND_ONCE, 1);
    add_port(&rights, sent, MAKE_SEND);
    add_port(&rights, given, MOVE_RECEIVE);
    CHECK_EQ(message_send(&rights, 0), KERN_SUCCESS);
    expect_message(dying.from, 2);
    return dying;
}

TEST(what_others_see_of_a_death, "P162 P163 P166 P73 P82")
{
    mach_port_t sent = make_port(), owed = make_port(), given = port_new_with_sends(1), at = make_port();
    CHECK_EQ(request(sent, MACH_NOTIFY_NO_SENDERS, 1, at), KERN_SUCCESS);
    struct dying dying = child_new(sent, owed, given);
    mach_port_t task = world_task_port_of(dying.task);
    expect_nothing(at);
    CHECK_EQ(mach_port_mod_refs(SELF, task, SEND, 1), KERN_SUCCESS); /* ours, beside the world's */
    world_task_kill(dying.task);
    expect_notification(at, MACH_NOTIFY_NO_SENDERS);
    expect_notification(owed, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(type_of(dying.port), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(given), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(task), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_t name;
    CHECK_EQ(mach_port_allocate(task, RECEIVE, &name), MACH_SEND_INVALID_DEST);
    destroy_port(task);
    destroy_port(dying.port);
    destroy_port(dying.from);
    destroy_port(given);
    destroy_port(sent);
    destroy_port(owed);
    destroy_port(at);
}

TEST(a_death_obeys_port_destroyed_requests, "P162 P81")
{
    mach_port_t sent = make_port(), owed = make_port(), given = port_new_with_sends(1), at = make_port();
    CHECK_EQ(request(given, MACH_NOTIFY_PORT_DESTROYED, 0, at), KERN_SUCCESS);
    struct dying dying = child_new(sent, owed, given);
    world_task_kill(dying.task);
    CHECK_EQ(expect_notification(at, MACH_NOTIFY_PORT_DESTROYED), given);
    CHECK_EQ(type_of(given), MACH_PORT_TYPE_SEND_RECEIVE);
    destroy_port(dying.port);
    destroy_port(dying.from);
    destroy_port(given);
    destroy_port(sent);
    destroy_port(owed);
    destroy_port(at);
}

static void *ask(void *argument)
{
    mach_port_t *ports = argument;
    struct message message = message_plain(ports[0], COPY_SEND, ports[1], MAKE_SEND_ONCE, 1);
    kern_return_t kr =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, 24, sizeof(message), ports[1], 0, 0);
    CHECK_EQ(kr, KERN_SUCCESS);
    CHECK_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    return NULL;
}

TEST(who_waits_for_a_dying_task_is_told, "P163 P164")
{
    mach_port_t sent = make_port(), owed = make_port(), given = port_new_with_sends(1);
    struct dying dying = child_new(sent, owed, given);
    mach_port_t ports[7][2];
    world_thread *thread[7];
    for (int i = 0; i < 7; i++) { /* five queued requests and two blocked senders */
        ports[i][0] = dying.port;
        ports[i][1] = make_port();
        thread[i] = world_thread_spawn(ask, ports[i]);
        world_yield_until_blocked(thread[i]);
    }
    world_task_kill(dying.task);
    for (int i = 0; i < 7; i++) {
        world_thread_join(thread[i]);
        destroy_port(ports[i][1]);
    }
    destroy_port(dying.port);
    destroy_port(dying.from);
    destroy_port(given);
    destroy_port(sent);
    destroy_port(owed);
}

static int blocked_sender(void *argument)
{
    mach_port_t carried = make_port();
    struct message message = message_plain(world_parent_port(), COPY_SEND, MACH_PORT_NULL, 0, 3);
    add_port(&message, carried, MOVE_RECEIVE);
    message_send(&message, -1);
    return WORLD_OK;
}

TEST(a_blocked_sender_dies_with_its_message, "P164 P165")
{
    mach_port_t from = port_new_with_sends(1);
    qlimit_set(from, 0);
    world_task *task = world_task_spawn(blocked_sender, NULL, from);
    world_settle();
    world_task_kill(task);
    qlimit_set(from, 5);
    expect_nothing(from);
    task = world_task_spawn(blocked_sender, NULL, from); /* and a message that was queued lives on */
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    struct message message;
    CHECK_EQ(message_receive(&message, from, PATIENCE_MS), KERN_SUCCESS);
    CHECK_EQ(type_of(message.port[0].name), MACH_PORT_TYPE_RECEIVE);
    destroy_port(message.port[0].name);
    destroy_port(from);
}

static int inherits_nothing(void *argument)
{
    mach_port_type_t type;
    CHECK_EQ(mach_port_type(SELF, *(mach_port_t *)argument, &type), KERN_INVALID_NAME);
    return WORLD_OK;
}

TEST(a_child_inherits_no_names, "P168")
{
    mach_port_t name = 0x99903;
    REQUIRE_EQ(mach_port_allocate_name(SELF, RECEIVE, name), KERN_SUCCESS);
    CHECK_EQ(world_task_wait(world_task_spawn(inherits_nothing, &name, MACH_PORT_NULL)), WORLD_OK);
    destroy_port(name);
}
