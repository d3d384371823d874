/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/scenarios.c - what remains of T section 12 for clients and workloops: two callers, callers that change,
 * links to the wrong place, replies that are forwarded, ports registered here and there */
#include "tests/kqueue/common.h"

/* ---- callers ---- */

TEST(of_two_callers_the_one_without_an_answer_still_pushes, "S8 T35 T76")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller high, middle = { .dest = port, .qos_class = QOS_CLASS_USER_INITIATED };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    caller_of(&high, port);
    until_calls(&loop, 1);
    caller_start(&middle);
    CHECK_EQ(push_of(loop.thread), 47);
    answer_event(&loop, 0);
    CHECK_EQ(push_of(loop.thread), 37);
    CHECK_EQ(base_of(loop.thread), 37);
    CHECK_EQ(caller_end(&high), OK);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    struct letter request = letter_take(port);
    CHECK_EQ(answer(&request), OK);
    CHECK_EQ(caller_end(&middle), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    port_gone(port);
}

TEST(a_caller_pushes_with_the_class_and_the_role_that_it_has_now, "S14 T39 T11 T36")
{
    mach_port_t port = port_with_send();
    struct loop loop;
    struct caller low = { .link = port, .qos_class = QOS_CLASS_UTILITY }, high = { .link = port };
    busy_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&low); /* it is 31 until it lowers itself, before it waits */
    CHECK_EQ(push_of(loop.thread), 20);
    CHECK_EQ(base_of(loop.thread), 31);
    high.qos_class = QOS_CLASS_USER_INTERACTIVE;
    caller_start(&high);
    CHECK_EQ(push_of(loop.thread), 47);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(push_of(loop.thread), 31);
    CHECK_EQ(base_of(loop.thread), 31);
    role(PRIO_DARWIN_ROLE_UI_NON_FOCAL);
    CHECK_EQ(base_of(loop.thread), 46);
    caller_leave(&high);
    CHECK_EQ(push_of(loop.thread), 20);
    caller_leave(&low);
    CHECK_EQ(push_of(loop.thread), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&loop);
    port_gone(port);
}

/* ---- links ---- */

/* A thread of 47 that does something with its special reply port and then waits, for an answer from anybody. */
struct odd_caller {
    mach_port_t first, second, set, reply;
    _Atomic mach_port_t thread;
    world_thread *world;
};

static mach_port_t odd_begin(struct odd_caller *caller)
{
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    caller->reply = thread_get_special_reply_port();
    return caller->reply;
}

static void send_with_reply(mach_port_t to, mach_port_t reply)
{
    CHECK_EQ(letter_send(to, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0,
                         0, 0),
             OK);
}

static void *send_twice(void *argument)
{
    struct odd_caller *caller = argument;
    mach_port_t reply = odd_begin(caller);
    send_with_reply(caller->first, reply);
    send_with_reply(caller->second, reply);
    caller->thread = mach_thread_self();
    letter_take(reply);
    return NULL;
}

static void *wait_on_a_set(void *argument)
{
    struct odd_caller *caller = argument;
    mach_port_t reply = odd_begin(caller);
    CHECK_EQ(mach_port_insert_member(SELF, reply, caller->set), OK);
    send_with_reply(caller->first, reply);
    caller->thread = mach_thread_self();
    letter_take(caller->set);
    return NULL;
}

static void odd_end(struct odd_caller *caller)
{
    CHECK_EQ(letter_send(caller->reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread_join(caller->world);
    mach_port_deallocate(SELF, caller->thread);
    port_gone(caller->reply);
}

TEST(of_two_sends_with_one_reply_port_the_first_counts, "S23 T50")
{
    struct odd_caller caller = { .first = port_with_send(), .second = port_with_send() };
    struct loop first, second;
    busy_begin(&first);
    busy_begin(&second);
    CHECK_EQ(monitor(&first, caller.first, QOS_DEF), 0);
    CHECK_EQ(monitor(&second, caller.second, QOS_DEF), 0);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller.world = world_thread_spawn(send_twice, &caller);
    until_waiting(&caller.thread);
    CHECK_EQ(base_of(first.thread), 47);
    CHECK_EQ(push_of(second.thread), 0);
    odd_end(&caller);
    CHECK_EQ(push_of(first.thread), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&first, caller.first), 0);
    CHECK_EQ(unmonitor(&second, caller.second), 0);
    busy_end(&first);
    busy_end(&second);
    port_gone(caller.first);
    port_gone(caller.second);
}

TEST(who_waits_on_a_set_with_its_reply_port_pushes_nobody, "S35 T33")
{
    struct odd_caller caller = { .first = port_with_send() };
    struct loop loop;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &caller.set), OK);
    busy_begin(&loop);
    CHECK_EQ(monitor(&loop, caller.first, QOS_DEF), 0);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller.world = world_thread_spawn(wait_on_a_set, &caller);
    until_waiting(&caller.thread);
    CHECK_EQ(push_of(loop.thread), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    odd_end(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, caller.first), 0);
    busy_end(&loop);
    mach_port_mod_refs(SELF, caller.set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(caller.first);
}

TEST(a_plain_receive_cuts_the_link_to_whoever_watches_the_port_later, "S25 T53 T54")
{
    mach_port_t port = port_with_send(), self = mach_thread_self();
    struct loop loop;
    struct caller caller;
    busy_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_of(&caller, port);
    struct letter request = letter_take(port);
    CHECK_EQ(push_of(self), 0);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(push_of(loop.thread), 0);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    CHECK_EQ(answer(&request), OK);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&loop);
    mach_port_deallocate(SELF, self);
    port_gone(port);
}

/* ---- replies that are forwarded or destroyed ---- */

static void take_call(struct loop *loop, mach_port_t port, struct caller *caller)
{
    *loop = (struct loop){ .is_closed = true };
    loop_begin(loop);
    CHECK_EQ(monitor(loop, port, QOS_DEF), 0);
    caller_of(caller, port);
    until_calls(loop, 1);
    CHECK_EQ(base_of(loop->thread), 47);
}

TEST(a_forwarded_reply_right_pushes_on_the_first_server_until_its_knote_or_the_second_says_otherwise,
     "S27 T56 T61")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop, other = { .is_closed = true };
    struct caller caller;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    take_call(&loop, port, &caller);
    CHECK_EQ(letter_send(to, MACH_MSG_TYPE_COPY_SEND, loop.letters[0].header.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
             OK);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(reenable(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    loop_begin(&other);
    CHECK_EQ(monitor(&other, to, QOS_DEF), 0);
    until_calls(&other, 1);
    CHECK_EQ(base_of(other.thread), 47);
    CHECK_EQ(base_of(loop.thread), 31);
    answer_event(&other, 0);
    CHECK_EQ(base_of(other.thread), 31);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&other, to), 0);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&other);
    busy_end(&loop);
    port_gone(port);
    port_gone(to);
}

TEST(a_request_that_is_destroyed_wakes_its_caller, "S31 T59")
{
    mach_port_t port = port_with_send();
    struct loop loop;
    struct caller caller;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    take_call(&loop, port, &caller);
    mach_msg_destroy(&loop.letters[0].header);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(caller.received_id, MACH_NOTIFY_SEND_ONCE);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&loop);
    port_gone(port);
}

/* ---- ports registered here and there ---- */

TEST(the_push_of_a_request_that_waits_follows_the_registration_of_its_port, "S38 T32 T122")
{
    mach_port_t port = port_with_send();
    struct loop here, there;
    struct caller caller;
    busy_begin(&here);
    busy_begin(&there);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_of(&caller, port);
    CHECK_EQ(push_of(here.thread), 0);
    CHECK_EQ(monitor(&here, port, QOS_DEF), 0);
    CHECK_EQ(base_of(here.thread), 47);
    CHECK_EQ(unmonitor(&here, port), 0);
    CHECK_EQ(base_of(here.thread), 31);
    CHECK_EQ(monitor(&there, port, QOS_DEF), 0);
    CHECK_EQ(base_of(there.thread), 47);
    CHECK_EQ(base_of(here.thread), 31);
    loop_open(&there); /* it comes back for the request, and keeps the push with it */
    until_calls(&there, 2);
    CHECK_EQ(received_by(&there, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(there.base, 47);
    answer_event(&there, 0);
    CHECK_EQ(caller_end(&caller), OK);
    until_done(&there, 2);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&there, port), 0);
    loop_end(&there);
    busy_end(&here);
    port_gone(port);
}
