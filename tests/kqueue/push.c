/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/push.c - what waiting threads push on workloops (T53-T79, T90, T94, T95, T121, T122, T142) */
#include <mach/mach_sync_ipc.h>

#include "tests/kqueue/common.h"

/* A server whose servicer stays in its callback until it is opened, with one monitored port, and a caller of 47. */
struct scene {
    mach_port_t port;
    struct loop loop;
    struct caller caller;
};

static void scene_begin(struct scene *scene)
{
    *scene = (struct scene){ .port = port_with_send(), .loop = { .is_closed = true } };
    loop_begin(&scene->loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&scene->loop, scene->port, QOS_DEF), 0);
    caller_of(&scene->caller, scene->port);
    until_calls(&scene->loop, 1);
    CHECK_EQ(base_of(scene->loop.thread), 47);
    CHECK_EQ(push_of(scene->loop.thread), 47);
}

static void scene_end(struct scene *scene, kern_return_t expected)
{
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(caller_end(&scene->caller), expected);
    loop_open(&scene->loop);
    until_done(&scene->loop, 1);
    unmonitor(&scene->loop, scene->port);
    loop_end(&scene->loop);
    port_gone(scene->port);
}

#define SERVICER(scene) ((scene).loop.thread)

TEST(a_caller_pushes_its_servicer_until_it_is_answered, "T74 T77 T53 T60 T142 T76 T64")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(base_of(SERVICER(scene)), 47);
    answer_event(&scene.loop, 0);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    CHECK_EQ(push_of(SERVICER(scene)), 0);
    scene_end(&scene, OK);
}

TEST(enabling_the_knote_severs_what_was_stashed_on_it, "T61 T62 T123 T142 T77")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(reenable(&scene.loop, scene.port), 0);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    CHECK_EQ(run_state_of(scene.caller.thread), TH_STATE_WAITING);
    answer_event(&scene.loop, 0);
    scene_end(&scene, OK);
}

TEST(deleting_the_knote_severs_what_was_stashed_on_it, "T61 T62 T142")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(unmonitor(&scene.loop, scene.port), 0);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    answer_event(&scene.loop, 0);
    scene_end(&scene, OK);
}

TEST(destroying_the_reply_right_ends_the_push, "T59 T142 S31")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(mach_port_deallocate(SELF, scene.loop.letters[0].header.msgh_remote_port), OK);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    scene_end(&scene, OK);
    CHECK_EQ(scene.caller.received_id, MACH_NOTIFY_SEND_ONCE);
}

TEST(destroying_the_special_reply_port_ends_the_push, "T58 T142 S32")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(mach_port_mod_refs(SELF, scene.caller.reply, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    scene_end(&scene, MACH_RCV_PORT_CHANGED);
    mach_port_deallocate(SELF, scene.loop.letters[0].header.msgh_remote_port);
}

TEST(an_interrupted_caller_pushes_no_more, "T57 T142 T38")
{
    struct scene scene;
    scene_begin(&scene);
    world_thread_interrupt(scene.caller.world);
    CHECK_BASE_SOON(SERVICER(scene), 31);
    scene_end(&scene, MACH_RCV_INTERRUPTED);
    mach_port_deallocate(SELF, scene.loop.letters[0].header.msgh_remote_port);
}

TEST(the_push_follows_the_callers_priority, "T39 T142 S13")
{
    struct scene scene;
    scene_begin(&scene);
    role(PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(base_of(SERVICER(scene)), 46);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(base_of(SERVICER(scene)), 47);
    answer_event(&scene.loop, 0);
    scene_end(&scene, OK);
}

TEST(a_boosted_servicer_keeps_its_own_class, "T29 T137 S1")
{
    struct scene scene;
    scene_begin(&scene);
    CHECK_EQ(scene.loop.qos, QOS_CLASS_DEFAULT);
    answer_event(&scene.loop, 0);
    scene_end(&scene, OK);
}

TEST(a_queued_request_pushes_through_its_monitor, "T76 T122 T64")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller caller;
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_calls(&loop, 1);
    caller_of(&caller, port);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    struct letter letter = letter_take(port);
    answer(&letter);
    CHECK_EQ(caller_end(&caller), OK);
    loop_open(&loop);
    until_done(&loop, 1);
    loop_end(&loop);
    port_gone(port);
}

TEST(of_two_knotes_on_a_port_the_earlier_one_gets_the_push, "T121 T122 S38 S39")
{
    mach_port_t port = port_with_send();
    struct loop a, b;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    busy_begin(&a);
    busy_begin(&b);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(monitor(&b, port, QOS_DEF), 0);
    CHECK_EQ(monitor(&a, port, QOS_DEF), 0);
    CHECK_EQ(base_of(b.thread), 47);
    CHECK_EQ(base_of(a.thread), 31);
    CHECK_EQ(unmonitor(&b, port), 0);
    CHECK_EQ(base_of(b.thread), 31);
    CHECK_EQ(base_of(a.thread), 47);
    CHECK_EQ(unmonitor(&a, port), 0);
    CHECK_EQ(base_of(a.thread), 31);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&a);
    busy_end(&b);
    caller_leave(&caller);
    port_gone(port);
}

TEST(only_pushable_knotes_push, "T121 S40 T79")
{
    mach_port_t port = port_with_send(), set;
    struct loop loop;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    busy_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD, MACH_RCV_MSG, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE, 0, 0), 0);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, 0, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE, 0, 0), 0);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(monitor(&loop, set, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_SYNC_PEEK, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DISABLE, MACH_RCV_SYNC_PEEK, 0), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE, 0, 0), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, set), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    caller_leave(&caller);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(port);
}

TEST(a_knote_on_a_set_stashes_what_it_receives, "T121 T53 T67")
{
    mach_port_t port = port_with_send(), set;
    struct loop loop = { .is_closed = true };
    struct caller caller;
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(monitor(&loop, set, QOS_DEF), 0);
    caller_of(&caller, port);
    until_calls(&loop, 1);
    CHECK_EQ(push_of(loop.thread), 47);
    answer_event(&loop, 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, set), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    CHECK_EQ(caller_end(&caller), OK);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(port);
}

TEST(a_right_in_transit_pushes_on_the_workloop_it_goes_to, "T69 T71 T66 T81 T64 S9")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(monitor(&loop, to, QOS_DEF), 0);
    CHECK_EQ(letter_move(to, port), OK);
    until_calls(&loop, 1);
    CHECK_EQ(loop.push, 47);
    CHECK_EQ(loop.letters[0].port.name, port);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(reenable(&loop, to), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    caller_leave(&caller);
    port_gone(port);
    port_gone(to);
}

TEST(a_received_right_pushes_until_its_knote_is_enabled, "T71 T66 T67")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, to, QOS_DEF), 0);
    CHECK_EQ(letter_move(to, port), OK);
    until_calls(&loop, 1);
    CHECK_EQ(loop.push, 0);
    caller_start(&caller);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(reenable(&loop, to), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    caller_leave(&caller);
    port_gone(port);
    port_gone(to);
}

/* ---- KNOTE and STASH (T72, T78) ---- */

/* One message with a reply right and two receive rights. */
struct two_rights {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t right[2];
};

struct two_callers {
    mach_port_t to, port[2];
    struct caller caller[2];
    struct loop loop;
};

static void set_right(mach_msg_port_descriptor_t *right, mach_port_t name)
{
    *right = (mach_msg_port_descriptor_t){ .name = name,
                                           .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                           .type = MACH_MSG_PORT_DESCRIPTOR };
}

static void two_begin(struct two_callers *two)
{
    struct two_rights message = { .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                                           MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                              .msgh_size = sizeof(message) },
                                  .body = { 2 } };
    *two = (struct two_callers){ .to = port_with_send(), .loop = { .is_closed = true } };
    loop_begin(&two->loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < 2; i++) {
        two->port[i] = port_with_send();
        set_right(&message.right[i], two->port[i]);
        two->caller[i] =
            (struct caller){ .link = two->port[i],
                             .qos_class = i ? QOS_CLASS_USER_INTERACTIVE : QOS_CLASS_USER_INITIATED };
        caller_start(&two->caller[i]);
    }
    message.header.msgh_remote_port = two->to;
    CHECK_EQ(monitor(&two->loop, two->to, QOS_DEF), 0);
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0), OK);
    until_calls(&two->loop, 1);
}

static void two_end(struct two_callers *two)
{
    CHECK_EQ(unmonitor(&two->loop, two->to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&two->loop);
    port_gone(two->port[0]);
    port_gone(two->port[1]);
    port_gone(two->to);
}

TEST(later_rights_of_a_message_push_by_way_of_the_knote, "T72 T67 T64 T75 T35")
{
    struct two_callers two;
    two_begin(&two);
    CHECK_EQ(two.loop.push, 47);
    caller_leave(&two.caller[1]);
    CHECK_EQ(push_of(two.loop.thread), 37);
    CHECK_EQ(base_of(two.loop.thread), 37);
    caller_leave(&two.caller[0]);
    CHECK_EQ(push_of(two.loop.thread), 0);
    two_end(&two);
}

TEST(enabling_severs_the_first_and_the_later_ones, "T72 T61 T66 T78")
{
    struct two_callers two;
    two_begin(&two);
    CHECK_EQ(base_of(two.loop.thread), 47);
    CHECK_EQ(reenable(&two.loop, two.to), 0);
    CHECK_EQ(push_of(two.loop.thread), 0);
    CHECK_EQ(base_of(two.loop.thread), 31);
    caller_leave(&two.caller[0]);
    caller_leave(&two.caller[1]);
    two_end(&two);
}

TEST(a_stashed_right_that_gets_its_own_knote_is_left_alone, "T61 T66 T122")
{
    struct two_callers two;
    two_begin(&two);
    CHECK_EQ(monitor(&two.loop, two.port[1], QOS_DEF), 0);
    CHECK_EQ(reenable(&two.loop, two.to), 0);
    CHECK_EQ(push_of(two.loop.thread), 47);
    CHECK_EQ(unmonitor(&two.loop, two.port[1]), 0);
    CHECK_EQ(push_of(two.loop.thread), 0);
    caller_leave(&two.caller[0]);
    caller_leave(&two.caller[1]);
    two_end(&two);
}

/* ---- replies forwarded ---- */

TEST(a_reply_right_forwarded_to_another_workloop_pushes_there, "T55 T56 S27 S26")
{
    struct scene scene;
    struct loop other = { .is_closed = true };
    mach_port_t to = port_with_send();
    scene_begin(&scene);
    loop_begin(&other);
    CHECK_EQ(monitor(&other, to, QOS_DEF), 0);
    CHECK_EQ(letter_send(to, MACH_MSG_TYPE_COPY_SEND, scene.loop.letters[0].header.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
             OK);
    until_calls(&other, 1);
    CHECK_EQ(other.base, 47);
    CHECK_EQ(base_of(SERVICER(scene)), 31);
    CHECK_EQ(reenable(&scene.loop, scene.port), 0);
    CHECK_EQ(base_of(other.thread), 47);
    answer_event(&other, 0);
    CHECK_EQ(base_of(other.thread), 31);
    CHECK_EQ(unmonitor(&other, to), 0);
    scene_end(&scene, OK);
    busy_end(&other);
    port_gone(to);
}

TEST(a_plain_receiver_passes_the_push_on_when_it_forwards, "T55 S26 T54")
{
    mach_port_t plain = port_with_send(), to = port_with_send();
    struct loop loop = { .is_closed = true };
    struct caller caller;
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, to, QOS_DEF), 0);
    caller_of(&caller, plain);
    struct letter letter = letter_take(plain);
    CHECK_EQ(letter_send(to, MACH_MSG_TYPE_COPY_SEND, letter.header.msgh_remote_port,
                         MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
             OK);
    until_calls(&loop, 1);
    CHECK_EQ(base_of(loop.thread), 47);
    answer_event(&loop, 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    CHECK_EQ(caller_end(&caller), OK);
    port_gone(plain);
    port_gone(to);
}

/* ---- full queues ---- */

struct sender {
    mach_port_t to;
    _Atomic mach_port_t thread;
    kern_return_t result;
};

static void *send_one_too_many(void *argument)
{
    struct sender *sender = argument;
    sender->thread = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    sender->result = letter_send(sender->to, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    return NULL;
}

TEST(a_blocked_sender_pushes_the_servicer_of_the_full_queue, "T90 T92 T95 S61")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .is_closed = true };
    struct sender sender = { .to = port };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    post(port, 0, 0);
    until_calls(&loop, 1);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        post(port, 0, 0);
    world_thread *thread = world_thread_spawn(send_one_too_many, &sender);
    until_waiting(&sender.thread);
    CHECK_EQ(base_of(loop.thread), 47);
    letter_take(port);
    CHECK_EQ(base_of(loop.thread), 31);
    world_thread_join(thread);
    CHECK_EQ(sender.result, OK);
    mach_port_deallocate(SELF, sender.thread);
    CHECK_EQ(unmonitor(&loop, port), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(&loop);
    port_gone(port);
}

/* ---- the lost link bit (T63) ---- */

struct watched_call {
    mach_port_t to;
    boolean_t in_effect;
};

static void *call_and_look(void *argument)
{
    struct watched_call *call = argument;
    mach_port_t special;
    CHECK_EQ(mach_sync_ipc_link_monitoring_start(&special), OK);
    CHECK_EQ(letter_send(call->to, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         MACH_PORT_NULL, 0, 0, 0),
             OK);
    letter_take(special);
    CHECK_EQ(mach_sync_ipc_link_monitoring_stop(special, &call->in_effect), OK);
    return NULL;
}

static boolean_t was_in_effect(bool enables_first, bool enables_later)
{
    struct watched_call call = { .to = port_with_send() };
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    CHECK_EQ(monitor(&loop, call.to, QOS_DEF), 0);
    world_thread *thread = world_thread_spawn(call_and_look, &call);
    until_calls(&loop, 1);
    if (enables_first)
        CHECK_EQ(reenable(&loop, call.to), 0);
    answer_event(&loop, 0);
    if (enables_later)
        CHECK_EQ(reenable(&loop, call.to), 0);
    world_thread_join(thread);
    CHECK_EQ(unmonitor(&loop, call.to), 0);
    busy_end(&loop);
    port_gone(call.to);
    return call.in_effect;
}

TEST(a_link_cut_before_the_reply_is_remembered_as_lost, "T63 S30")
{
    CHECK_EQ(was_in_effect(true, false), FALSE);
    CHECK_EQ(was_in_effect(true, true), FALSE);
    CHECK_EQ(was_in_effect(false, true), TRUE);
    CHECK_EQ(was_in_effect(false, false), TRUE);
}

static void *ask_for_others(void *argument)
{
    boolean_t in_effect;
    mach_port_t port = *(mach_port_t *)argument;
    CHECK_EQ(mach_sync_ipc_link_monitoring_stop(port, &in_effect), KERN_INVALID_VALUE);
    mach_port_t special = thread_get_special_reply_port();
    CHECK_EQ(mach_sync_ipc_link_monitoring_stop(port, &in_effect), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_sync_ipc_link_monitoring_stop(0x77777703, &in_effect), KERN_INVALID_NAME);
    port_gone(special);
    return NULL;
}

TEST(only_a_threads_own_special_reply_port_can_be_asked_for_its_link, "T63")
{
    mach_port_t port = port_with_send();
    world_thread_join(world_thread_spawn(ask_for_others, &port));
    port_gone(port);
}
