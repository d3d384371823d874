/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/loops.c - EVFILT_WORKLOOP: requests, owners, waiting for each other, moving a push (T146-T152) */
#include "tests/kqueue/common.h"

enum { WAIT_ID = 5, HAND_OVER = NOTE_WL_DISCOVER_OWNER };

static int request(struct loop *loop, uint16_t flags, uint32_t more, int qos)
{
    return change(loop, loop->id, EVFILT_WORKLOOP, flags, NOTE_WL_THREAD_REQUEST | more, qos);
}

/* A change that names the word: it holds `word`, and is expected to hold `expected`. */
static int with_word(struct loop *loop, uint64_t ident, uint16_t flags, uint32_t fflags, uint64_t word,
                     uint64_t expected)
{
    struct kevent_qos_s event = {
        .ident = ident,
        .filter = EVFILT_WORKLOOP,
        .flags = flags,
        .qos = QOS_DEF,
        .udata = ident,
        .fflags = fflags,
        .ext = { 0, (uint64_t)(uintptr_t)&word, UINT64_MAX, expected },
    };
    return change_event(loop, &event);
}

static int set_owner(struct loop *loop, mach_port_t thread)
{
    return with_word(loop, loop->id, EV_ADD | EV_DISABLE, NOTE_WL_THREAD_REQUEST | HAND_OVER, thread, thread);
}

TEST(a_request_calls_the_servicer_once_for_each_touch, "T148 T131")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    CHECK_EQ(request(&loop, EV_ADD | EV_CLEAR, 0, QOS_IN), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.events[0].filter, EVFILT_WORKLOOP);
    CHECK_EQ(loop.events[0].ident, loop.id);
    CHECK_EQ(loop.events[0].fflags, NOTE_WL_THREAD_REQUEST);
    world_settle();
    CHECK_EQ(loop.n_calls, 1);
    CHECK_EQ(request(&loop, 0, 0, 0), 0);
    until_done(&loop, 2);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
}

TEST(requests_that_cannot_be_are_refused, "T146 T148")
{
    struct loop loop = { 0 };
    struct kevent_qos_s second = { .filter = EVFILT_WORKLOOP,
                                   .flags = EV_ADD | EV_UDATA_SPECIFIC | EV_DISABLE,
                                   .qos = QOS_DEF,
                                   .udata = 99,
                                   .fflags = NOTE_WL_THREAD_REQUEST };
    loop_begin(&loop);
    CHECK_EQ(change(&loop, 5, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_THREAD_REQUEST, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, loop.id, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_THREAD_REQUEST, 0), ERANGE);
    CHECK_EQ(change(&loop, loop.id, EVFILT_WORKLOOP, EV_ADD, 0, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, loop.id, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_THREAD_REQUEST | NOTE_WL_SYNC_WAIT,
                    QOS_DEF),
             EINVAL);
    CHECK_EQ(change(&loop, 5, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_SYNC_WAKE, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, loop.id, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_SYNC_WAKE, QOS_DEF), EINVAL);
    CHECK_EQ(request(&loop, EV_ADD | EV_DISABLE, 0, QOS_DEF), 0);
    second.ident = loop.id;
    CHECK_EQ(change_event(&loop, &second), EALREADY);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
}

TEST(a_request_gives_its_class_until_it_is_changed, "T148 T137 T116")
{
    struct loop loop = { 0 };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(request(&loop, EV_ADD | EV_DISABLE, 0, QOS_IN), 0);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_done(&loop, 1);
    CHECK_EQ(loop.base, 37);
    CHECK_EQ(request(&loop, EV_DISABLE, NOTE_WL_UPDATE_QOS, 0), ERANGE);
    CHECK_EQ(request(&loop, EV_DISABLE, 0, QOS_UI), 0);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_done(&loop, 2);
    CHECK_EQ(loop.base, 37);
    CHECK_EQ(request(&loop, EV_DISABLE, NOTE_WL_UPDATE_QOS, QOS_DEF), 0);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_UT), 0);
    until_done(&loop, 3);
    CHECK_EQ(loop.base, 31);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
}

TEST(a_word_that_has_changed_is_stale, "T147")
{
    struct loop loop = { 0 };
    uint64_t word = 7;
    struct kevent_qos_s event = { .filter = EVFILT_WORKLOOP,
                                  .flags = EV_ADD | EV_DISABLE,
                                  .qos = QOS_DEF,
                                  .fflags = NOTE_WL_THREAD_REQUEST,
                                  .ext = { 0, (uint64_t)(uintptr_t)&word, 0xff, 8 } };
    loop_begin(&loop);
    event.ident = loop.id;
    CHECK_EQ(change_event(&loop, &event), ESTALE);
    CHECK_EQ(event.ext[EV_EXTIDX_WL_VALUE], 7);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(with_word(&loop, loop.id, EV_ADD | EV_DISABLE, NOTE_WL_THREAD_REQUEST | NOTE_WL_IGNORE_ESTALE, 7,
                       8),
             0);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), ENOENT);
    event.ext[EV_EXTIDX_WL_ADDR] = 16;
    event.flags = EV_ADD | EV_DISABLE;
    CHECK_EQ(change_event(&loop, &event), EFAULT);
    word = 0x108;
    event.ext[EV_EXTIDX_WL_ADDR] = (uint64_t)(uintptr_t)&word;
    event.ext[EV_EXTIDX_WL_VALUE] = 8;
    event.flags = EV_ADD | EV_DISABLE;
    CHECK_EQ(change_event(&loop, &event), 0);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
}

/* ---- owners ---- */

struct owner {
    mach_port_t gate;
    _Atomic mach_port_t thread;
};

static void *own(void *argument)
{
    struct owner *owner = argument;
    owner->thread = mach_thread_self();
    letter_take(owner->gate);
    return NULL;
}

static world_thread *owner_start(struct owner *owner)
{
    *owner = (struct owner){ .gate = port_with_send() };
    world_thread *thread = world_thread_spawn(own, owner);
    until_waiting(&owner->thread);
    return thread;
}

static void owner_end(struct owner *owner, world_thread *thread)
{
    CHECK_EQ(letter_send(owner->gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread_join(thread);
    mach_port_deallocate(SELF, owner->thread);
    port_gone(owner->gate);
}

TEST(an_owner_has_the_push_and_the_class_and_nobody_is_called, "T149 T140 T131 S47")
{
    struct loop loop = { 0 };
    struct owner owner;
    mach_port_t port = port_with_send();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_thread *thread = owner_start(&owner);
    CHECK_EQ(set_owner(&loop, owner.thread), 0);
    CHECK_EQ(base_of(owner.thread), 31);
    CHECK_EQ(request(&loop, EV_DISABLE, NOTE_WL_UPDATE_QOS, QOS_IN), 0);
    CHECK_EQ(base_of(owner.thread), 37);
    CHECK_EQ(push_of(owner.thread), 0);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    caller_start(&caller);
    CHECK_EQ(base_of(owner.thread), 47);
    CHECK_EQ(push_of(owner.thread), 47);
    post(port, 0, 0);
    CHECK_EQ(request(&loop, EV_ENABLE, 0, 0), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    owner_end(&owner, thread);
    until_done(&loop, 1);
    CHECK_EQ(loop.push, 47);
    CHECK_EQ(loop.n_events, 2);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    caller_leave(&caller);
    loop_end(&loop);
    port_gone(port);
}

struct self_owner {
    struct loop *loop;
    int base, base_after, error;
};

static void *own_and_give_up(void *argument)
{
    struct self_owner *self = argument;
    mach_port_t thread = mach_thread_self();
    CHECK_EQ(set_owner(self->loop, thread), 0);
    CHECK_EQ(request(self->loop, EV_DISABLE, NOTE_WL_UPDATE_QOS, QOS_IN), 0);
    self->base = base_of(thread);
    CHECK_EQ(request(self->loop, EV_DISABLE, NOTE_WL_END_OWNERSHIP, 0), 0);
    self->base_after = base_of(thread);
    mach_port_deallocate(SELF, thread);
    return NULL;
}

TEST(an_owner_ends_its_ownership_itself, "T149")
{
    struct loop loop = { 0 };
    struct self_owner self = { .loop = &loop };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_thread_join(world_thread_spawn(own_and_give_up, &self));
    CHECK_EQ(self.base, 37);
    CHECK_EQ(self.base_after, 31);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_end(&loop);
}

TEST(only_a_thread_of_the_task_can_own, "T149")
{
    struct loop loop = { 0 };
    struct owner owner;
    mach_port_t port = port_with_send();
    loop_begin(&loop);
    CHECK_EQ(set_owner(&loop, port), EOWNERDEAD);
    CHECK_EQ(set_owner(&loop, 0x77777703), EOWNERDEAD);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), ENOENT);
    world_thread *thread = owner_start(&owner);
    CHECK_EQ(set_owner(&loop, owner.thread & ~(mach_port_t)3), 0);
    CHECK_EQ(with_word(&loop, loop.id, EV_DISABLE, NOTE_WL_THREAD_REQUEST | HAND_OVER, 0, 0), 0);
    CHECK_EQ(request(&loop, EV_ENABLE, 0, 0), 0);
    world_settle();
    CHECK_EQ(loop.n_calls, 0);
    owner_end(&owner, thread);
    until_done(&loop, 1);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
    port_gone(port);
}

TEST(a_servicer_is_not_recorded_as_owner, "T149 T140")
{
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    CHECK_EQ(request(&loop, EV_ADD | EV_CLEAR, 0, QOS_DEF), 0);
    until_calls(&loop, 1);
    CHECK_EQ(with_word(&loop, loop.id, EV_DISABLE, NOTE_WL_THREAD_REQUEST | HAND_OVER, loop.thread,
                       loop.thread),
             0);
    CHECK_EQ(request(&loop, EV_ENABLE, 0, 0), 0);
    loop_open(&loop);
    until_done(&loop, 2);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    loop_end(&loop);
}

/* ---- SYNC_WAIT and SYNC_WAKE ---- */

struct waiter {
    struct loop *loop;
    _Atomic mach_port_t thread;
    int n, error;
    struct kevent_qos_s out;
};

static int sync_wait(struct loop *loop, struct kevent_qos_s *out, unsigned flags)
{
    struct kevent_qos_s event = { .ident = WAIT_ID,
                                  .filter = EVFILT_WORKLOOP,
                                  .flags = EV_ADD | EV_DISABLE,
                                  .qos = QOS_DEF,
                                  .udata = WAIT_ID,
                                  .fflags = NOTE_WL_SYNC_WAIT };
    return kevent_id(loop->id, &event, 1, out, out ? 1 : 0, NULL, NULL, KEVENT_FLAG_WORKLOOP | flags);
}

static void *wait_in_loop(void *argument)
{
    struct waiter *waiter = argument;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    waiter->thread = mach_thread_self();
    waiter->n = sync_wait(waiter->loop, &waiter->out, KEVENT_FLAG_ERROR_EVENTS);
    return NULL;
}

static world_thread *waiter_start(struct waiter *waiter, struct loop *loop)
{
    *waiter = (struct waiter){ .loop = loop };
    world_thread *thread = world_thread_spawn(wait_in_loop, waiter);
    until_waiting(&waiter->thread);
    return thread;
}

static int sync_change(struct loop *loop, uint16_t flags, uint32_t command)
{
    return change(loop, WAIT_ID, EVFILT_WORKLOOP, flags, command, QOS_DEF);
}

TEST(a_waiter_pushes_the_owner_until_it_is_woken, "T150 T151 T140 S46")
{
    struct loop loop = { 0 };
    struct owner owner;
    struct waiter waiter;
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_thread *owning = owner_start(&owner);
    CHECK_EQ(set_owner(&loop, owner.thread), 0);
    world_thread *waiting = waiter_start(&waiter, &loop);
    CHECK_EQ(base_of(owner.thread), 47);
    CHECK_EQ(sync_change(&loop, EV_DISABLE, NOTE_WL_SYNC_WAKE), 0);
    CHECK_EQ(base_of(owner.thread), 31);
    world_thread_join(waiting);
    CHECK_EQ(waiter.n, 0);
    mach_port_deallocate(SELF, waiter.thread);
    CHECK_EQ(sync_wait(&loop, &waiter.out, KEVENT_FLAG_ERROR_EVENTS), 0);
    CHECK_EQ(sync_change(&loop, EV_DELETE, NOTE_WL_SYNC_WAKE), 0);
    CHECK_EQ(request(&loop, EV_DELETE, 0, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    owner_end(&owner, owning);
    loop_end(&loop);
}

TEST(deleting_its_knote_wakes_a_waiter, "T151 S46")
{
    struct loop loop = { 0 };
    struct waiter waiter;
    loop_begin(&loop);
    world_thread *waiting = waiter_start(&waiter, &loop);
    CHECK_EQ(sync_wait(&loop, &waiter.out, KEVENT_FLAG_ERROR_EVENTS), 1);
    CHECK_EQ(waiter.out.data, EXDEV);
    CHECK_EQ(sync_change(&loop, EV_DELETE, NOTE_WL_SYNC_WAIT), 0);
    world_thread_join(waiting);
    CHECK_EQ(waiter.n, 0);
    mach_port_deallocate(SELF, waiter.thread);
    loop_end(&loop);
}

TEST(an_interrupted_waiter_gets_an_event, "T150 S46")
{
    struct loop loop = { 0 };
    struct waiter waiter;
    loop_begin(&loop);
    world_thread *waiting = waiter_start(&waiter, &loop);
    world_thread_interrupt(waiting);
    world_thread_join(waiting);
    CHECK_EQ(waiter.n, 1);
    CHECK(waiter.out.flags & EV_ERROR);
    CHECK_EQ(waiter.out.data, EINTR);
    CHECK_EQ(waiter.out.ident, WAIT_ID);
    mach_port_deallocate(SELF, waiter.thread);
    CHECK_EQ(sync_change(&loop, EV_DELETE, NOTE_WL_SYNC_WAIT), 0);
    loop_end(&loop);
}

TEST(waiting_needs_a_call_of_its_own_kind, "T150")
{
    struct loop loop = { 0 };
    struct kevent_qos_s out = { 0 };
    loop_begin(&loop);
    CHECK_EQ(sync_wait(&loop, NULL, KEVENT_FLAG_ERROR_EVENTS), -1);
    CHECK_EQ(errno, ENOTSUP);
    struct kevent_qos_s changes[2] = {
        { .ident = WAIT_ID,
          .filter = EVFILT_WORKLOOP,
          .flags = EV_ADD | EV_DISABLE,
          .qos = QOS_DEF,
          .fflags = NOTE_WL_SYNC_WAIT },
        { .ident = 1, .filter = EVFILT_USER, .flags = EV_ADD, .qos = QOS_DEF },
    };
    CHECK_EQ(kevent_id(loop.id, changes, 2, &out, 1, NULL, NULL,
                       KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS),
             1);
    CHECK_EQ(out.data, ENOTSUP);
    CHECK_EQ(change(&loop, 1, EVFILT_USER, EV_DELETE, 0, 0), 0);
    CHECK_EQ(change(&loop, WAIT_ID, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_SYNC_WAIT, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, WAIT_ID, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE,
                    NOTE_WL_SYNC_WAIT | NOTE_WL_END_OWNERSHIP, QOS_DEF),
             EINVAL);
    loop_end(&loop);
}

/* ---- SYNC_IPC ---- */

static int redirect(struct loop *loop, mach_port_t right)
{
    return change(loop, right, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_SYNC_IPC, 0);
}

static int undirect(struct loop *loop, mach_port_t right)
{
    return change(loop, right, EVFILT_WORKLOOP, EV_DELETE, NOTE_WL_SYNC_IPC, 0);
}

TEST(a_push_can_be_kept_over_enabling_the_knote, "T152 T62 S28")
{
    struct loop loop = { .is_closed = true };
    mach_port_t port = monitored_new(&loop);
    struct caller caller;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_of(&caller, port);
    until_calls(&loop, 1);
    mach_port_t right = loop.letters[0].header.msgh_remote_port;
    CHECK_EQ(redirect(&loop, right), 0);
    CHECK_EQ(reenable(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(undirect(&loop, right), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(redirect(&loop, right), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    answer_event(&loop, 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(undirect(&loop, right), 0);
    CHECK_EQ(unmonitor(&loop, port), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_open(&loop);
    until_done(&loop, 1);
    CHECK_EQ(caller_end(&caller), OK);
    loop_end(&loop);
    port_gone(port);
}

TEST(a_push_can_be_handed_to_another_workloop, "T152 S29")
{
    mach_port_t port = port_with_send();
    struct loop loop = { .is_closed = true }, other = { .is_closed = true };
    struct caller caller;
    loop_begin(&loop);
    loop_begin(&other);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(monitor(&loop, port, QOS_DEF), 0);
    caller_of(&caller, port);
    until_calls(&loop, 1);
    CHECK_EQ(request(&other, EV_ADD | EV_CLEAR, 0, QOS_DEF), 0);
    until_calls(&other, 1);
    mach_port_t right = loop.letters[0].header.msgh_remote_port;
    CHECK_EQ(redirect(&other, right), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(base_of(other.thread), 47);
    CHECK_EQ(undirect(&other, right), 0);
    CHECK_EQ(base_of(other.thread), 31);
    answer_event(&loop, 0);
    CHECK_EQ(unmonitor(&loop, port), 0);
    CHECK_EQ(request(&other, EV_DELETE, 0, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_open(&loop);
    loop_open(&other);
    until_done(&loop, 1);
    until_done(&other, 1);
    CHECK_EQ(caller_end(&caller), OK);
    loop_end(&loop);
    loop_end(&other);
    port_gone(port);
}

TEST(a_push_that_has_not_begun_cannot_be_redirected, "T152 S28")
{
    mach_port_t port = port_with_send();
    struct loop loop = { 0 };
    loop_begin(&loop);
    mach_port_t special = thread_get_special_reply_port();
    CHECK_EQ(redirect(&loop, port), ENOENT);
    CHECK_EQ(redirect(&loop, special), ENOENT);
    CHECK_EQ(redirect(&loop, SELF), ENOENT);
    CHECK_EQ(change(&loop, port, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_SYNC_IPC, QOS_DEF), EINVAL);
    CHECK_EQ(change(&loop, port, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_SYNC_IPC | NOTE_WL_UPDATE_QOS,
                    QOS_DEF),
             EINVAL);
    loop_end(&loop);
    port_gone(special);
    port_gone(port);
}

TEST(a_received_right_can_be_redirected, "T152 T66")
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
    CHECK_EQ(redirect(&loop, port), 0);
    CHECK_EQ(reenable(&loop, to), 0);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(undirect(&loop, port), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_open(&loop);
    until_done(&loop, 1);
    caller_leave(&caller);
    loop_end(&loop);
    port_gone(port);
    port_gone(to);
}
