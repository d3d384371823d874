/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/ports.c - ports and sets as sources of events (T119-T129) */
#include "tests/kqueue/common.h"

enum { SOURCE = EV_ADD | EV_DISPATCH2 };

static int monitor_with(struct loop *loop, mach_port_t port, uint16_t flags, uint32_t fflags)
{
    return change(loop, port, EVFILT_MACHPORT, flags, fflags, QOS_DEF);
}

static mach_port_t set_new(void)
{
    mach_port_t set;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    return set;
}

TEST(only_receive_rights_and_sets_can_be_monitored, "T120 T46 S37")
{
    mach_port_t port = port_with_send(), other = port_with_send();
    mach_port_t special = thread_get_special_reply_port();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor_with(&loop, 0x12345603, SOURCE, MACH_RCV_MSG), ENOENT);
    CHECK_EQ(monitor_with(&loop, special, SOURCE, MACH_RCV_MSG), ENOTSUP);
    CHECK_EQ(monitor_with(&loop, mach_task_self(), SOURCE, MACH_RCV_MSG), ENOTSUP);
    CHECK_EQ(mach_port_mod_refs(SELF, other, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(monitor_with(&loop, other, SOURCE, MACH_RCV_MSG), ENOTSUP);
    CHECK_EQ(monitor_with(&loop, port, SOURCE, MACH_RCV_MSG), 0);
    CHECK_EQ(unmonitor(&loop, port), 0);
    loop_end(&loop);
    mach_port_deallocate(SELF, other);
    port_gone(special);
    port_gone(port);
}

TEST(without_receiving_the_message_stays_queued, "T125 T121")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor_with(&loop, port, SOURCE, MACH_RCV_SYNC_PEEK), 0);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].ident, port);
    CHECK_EQ(loop.events[0].data, port);
    CHECK_EQ(loop.events[0].fflags, 0);
    CHECK_EQ(loop.events[0].ext[0], 0);
    CHECK_EQ(loop.events[0].ext[1], 0);
    CHECK_EQ(letter_take(port).header.msgh_id, ID_CALL);
    monitored_end(&loop, port);
}

TEST(one_delivery_takes_one_message, "T128 T124")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    post(port, 0, 0);
    post(port, 0, 0);
    CHECK_EQ(monitor_with(&loop, port, SOURCE, MACH_RCV_MSG), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.n_events, 1);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(reenable(&loop, port), 0);
    until_done(&loop, 2);
    CHECK_EQ(reenable(&loop, port), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 2);
    monitored_end(&loop, port);
}

TEST(a_disabled_knote_remembers_nothing, "T124")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor_with(&loop, port, SOURCE | EV_DISABLE, MACH_RCV_MSG), 0);
    post(port, 0, 0);
    letter_take(port);
    CHECK_EQ(reenable(&loop, port), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    post(port, 0, 0);
    until_done(&loop, 1);
    monitored_end(&loop, port);
}

TEST(a_set_is_a_source_for_all_its_members, "T120 T126 T124 T66")
{
    mach_port_t port = port_with_send(), set = set_new();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    CHECK_EQ(monitor_with(&loop, set, SOURCE, MACH_RCV_MSG), 0);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].ident, set);
    CHECK_EQ(loop.letters[0].header.msgh_local_port, port);
    CHECK_EQ(mach_port_extract_member(SELF, port, set), OK);
    post(port, 0, 0);
    CHECK_EQ(change(&loop, set, EVFILT_MACHPORT, EV_ENABLE | EV_DISPATCH2, MACH_RCV_MSG, 0), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(mach_port_insert_member(SELF, port, set), OK);
    until_done(&loop, 2);
    CHECK_EQ(unmonitor(&loop, set), 0);
    loop_end(&loop);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(port);
}

TEST(a_right_that_leaves_vanishes_once, "T119 T80 S48")
{
    mach_port_t port = port_with_send(), to = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(letter_move(to, port), OK);
    until_done(&loop, 1);
    CHECK_EQ(loop.n_events, 1);
    CHECK_EQ(loop.events[0].flags, EV_DISPATCH2 | EV_ONESHOT | EV_VANISHED);
    CHECK_EQ(loop.events[0].ident, port);
    CHECK_EQ(loop.events[0].udata, port);
    CHECK_EQ(loop.events[0].fflags, 0);
    CHECK_EQ(loop.events[0].data, 0);
    CHECK_EQ(letter_take(to).port.name, port);
    post(port, 0, 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE | EV_DISPATCH2, 0, 0), EINPROGRESS);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    until_done(&loop, 2);
    CHECK_EQ(received_by(&loop, 0), MACH_MSG_SUCCESS);
    monitored_end(&loop, port);
    port_gone(to);
}

TEST(vanishing_waits_until_the_knote_is_enabled, "T119")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(reenable(&loop, port), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.events[0].flags, EV_DISPATCH2 | EV_ONESHOT | EV_VANISHED);
    CHECK_EQ(unmonitor(&loop, port), 0);
    loop_end(&loop);
    mach_port_deallocate(SELF, port);
}

TEST(without_vanishing_the_end_is_told_and_the_knote_is_gone, "T119")
{
    mach_port_t port = port_with_send(), set = set_new();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor_with(&loop, port, SOURCE, MACH_RCV_MSG), 0);
    CHECK_EQ(monitor_with(&loop, set, SOURCE, MACH_RCV_MSG), 0);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].flags, EV_EOF | EV_ONESHOT);
    CHECK_EQ(reenable(&loop, port), ENOENT);
    CHECK_EQ(mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1), OK);
    until_done(&loop, 2);
    CHECK_EQ(loop.events[0].flags, EV_EOF | EV_ONESHOT);
    CHECK_EQ(loop.events[0].ident, set);
    loop_end(&loop);
    mach_port_deallocate(SELF, port);
}

TEST(a_touch_may_not_change_what_makes_a_knote_push, "T123")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ENABLE | EV_DISPATCH2, 0, 0), EINVAL);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ENABLE | EV_DISPATCH2, MACH_RCV_MSG | MACH_RCV_SYNC_PEEK,
                    0),
             EINVAL);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ENABLE | EV_DISPATCH2, MACH_RCV_MSG | MACH_RCV_LARGE, 0),
             0);
    monitored_end(&loop, port);
}

TEST(a_buffer_of_the_program_is_used_when_there_is_one, "T126 T123")
{
    static struct letter buffer;
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    struct kevent_qos_s event = { .ident = port,
                                  .filter = EVFILT_MACHPORT,
                                  .flags = SOURCE,
                                  .qos = QOS_DEF,
                                  .udata = port,
                                  .fflags = MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY,
                                  .ext = { (uint64_t)(uintptr_t)&buffer, 40 } };
    loop_begin(&loop);
    CHECK_EQ(change_event(&loop, &event), 0);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, SELF, MACH_MSG_TYPE_COPY_SEND, 0, 0), OK);
    until_done(&loop, 1);
    CHECK_EQ(received_by(&loop, 0), (uint32_t)MACH_RCV_TOO_LARGE);
    CHECK_EQ(loop.events[0].ext[1], offsetof(struct letter, trailer));
    CHECK_EQ(loop.events[0].data, port);
    event.flags = EV_ENABLE | EV_DISPATCH2;
    event.ext[1] = sizeof(buffer);
    CHECK_EQ(change_event(&loop, &event), 0);
    until_done(&loop, 2);
    CHECK_EQ(received_by(&loop, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(loop.events[0].ext[0], (uint64_t)(uintptr_t)&buffer);
    CHECK_EQ(buffer.header.msgh_id, ID_RIGHT);
    CHECK_EQ(buffer.port.name, SELF);
    mach_port_deallocate(SELF, SELF);
    monitored_end(&loop, port);
}

static void post_large(mach_port_t to, uint32_t size)
{
    static uint8_t bytes[64 * 1024];
    mach_msg_header_t *message = (mach_msg_header_t *)bytes;
    *message = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                    .msgh_remote_port = to,
                                    .msgh_id = ID_CALL };
    CHECK_EQ(mach_msg(message, MACH_SEND_MSG, size, 0, 0, 0, 0), OK);
}

TEST(messages_share_32_kib_and_the_one_that_does_not_fit_stays, "T126 T133 S45")
{
    mach_port_t one = port_with_send(), two = port_with_send(), large = port_with_send();
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_calls(&loop, 1);
    post_large(one, 20 * 1024);
    post_large(two, 20 * 1024);
    CHECK_EQ(monitor(&loop, one, QOS_DEF), 0);
    CHECK_EQ(monitor(&loop, two, QOS_DEF), 0);
    loop_open(&loop);
    until_done(&loop, 2);
    CHECK_EQ(loop.n_events, 2);
    CHECK_EQ(received_by(&loop, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(received_by(&loop, 1), (uint32_t)MACH_RCV_TOO_LARGE);
    CHECK_EQ(loop.events[1].ext[1], 20 * 1024);
    CHECK_EQ(reenable(&loop, two), 0);
    until_done(&loop, 3);
    CHECK_EQ(received_by(&loop, 0), MACH_MSG_SUCCESS);
    post_large(large, 40 * 1024);
    CHECK_EQ(monitor(&loop, large, QOS_DEF), 0);
    until_done(&loop, 4);
    CHECK_EQ(received_by(&loop, 0), (uint32_t)MACH_RCV_TOO_LARGE);
    CHECK_EQ(loop.events[0].ext[1], 40 * 1024);
    CHECK_EQ(loop.events[0].data, large);
    CHECK_EQ(unmonitor(&loop, one), 0);
    CHECK_EQ(unmonitor(&loop, two), 0);
    CHECK_EQ(unmonitor(&loop, large), 0);
    loop_end(&loop);
    port_gone(one);
    port_gone(two);
    port_gone(large);
}

TEST(the_class_of_a_message_is_told_and_raises_the_event, "T127 T129 T107 S20")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    post(port, 5, 6);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].ext[2], (uint64_t)QOS_IN << 32 | QOS_UI);
    CHECK_EQ(loop.events[0].qos, QOS_UI);
    CHECK_EQ(loop.base, 47);
    CHECK_EQ(loop.push, 0);
    CHECK_EQ(loop.qos, QOS_CLASS_USER_INTERACTIVE);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    monitored_end(&loop, port);
}

TEST(a_class_by_message_is_held_by_the_ceiling, "T107 S20")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_UT), 0);
    post(port, 6, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 31);
    CHECK_EQ(loop.push, 0);
    monitored_end(&loop, port);
}

TEST(a_fallback_class_gives_way_to_the_messages, "T129")
{
    enum { FALLBACK = 0x04000000 };
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(monitor(&loop, port, QOS_DEF | FALLBACK), 0);
    post(port, 3, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 20);
    CHECK_EQ(reenable(&loop, port), 0);
    post(port, 0, 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.base, 31);
    monitored_end(&loop, port);
}
