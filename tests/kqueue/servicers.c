/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/servicers.c - who serves a workloop, when, and with which priority (T131-T145) */
#include "tests/kqueue/common.h"

TEST(a_message_brings_up_a_servicer_that_gets_it, "T130 T131 T133 T126 T119")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    CHECK_EQ(loop.n_calls, 0);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.n_events, 1);
    CHECK_EQ(loop.events[0].ident, port);
    CHECK_EQ(loop.events[0].filter, EVFILT_MACHPORT);
    CHECK_EQ(loop.events[0].flags, EV_DISPATCH2);
    CHECK_EQ(received_by(&loop, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(loop.letters[0].header.msgh_id, ID_CALL);
    CHECK_EQ(loop.letters[0].header.msgh_local_port, port);
    CHECK_EQ(loop.events[0].ext[1], sizeof(mach_msg_header_t) + sizeof(mach_msg_trailer_t));
    CHECK_EQ(loop.base, 31);
    CHECK_EQ(loop.push, 0);
    monitored_end(&loop, port);
}

/* ---- requests ---- */

TEST(a_push_alone_calls_nobody, "T131 T74 S38")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 47);
    CHECK_EQ(loop.push, 47);
    CHECK_EQ(unmonitor(&loop, port), 0);
    port_gone(port);
    caller_leave(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
}

TEST(one_servicer_at_a_time_serves_a_workloop, "T132 T135 T172")
{
    mach_port_t one = port_with_send(), two = port_with_send();
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    CHECK_EQ(monitor(&loop, one, QOS_DEF), 0);
    CHECK_EQ(monitor(&loop, two, QOS_DEF), 0);
    post(one, 0, 0);
    until_calls(&loop, 1);
    mach_port_t first = loop.thread;
    post(two, 0, 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    loop_open(&loop);
    until_done(&loop, 2);
    CHECK_EQ(loop.thread, first);
    CHECK_EQ(loop.events[0].ident, two);
    CHECK_EQ(unmonitor(&loop, one), 0);
    CHECK_EQ(unmonitor(&loop, two), 0);
    loop_end(&loop);
    port_gone(one);
    port_gone(two);
}

TEST(different_workloops_are_served_at_once, "T132")
{
    mach_port_t one = port_with_send(), two = port_with_send();
    struct loop a = { .is_closed = true }, b = { .is_closed = true };
    loop_begin(&a);
    loop_begin(&b);
    CHECK_EQ(monitor(&a, one, QOS_DEF), 0);
    CHECK_EQ(monitor(&b, two, QOS_DEF), 0);
    post(one, 0, 0);
    post(two, 0, 0);
    until_calls(&a, 1);
    until_calls(&b, 1);
    CHECK(a.thread != b.thread);
    loop_open(&a);
    loop_open(&b);
    until_done(&a, 1);
    until_done(&b, 1);
    CHECK_EQ(unmonitor(&a, one), 0);
    CHECK_EQ(unmonitor(&b, two), 0);
    loop_end(&a);
    loop_end(&b);
    port_gone(one);
    port_gone(two);
}

/* Triggers knotes 1 to n of these classes while the servicer is busy, and lets it go. */
static void trigger_while_busy(struct loop *loop, const int *qos, int n)
{
    loop->is_closed = true;
    CHECK_EQ(change(loop, 1000, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_calls(loop, 1);
    for (int i = 0; i < n; i++)
        CHECK_EQ(change(loop, (uint64_t)i + 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, qos[i]), 0);
    loop_open(loop);
}

TEST(the_most_urgent_events_come_first, "T133")
{
    static const int qos[] = { QOS_UT, QOS_IN, QOS_DEF, QOS_IN, QOS_UI };
    static const uint64_t order[] = { 5, 2, 4, 3, 1 };
    struct loop loop = { 0 };
    loop_begin(&loop);
    trigger_while_busy(&loop, qos, 5);
    until_done(&loop, 2);
    REQUIRE_EQ(loop.n_events, 5);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(loop.events[i].ident, order[i]);
    loop_end(&loop);
}

static int sizes[8];

static int note_size(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)events;
    if (loop->n_calls < 8)
        sizes[loop->n_calls] = n;
    return 0;
}

TEST(forty_events_come_in_three_calls_of_one_servicer, "T133 T135 S42")
{
    int qos[40];
    struct loop loop = { .body = note_size };
    for (int i = 0; i < 40; i++)
        qos[i] = QOS_DEF;
    loop_begin(&loop);
    trigger_while_busy(&loop, qos, 40);
    mach_port_t first = loop.thread;
    until_done(&loop, 4);
    CHECK_EQ(sizes[2], 16);
    CHECK_EQ(sizes[3], 16);
    CHECK_EQ(sizes[4], 8);
    CHECK_EQ(loop.thread, first);
    CHECK_EQ(loop.n_calls, 4);
    loop_end(&loop);
}

/* ---- what a callback returns ---- */

static int enable_all(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)loop;
    for (int i = 0; i < n; i++)
        events[i].flags = EV_ENABLE | EV_DISPATCH2;
    for (int i = 0; i < n; i++)
        events[i].fflags = MACH_RCV_MSG;
    return n;
}

TEST(what_a_callback_leaves_are_changes, "T134 S41")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .body = enable_all };
    loop_begin(&loop);
    post(port, 0, 0);
    post(port, 0, 0);
    post(port, 0, 0);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    until_done(&loop, 3);
    post(port, 0, 0);
    until_done(&loop, 4);
    loop.body = NULL;
    monitored_end(&loop, port);
}

static int bad_once(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)n;
    if (loop->n_calls > 1)
        return 0;
    events[0] = (struct kevent_qos_s){ .ident = 99, .filter = EVFILT_USER, .flags = EV_ENABLE };
    return 1;
}

TEST(a_change_that_fails_calls_the_servicer_again, "T135 S41")
{
    struct loop loop = { .body = bad_once };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.n_events, 1);
    CHECK(loop.events[0].flags & EV_ERROR);
    CHECK_EQ(loop.events[0].data, ENOENT);
    CHECK_EQ(loop.events[0].ident, 99);
    loop_end(&loop);
}

static int negative(struct loop *loop, struct kevent_qos_s *events, int n)
{
    (void)loop, (void)events, (void)n;
    return -5;
}

TEST(a_negative_number_of_changes_is_none, "T134")
{
    struct loop loop = { .body = negative };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_done(&loop, 1);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_done(&loop, 2);
    loop_end(&loop);
}

static int fetch_more(struct loop *loop, struct kevent_qos_s *events, int n)
{
    struct kevent_qos_s more[4];
    (void)events, (void)n;
    if (loop->n_calls > 1)
        return 0;
    CHECK_EQ(change(loop, 2, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    CHECK_EQ(kevent_id(loop->id, NULL, 0, more, 4, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_IMMEDIATE),
             1);
    CHECK_EQ(more[0].ident, 2);
    CHECK_EQ(kevent_id(loop->id, NULL, 0, more, 4, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_IMMEDIATE),
             0);
    return 0;
}

TEST(a_servicer_may_fetch_what_is_pending_itself, "T136 T111 T110")
{
    struct loop loop = { .body = fetch_more };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_done(&loop, 1);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    loop_end(&loop);
}

/* ---- priorities ---- */

TEST(a_servicer_has_the_class_of_what_is_pending, "T137 T107")
{
    static const int qos[] = { QOS_BG, QOS_UT, QOS_DEF, QOS_IN, QOS_UI };
    static const int base[] = { 4, 20, 31, 37, 47 };
    struct loop loop = { 0 };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, qos[i]), 0);
        until_done(&loop, i + 1);
        CHECK_EQ(loop.base, base[i]);
        CHECK_EQ(loop.push, 0);
    }
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
}

TEST(while_the_callback_runs_its_class_only_rises, "T138 T141")
{
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_calls(&loop, 1);
    CHECK_EQ(base_of(loop.thread), 20);
    CHECK_EQ(change(&loop, 2, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_IN), 0);
    CHECK_EQ(base_of(loop.thread), 37);
    CHECK_EQ(change(&loop, 2, EVFILT_USER, EV_DELETE, 0, 0), 0);
    CHECK_EQ(base_of(loop.thread), 37);
    loop_open(&loop);
    until_done(&loop, 1);
    CHECK_BASE_SOON(loop.thread, 31);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
}

TEST(a_message_that_raises_the_queue_raises_the_servicer, "T138 T99 S21 T129")
{
    mach_port_t busy = port_with_send(), port = port_with_send();
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, busy, QOS_UT), 0);
    CHECK_EQ(monitor(&loop, port, QOS_BG), 0);
    post(busy, 0, 0);
    until_calls(&loop, 1);
    CHECK_EQ(base_of(loop.thread), 20);
    for (int i = 0; i < 4; i++)
        post(port, 3, 0);
    CHECK_EQ(base_of(loop.thread), 20);
    post(port, 6, 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(push_of(loop.thread), 0);
    loop_open(&loop);
    until_done(&loop, 2);
    CHECK_EQ(loop.events[0].ext[2], (uint64_t)QOS_UT << 32 | QOS_UI);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(unmonitor(&loop, busy), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
    port_gone(busy);
    port_gone(port);
}

TEST(the_class_follows_the_queue_when_a_message_is_taken_from_it, "T129 T138")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_calls(&loop, 1);
    CHECK_EQ(monitor(&loop, port, QOS_BG), 0);
    post(port, 6, 0);
    CHECK_EQ(base_of(loop.thread), 47);
    letter_take(port);
    post(port, 3, 0);
    CHECK_EQ(base_of(loop.thread), 47);
    loop_open(&loop);
    until_done(&loop, 2);
    CHECK_EQ(loop.base, 20);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    monitored_end(&loop, port);
}

TEST(what_was_delivered_keeps_its_class_until_it_is_enabled, "T139")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, port, QOS_UT), 0);
    post(port, 0, 5);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 37);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_BG), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.base, 37);
    CHECK_EQ(reenable(&loop, port), 0);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_BG), 0);
    until_done(&loop, 3);
    CHECK_EQ(loop.base, 4);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    monitored_end(&loop, port);
}

TEST(a_servicer_that_parks_is_pushed_no_more, "T141 T140 T142")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 47);
    CHECK_EQ(loop.push, 47);
    CHECK_BASE_SOON(loop.thread, 31);
    loop.is_closed = true;
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_calls(&loop, 2);
    CHECK_EQ(loop.push, 47);
    CHECK_EQ(base_of(loop.thread), 47);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    loop_open(&loop);
    until_done(&loop, 2);
    caller_leave(&caller);
    loop_end(&loop);
    port_gone(port);
}

TEST(a_workloop_made_ahead_serves_with_its_own_priority, "T109")
{
    struct sched_param param = { .sched_priority = 40 };
    pthread_attr_t attributes;
    struct loop loop = { 0 };
    loop_begin(&loop);
    pthread_attr_init(&attributes);
    CHECK_EQ(_pthread_workloop_create(loop.id, 0, NULL), EINVAL);
    CHECK_EQ(_pthread_workloop_destroy(loop.id), ENOENT);
    CHECK_EQ(pthread_attr_setschedparam(&attributes, &param), 0);
    int error = _pthread_workloop_create(loop.id, 0, &attributes);
    if (error == EINVAL) { /* the library keeps no Mach priorities in attributes here */
        loop_end(&loop);
        return;
    }
    CHECK_EQ(error, 0);
    CHECK_EQ(_pthread_workloop_create(loop.id, 0, &attributes), EEXIST);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 40);
    CHECK_EQ(_pthread_workloop_destroy(loop.id), 0);
    loop_end(&loop);
}
