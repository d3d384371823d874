/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/transit.c - pushes of what is on its way: rights in messages, senders at full queues, links that fail (T49-T51,
 * T80-T95, T103) */
#include <mach/notify.h>

#include "tests/kqueue/common.h"

enum { SHORT_MS = 100 };

static void fill(mach_port_t port)
{
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        post(port, 0, 0);
}

/* Sends one message and says when it is about to; with_reply: its special reply port is the reply right. */
struct sender {
    mach_port_t to;
    bool with_reply;
    uint32_t timeout_ms;
    _Atomic mach_port_t thread;
    kern_return_t result;
    mach_port_t gate; /* after a send that failed it waits here, then at its special reply port */
    _Atomic int n_sent;
    kern_return_t received;
};

static void *send_one(void *argument)
{
    struct sender *sender = argument;
    struct letter letter;
    mach_port_t special = sender->with_reply ? thread_get_special_reply_port() : MACH_PORT_NULL;
    sender->thread = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    sender->result =
        letter_send(sender->to, MACH_MSG_TYPE_COPY_SEND, special, special ? MACH_MSG_TYPE_MAKE_SEND_ONCE : 0,
                    MACH_PORT_NULL, 0, 0, sender->timeout_ms);
    sender->n_sent = 1;
    if (sender->gate != MACH_PORT_NULL) {
        letter_take(sender->gate);
        sender->received = mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter),
                                    special, SHORT_MS, 0);
    }
    if (special != MACH_PORT_NULL)
        port_gone(special);
    return NULL;
}

static world_thread *sender_start(struct sender *sender)
{
    world_thread *thread = world_thread_spawn(send_one, sender);
    until_waiting(&sender->thread);
    return thread;
}

TEST(senders_to_a_right_in_transit_push_where_it_goes, "T83 T94 T95 T65 T31")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop;
    struct sender sender = { .to = port, .timeout_ms = 20 * SHORT_MS };
    focal_begin(&loop);
    CHECK_EQ(change(&loop, to, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE, MACH_RCV_MSG, QOS_DEF), 0);
    CHECK_EQ(letter_move(to, port), OK);
    fill(port);
    CHECK_EQ(base_of(loop.thread), 31);
    world_thread *thread = sender_start(&sender);
    CHECK_EQ(base_of(loop.thread), 47);
    world_thread_join(thread);
    CHECK_EQ(sender.result, (kern_return_t)MACH_SEND_TIMED_OUT);
    CHECK_EQ(base_of(loop.thread), 31);
    mach_port_deallocate(SELF, sender.thread);
    CHECK_EQ(unmonitor(&loop, to), 0);
    CHECK_EQ(letter_take(to).port.name, port);
    focal_end(&loop);
    port_gone(port);
    port_gone(to);
}

TEST(a_sender_that_waits_for_room_pushes_as_a_sender_even_with_a_reply_port, "T91 T51 T49 T90")
{
    mach_port_t port = port_with_send();
    struct loop loop;
    struct sender sender = {
        .to = port, .with_reply = true, .timeout_ms = 10 * SHORT_MS, .gate = port_with_send()
    };
    focal_begin(&loop);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE, MACH_RCV_MSG, QOS_DEF),
             0);
    fill(port);
    world_thread *thread = sender_start(&sender);
    CHECK_EQ(base_of(loop.thread), 47);
    until(&sender.n_sent, 1);
    CHECK_EQ(sender.result, (kern_return_t)MACH_SEND_TIMED_OUT);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(letter_send(sender.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    until_waiting(&sender.thread);
    CHECK_EQ(base_of(loop.thread), 31);
    world_thread_join(thread);
    CHECK_EQ(sender.received, (kern_return_t)MACH_RCV_TIMED_OUT);
    mach_port_deallocate(SELF, sender.thread);
    CHECK_EQ(unmonitor(&loop, port), 0);
    focal_end(&loop);
    port_gone(sender.gate);
    port_gone(port);
}

TEST(sending_alone_links_but_does_not_push, "T49 T91")
{
    mach_port_t port = port_with_send();
    struct loop loop;
    struct sender sender = { .to = port, .with_reply = true, .gate = port_with_send() };
    focal_begin(&loop);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE, MACH_RCV_MSG, QOS_DEF),
             0);
    world_thread *thread = sender_start(&sender);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(letter_send(sender.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_BASE_SOON(loop.thread, 47);
    world_thread_join(thread);
    CHECK_EQ(base_of(loop.thread), 31);
    mach_port_deallocate(SELF, sender.thread);
    CHECK_EQ(unmonitor(&loop, port), 0);
    focal_end(&loop);
    port_gone(sender.gate);
    port_gone(port);
}

TEST(a_message_that_would_close_a_circle_takes_its_port_and_the_push_along, "T84 T86")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    focal_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    caller_start(&caller);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(letter_move(port, port), OK);
    CHECK_EQ(base_of(loop.thread), 31);
    caller_leave(&caller);
    CHECK_EQ(unmonitor(&loop, port), 0);
    focal_end(&loop);
    mach_port_deallocate(SELF, port);
    port_gone(to);
}

TEST(when_the_destination_dies_the_carried_right_dies_and_pushes_no_more, "T86 T62")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    focal_begin(&loop);
    CHECK_EQ(change(&loop, to, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE, MACH_RCV_MSG, QOS_DEF), 0);
    caller_start(&caller);
    CHECK_EQ(letter_move(to, port), OK);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(mach_port_mod_refs(SELF, to, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(base_of(loop.thread), 31);
    caller_leave(&caller);
    CHECK_EQ(unmonitor(&loop, to), 0);
    focal_end(&loop);
    mach_port_deallocate(SELF, port);
    mach_port_deallocate(SELF, to);
}

TEST(a_send_that_fails_gives_the_right_back_without_its_knotes, "T85 T80 T93")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop;
    struct letter letter = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = to },
        .body = { 1 },
        .port = { .name = port, .disposition = MACH_MSG_TYPE_MOVE_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR }
    };
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    focal_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    caller_start(&caller);
    CHECK_EQ(base_of(loop.thread), 47);
    fill(to);
    CHECK_EQ(mach_msg(&letter.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, offsetof(struct letter, trailer), 0,
                      0, SHORT_MS, 0),
             (kern_return_t)MACH_SEND_TIMED_OUT);
    CHECK_EQ(letter.port.name, port);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(unmonitor(&loop, port), 0);
    caller_leave(&caller);
    focal_end(&loop);
    port_gone(port);
    port_gone(to);
}

TEST(a_right_that_goes_to_who_asked_for_it_pushes_there, "T87 T81")
{
    mach_port_t port = port_with_send(), to = port_with_send(), previous;
    struct loop loop;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    focal_begin(&loop);
    CHECK_EQ(change(&loop, to, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH2 | EV_DISABLE, MACH_RCV_MSG, QOS_DEF), 0);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0, to,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             OK);
    caller_start(&caller);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(unmonitor(&loop, to), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(letter_take(to).port.name, port);
    caller_leave(&caller);
    focal_end(&loop);
    port_gone(port);
    port_gone(to);
}

TEST(a_reply_that_is_there_already_is_received_without_a_push, "T103 T60 S24")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    struct sender sender = { .to = port, .with_reply = true, .gate = port_with_send() };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    loop.is_closed = true;
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    world_thread *thread = sender_start(&sender);
    until_calls(&loop, 1);
    answer_event(&loop, 0);
    CHECK_EQ(letter_send(sender.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread_join(thread);
    CHECK_EQ(sender.received, OK);
    CHECK_EQ(base_of(loop.thread), 31);
    mach_port_deallocate(SELF, sender.thread);
    CHECK_EQ(unmonitor(&loop, port), 0);
    focal_end(&loop);
    port_gone(sender.gate);
    port_gone(port);
}
