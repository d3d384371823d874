/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/changes.c - workloops come and go, and what changes answer (T108-T118) */
#include "tests/kqueue/common.h"

enum { ERRORS_ONLY = KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS, TOUCH = EV_DISPATCH2 };

_Static_assert(sizeof(struct kevent_qos_s) == 72 && offsetof(struct kevent_qos_s, ext) == 40, "T113");

static int call(uint64_t id, unsigned flags)
{
    return kevent_id(id, NULL, 0, NULL, 0, NULL, NULL, flags) < 0 ? errno : 0;
}

static bool exists(const struct loop *loop)
{
    return call(loop->id, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST) == 0;
}

static int user(struct loop *loop, uint64_t ident, uint16_t flags, uint32_t fflags)
{
    return change(loop, ident, EVFILT_USER, flags, fflags, QOS_DEF);
}

static void drop_user(struct loop *loop, uint64_t ident)
{
    CHECK_EQ(user(loop, ident, EV_DELETE | EV_ENABLE, 0), 0);
}

TEST(a_workloop_exists_from_its_first_knote_to_its_last, "T108 T110 T113")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK(!exists(&loop));
    CHECK_EQ(user(&loop, 1, EV_ADD, 0), 0);
    CHECK(exists(&loop));
    CHECK_EQ(call(loop.id, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST), EEXIST);
    drop_user(&loop, 1);
    CHECK(!exists(&loop));
    CHECK_EQ(call(loop.id, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST), ENOENT);
    loop_end(&loop);
}

TEST(a_workloop_outlives_its_knotes_while_it_is_served, "T108")
{
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_ONESHOT, NOTE_TRIGGER), 0);
    until_calls(&loop, 1);
    CHECK(exists(&loop));
    loop_open(&loop);
    until_done(&loop, 1);
    for (int ms = 0; ms < PATIENCE_MS && exists(&loop); ms++)
        world_sleep_ms(1);
    CHECK(!exists(&loop));
    loop_end(&loop);
}

static int looks_for_the_id(void *argument)
{
    return call(*(uint64_t *)argument, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST) == ENOENT ? 7
                                                                                                           : 1;
}

TEST(the_same_id_is_another_workloop_in_another_task, "T108")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD, 0), 0);
    world_task *task = world_task_spawn(looks_for_the_id, &loop.id, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), 7);
    drop_user(&loop, 1);
    loop_end(&loop);
}

TEST(ids_and_flags_that_cannot_be_are_refused, "T108 T110")
{
    CHECK_EQ(call(0, KEVENT_FLAG_WORKLOOP), EINVAL);
    CHECK_EQ(call(UINT64_MAX, KEVENT_FLAG_WORKLOOP), EINVAL);
    CHECK_EQ(call(77, 0), EINVAL);
    CHECK_EQ(call(77, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_WORKQ), EINVAL);
    CHECK_EQ(call(77, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_PARKING), 0);
}

TEST(only_the_servicer_fetches_events, "T110 T111")
{
    struct kevent_qos_s event;
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD, 0), 0);
    CHECK_EQ(kevent_id(loop.id, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP), -1);
    CHECK_EQ(errno, EXDEV);
    CHECK_EQ(kevent_id(loop.id, NULL, 0, &event, 1, NULL, NULL, ERRORS_ONLY), 0);
    drop_user(&loop, 1);
    loop_end(&loop);
}

/* The middle one cannot be. */
static void three_changes(struct kevent_qos_s changes[3])
{
    for (int i = 0; i < 3; i++)
        changes[i] = (struct kevent_qos_s){
            .ident = (uint64_t)i + 1, .filter = EVFILT_USER, .flags = EV_ADD, .qos = i == 1 ? 0 : QOS_DEF
        };
}

TEST(a_change_that_fails_is_told_and_the_others_are_made, "T112 T116 T111")
{
    struct kevent_qos_s changes[3], out[3] = { 0 };
    struct loop loop = { 0 };
    loop_begin(&loop);
    three_changes(changes);
    CHECK_EQ(kevent_id(loop.id, changes, 3, out, 3, NULL, NULL, ERRORS_ONLY), 1);
    CHECK_EQ(out[0].ident, 2);
    CHECK_EQ(out[0].filter, EVFILT_USER);
    CHECK(out[0].flags & EV_ERROR);
    CHECK(out[0].flags & EV_ADD);
    CHECK_EQ(out[0].data, ERANGE);
    CHECK_EQ(user(&loop, 2, EV_DELETE, 0), ENOENT);
    drop_user(&loop, 1);
    drop_user(&loop, 3);
    loop_end(&loop);
}

TEST(without_room_for_its_error_a_change_ends_the_call, "T112")
{
    struct kevent_qos_s changes[3];
    struct loop loop = { 0 };
    loop_begin(&loop);
    three_changes(changes);
    CHECK_EQ(kevent_id(loop.id, changes, 3, NULL, 0, NULL, NULL, ERRORS_ONLY), -1);
    CHECK_EQ(errno, ERANGE);
    CHECK_EQ(user(&loop, 3, EV_DELETE, 0), ENOENT);
    drop_user(&loop, 1);
    loop_end(&loop);
}

TEST(a_receipt_tells_success, "T112")
{
    struct kevent_qos_s event = {
        .ident = 1, .filter = EVFILT_USER, .flags = EV_ADD | EV_RECEIPT, .qos = QOS_DEF
    };
    struct kevent_qos_s out = { 0 };
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(kevent_id(loop.id, &event, 1, &out, 1, NULL, NULL, ERRORS_ONLY), 1);
    CHECK(out.flags & EV_ERROR);
    CHECK_EQ(out.data, 0);
    drop_user(&loop, 1);
    loop_end(&loop);
}

TEST(an_unknown_knote_can_only_be_added, "T114")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ENABLE, 0), ENOENT);
    CHECK_EQ(user(&loop, 1, EV_DELETE, 0), ENOENT);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_DELETE, 0), 0);
    CHECK(!exists(&loop));
    loop_end(&loop);
}

TEST(udata_is_part_of_a_knotes_identity_if_it_says_so, "T114")
{
    struct loop loop = { 0 };
    struct kevent_qos_s event = { .ident = 1, .filter = EVFILT_USER, .qos = QOS_DEF };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD, 0), 0);
    for (uint64_t udata = 5; udata < 7; udata++) {
        event.flags = EV_ADD | EV_UDATA_SPECIFIC;
        event.udata = udata;
        CHECK_EQ(change_event(&loop, &event), 0);
    }
    drop_user(&loop, 1);
    CHECK_EQ(user(&loop, 1, EV_DELETE, 0), ENOENT);
    for (uint64_t udata = 5; udata < 7; udata++) {
        event.flags = EV_DELETE | EV_UDATA_SPECIFIC;
        event.udata = udata;
        CHECK_EQ(change_event(&loop, &event), 0);
    }
    CHECK(!exists(&loop));
    loop_end(&loop);
}

TEST(deleting_and_disabling_overrule_adding_and_enabling, "T115")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_DISABLE | EV_ENABLE, NOTE_TRIGGER), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    CHECK_EQ(user(&loop, 1, EV_ADD, 0), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_DELETE, 0), 0);
    CHECK_EQ(user(&loop, 1, EV_ENABLE, 0), ENOENT);
    loop_end(&loop);
}

TEST(a_touch_enables_only_with_ev_enable, "T115 T124")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_DISPATCH | EV_CLEAR, NOTE_TRIGGER), 0);
    until_done(&loop, 1);
    CHECK_EQ(user(&loop, 1, EV_ADD, NOTE_TRIGGER), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(user(&loop, 1, EV_ENABLE, 0), 0);
    until_done(&loop, 2);
    drop_user(&loop, 1);
    loop_end(&loop);
}

TEST(a_oneshot_is_gone_when_it_was_told, "T115")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_ONESHOT, NOTE_TRIGGER), 0);
    until_done(&loop, 1);
    CHECK(loop.events[0].flags & EV_ONESHOT);
    CHECK_EQ(user(&loop, 1, EV_ENABLE, 0), ENOENT);
    loop_end(&loop);
}

TEST(what_was_told_is_reset_by_ev_clear, "T115")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_CLEAR, NOTE_TRIGGER | 0x55), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].fflags, 0x55);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(user(&loop, 1, 0, NOTE_TRIGGER | NOTE_FFOR | 0x2), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.events[0].fflags, 0x2);
    drop_user(&loop, 1);
    loop_end(&loop);
}

TEST(an_enabled_knote_needs_a_class, "T116")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD, 0, 0), ERANGE);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_DISABLE, 0, 0), 0);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_DISABLE, 0, 0), 0);
    CHECK_EQ(user(&loop, 1, EV_DELETE, 0), 0);
    loop_end(&loop);
}

TEST(vanishing_can_be_asked_for_only_with_its_protocol, "T117")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_VANISHED, MACH_RCV_MSG, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH | EV_VANISHED, MACH_RCV_MSG, QOS_DEF),
             EINVAL);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DISPATCH2 | EV_VANISHED, MACH_RCV_MSG, 0), EINVAL);
    monitored_end(&loop, port);
}

TEST(a_knote_that_is_being_told_is_deleted_when_it_is_enabled, "T118 S48")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE | TOUCH, 0, 0), EINPROGRESS);
    CHECK_EQ(change(&loop, port, EVFILT_MACHPORT, EV_DELETE | TOUCH, 0, 0), EINPROGRESS);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    post(port, 0, 0);
    CHECK_EQ(reenable(&loop, port), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.n_events, 1);
    CHECK_EQ(loop.events[0].flags, EV_DELETE | EV_ONESHOT | EV_DISPATCH2);
    CHECK_EQ(loop.events[0].ident, port);
    CHECK_EQ(loop.events[0].udata, port);
    CHECK_EQ(reenable(&loop, port), ENOENT);
    loop_end(&loop);
    port_gone(port);
}

TEST(a_knote_that_is_being_told_can_be_deleted_at_once, "T118")
{
    struct loop loop = { 0 };
    mach_port_t port = monitored_new(&loop);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(reenable(&loop, port), ENOENT);
    CHECK_EQ(loop.n_calls, 1);
    loop_end(&loop);
    port_gone(port);
}

TEST(a_vanished_oneshot_waits_for_its_deletion, "T118 T119")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(user(&loop, 1, EV_ADD | EV_ONESHOT | EV_DISPATCH2, NOTE_TRIGGER), 0);
    until_done(&loop, 1);
    CHECK_EQ(user(&loop, 1, EV_ENABLE | TOUCH, 0), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.events[0].flags, EV_DELETE | EV_ONESHOT | EV_DISPATCH2);
    CHECK_EQ(user(&loop, 1, EV_ENABLE | TOUCH, 0), ENOENT);
    loop_end(&loop);
}
