/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/descriptors.c - kqueues behind descriptors: what they are, changes, delivery, USER (decision 12)
 *
 * Nothing here needs machd but fork and processes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/events/queue.h"

/* ---- the descriptor ---- */

TEST(a_kqueue_is_a_descriptor_that_poll_select_and_epoll_accept, "")
{
    int kq = fresh(), set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event in = { .events = EPOLLIN }, out;
    fd_set readable;
    struct timeval none = { 0 };
    REQUIRE_EQ(epoll_ctl(set, EPOLL_CTL_ADD, kq, &in), 0);
    CHECK(!is_readable(kq));
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_TRIGGER, 0), 0);
    CHECK(is_readable(kq));
    FD_ZERO(&readable);
    FD_SET(kq, &readable);
    CHECK_EQ(select(kq + 1, &readable, NULL, NULL, &none), 1);
    CHECK_EQ(epoll_wait(set, &out, 1, 0), 1);
    CHECK_EQ(next(kq).ident, 1);
    nothing_more(kq);
    CHECK_EQ(epoll_wait(set, &out, 1, 0), 0);
    close(set);
    close(kq);
}

TEST(what_is_no_kqueue_is_a_bad_descriptor, "")
{
    int set = epoll_create1(EPOLL_CLOEXEC), kq = fresh();
    struct kevent event;
    CHECK_EQ(kevent(-1, NULL, 0, &event, 1, &at_once), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(kevent(set, NULL, 0, &event, 1, &at_once), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(kevent(set, NULL, 0, NULL, 0, &at_once), -1);
    CHECK_EQ(errno, EBADF);
    close(kq);
    CHECK_EQ(kevent(kq, NULL, 0, &event, 1, &at_once), -1);
    CHECK_EQ(errno, EBADF);
    close(set);
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

TEST(a_closed_kqueue_gives_everything_back_when_the_next_one_is_made, "")
{
    close(fresh());
    int before = open_descriptors();
    for (int i = 0; i < 20; i++) {
        int kq = fresh();
        CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, NOTE_SECONDS, 1000), 0);
        CHECK_EQ(change(kq, (uintptr_t)getpid(), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), 0);
        CHECK_EQ(change(kq, SIGUSR2, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
        CHECK_EQ(change(kq, 0, EVFILT_WRITE, EV_ADD | EV_DISABLE, 0, 0), 0);
        close(kq);
    }
    close(fresh());
    CHECK_LE(open_descriptors(), before + 1); /* the bell of the signals stays */
}

static int count_open(const int *fds, int n)
{
    int n_open = 0;
    for (int i = 0; i < n; i++)
        n_open += fcntl(fds[i], F_GETFD) >= 0;
    return n_open;
}

TEST(a_closed_kqueue_watches_nothing_any_more_at_once, "")
{
    close(fresh());
    int before = open_descriptors(), pipes[2];
    REQUIRE_EQ(pipe(pipes), 0);
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, NOTE_SECONDS, 1000), 0);
    CHECK_EQ(change(kq, (uintptr_t)pipes[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    CHECK_EQ(change(kq, (uintptr_t)pipes[1], EVFILT_WRITE, EV_ADD, 0, 0), 0);
    CHECK_EQ(close(kq), 0);
    CHECK_EQ(count_open(pipes, 2), 2);
    close(pipes[0]);
    close(pipes[1]);
    CHECK_EQ(open_descriptors(), before);
    CHECK_EQ(close(kq), -1);
    CHECK_EQ(errno, EBADF);
}

/* By a way that the library does not see; then the number is another set's, of the program's own. */
TEST(what_has_the_number_of_a_closed_kqueue_is_left_alone, "")
{
    int kq = fresh(), pipes[2];
    struct epoll_event in = { .events = EPOLLIN }, out;
    REQUIRE_EQ(pipe(pipes), 0);
    CHECK_EQ(change(kq, (uintptr_t)pipes[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    int set = epoll_create1(EPOLL_CLOEXEC);
    REQUIRE_EQ(epoll_ctl(set, EPOLL_CTL_ADD, pipes[0], &in), 0);
    REQUIRE_EQ(dup2(set, kq), kq);
    close(set);
    close(fresh());
    CHECK_EQ(write(pipes[1], "", 1), 1);
    CHECK_EQ(epoll_wait(kq, &out, 1, 0), 1);
    close(kq);
    close(pipes[0]);
    close(pipes[1]);
}

TEST(what_a_vfork_child_closes_is_its_own, "")
{
    if (getenv("MACHD_SANITIZER") != NULL)
        SKIP("sanitizers keep books of descriptors and threads in the memory that a vfork child shares");
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    pid_t child = vfork();
    if (child == 0)
        _exit(close(kq) == 0 ? 0 : 1);
    REQUIRE_EQ(waitpid(child, NULL, 0), child);
    CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(next(kq).ident, 1);
    close(kq);
}

TEST(a_kqueue_ends_with_its_last_descriptor, "")
{
    int kq = fresh(), other = dup(kq), pipes[2];
    close(fresh());
    REQUIRE_EQ(pipe(pipes), 0);
    int before = open_descriptors();
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_USECONDS, 1), 0);
    CHECK_EQ(close(kq), 0);
    CHECK_EQ(next(other).ident, 1);
    CHECK_EQ(change(other, (uintptr_t)pipes[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    CHECK_EQ(write(pipes[1], "", 1), 1);
    CHECK_EQ(next(other).ident, pipes[0]);
    CHECK_EQ(close(other), 0);
    CHECK_LE(open_descriptors(), before - 2);
    close(pipes[0]);
    close(pipes[1]);
}

TEST(a_kqueue_is_not_inherited_by_a_fork_child, "F32")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        CHECK_EQ(fcntl(kq, F_GETFD), -1);
        CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), EBADF);
        int own = kqueue();
        CHECK_EQ(change(own, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), ENOENT);
        _exit(0);
    }
    REQUIRE_EQ(waitpid(child, NULL, 0), child);
    nothing_more(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(next(kq).ident, 1);
    close(kq);
}

TEST(a_duplicate_is_the_same_kqueue, "")
{
    int kq = fresh(), other = dup(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(next(other).ident, 1);
    nothing_more(kq);
    close(other);
    close(kq);
}

/* ---- changes ---- */

TEST(a_change_for_an_unknown_knote_needs_add, "T114")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 7, EVFILT_USER, 0, NOTE_TRIGGER, 0), ENOENT);
    CHECK_EQ(change(kq, 7, EVFILT_USER, EV_ENABLE, 0, 0), ENOENT);
    CHECK_EQ(change(kq, 7, EVFILT_USER, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(change(kq, 7, EVFILT_USER, EV_ADD, 0, 0), 0);
    CHECK_EQ(change(kq, 7, EVFILT_USER, EV_ADD | EV_DELETE, 0, 0), 0);
    CHECK_EQ(change(kq, 7, EVFILT_USER, EV_DELETE, 0, 0), ENOENT);
    close(kq);
}

TEST(what_is_not_built_is_refused, "")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_AIO, EV_ADD, 0, 0), ENOTSUP);
    CHECK_EQ(change(kq, 1, EVFILT_FS, EV_ADD, 0, 0), ENOTSUP);
    CHECK_EQ(change(kq, 1, EVFILT_VM, EV_ADD, NOTE_VM_PRESSURE, 0), ENOTSUP);
    CHECK_EQ(change(kq, 1, 0, EV_ADD, 0, 0), EINVAL);
    CHECK_EQ(change(kq, 1, -100, EV_ADD, 0, 0), EINVAL);
    CHECK_EQ(change(kq, (uintptr_t)getpid(), EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_SIGNAL, 0), ENOTSUP);
    close(kq);
}

TEST(a_workloop_filter_needs_a_workloop, "T146")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_THREAD_REQUEST, 0), ENOTSUP);
    close(kq);
}

TEST(vanished_needs_add_and_dispatch2, "T117")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_VANISHED, 0, 0), EINVAL);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_VANISHED | EV_DISPATCH, 0, 0), EINVAL);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_VANISHED | EV_DISPATCH2, 0, 0), 0);
    close(kq);
}

TEST(a_failed_change_is_told_in_the_event_list_where_there_is_room, "T112")
{
    int kq = fresh();
    struct kevent changes[3], events[4];
    EV_SET(&changes[0], 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
    EV_SET(&changes[1], 2, EVFILT_USER, 0, NOTE_TRIGGER, 0, (void *)5);
    EV_SET(&changes[2], 3, EVFILT_USER, EV_ADD | EV_RECEIPT, NOTE_TRIGGER, 0, NULL);
    REQUIRE_EQ(kevent(kq, changes, 3, events, 4, &at_once), 2); /* and none of the pending events */
    CHECK_EQ(events[0].ident, 2);
    CHECK_EQ(events[0].flags, EV_ERROR);
    CHECK_EQ(events[0].data, ENOENT);
    CHECK_EQ(events[0].udata, (void *)5);
    CHECK_EQ(events[1].ident, 3);
    CHECK(events[1].flags & EV_ERROR);
    CHECK_EQ(events[1].data, 0);
    CHECK_EQ(pending(kq, events, 4), 2);
    close(kq);
}

TEST(without_room_the_call_fails_and_the_rest_is_not_applied, "T112")
{
    int kq = fresh();
    struct kevent changes[3], events[1];
    EV_SET(&changes[0], 1, EVFILT_USER, 0, 0, 0, NULL);
    EV_SET(&changes[1], 2, EVFILT_USER, 0, 0, 0, NULL);
    EV_SET(&changes[2], 3, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
    CHECK_EQ(kevent(kq, changes, 3, events, 1, &at_once), -1);
    CHECK_EQ(errno, ENOENT);
    nothing_more(kq);
    close(kq);
}

TEST(error_events_bring_no_pending_events, "T111 T112")
{
    int kq = fresh();
    struct kevent64_s change, event;
    EV_SET64(&change, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, 0, 0, 0);
    CHECK_EQ(kevent64(kq, &change, 1, &event, 1, KEVENT_FLAG_ERROR_EVENTS, NULL), 0);
    CHECK_EQ(kevent64(kq, NULL, 0, &event, 1, KEVENT_FLAG_IMMEDIATE, NULL), 1);
    close(kq);
}

TEST(flags_of_workloops_are_refused_on_descriptors, "T110")
{
    int kq = fresh();
    struct kevent_qos_s event;
    CHECK_EQ(kevent_qos(kq, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(kevent_qos(kq, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(kevent_qos(kq, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_IMMEDIATE), 0);
    close(kq);
}

TEST(bad_memory_and_bad_times_are_refused, "")
{
    int kq = fresh();
    struct kevent event;
    struct timespec bad = { .tv_nsec = 1000000000 };
    EV_SET(&event, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, NULL);
    CHECK_EQ(kevent(kq, (struct kevent *)16, 1, NULL, 0, &at_once), -1);
    CHECK_EQ(errno, EFAULT);
    CHECK_EQ(kevent(kq, &event, 1, (struct kevent *)16, 1, &at_once), -1);
    CHECK_EQ(errno, EFAULT);
    CHECK_EQ(kevent(kq, NULL, 0, &event, 1, &bad), -1);
    CHECK_EQ(errno, EINVAL);
    close(kq);
}

/* ---- delivery ---- */

TEST(a_touch_enables_only_with_enable, "T115")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_DISABLE, NOTE_TRIGGER, 0), 0);
    nothing_more(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD, 0, 0), 0);
    nothing_more(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ENABLE | EV_DISABLE, 0, 0), 0);
    nothing_more(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ENABLE, 0, 0), 0);
    CHECK_EQ(next(kq).ident, 1);
    close(kq);
}

TEST(dispatch_disables_and_oneshot_deletes, "T115")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_DISPATCH, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(change(kq, 2, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(next(kq).ident, 1);
    CHECK_EQ(next(kq).ident, 2);
    nothing_more(kq);
    CHECK_EQ(change(kq, 2, EVFILT_USER, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ENABLE, 0, 0), 0);
    CHECK_EQ(next(kq).ident, 1);
    close(kq);
}

TEST(without_clear_an_event_stays, "T115")
{
    int kq = fresh();
    struct kevent event[2];
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(pending(kq, event, 2), 1); /* once in a call */
    CHECK_EQ(pending(kq, event, 2), 1);
    CHECK(is_readable(kq));
    close(kq);
}

TEST(each_of_many_states_is_told_once_in_a_call, "T115")
{
    int kq = fresh();
    struct kevent event[100];
    for (uintptr_t i = 0; i < 50; i++)
        CHECK_EQ(change(kq, i, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0), 0);
    for (int k = 0; k < 3; k++) {
        uint64_t seen = 0;
        REQUIRE_EQ(pending(kq, event, 100), 50);
        for (int i = 0; i < 50; i++)
            seen |= 1ull << event[i].ident;
        CHECK_EQ(seen, (1ull << 50) - 1);
    }
    close(kq);
}

TEST(events_come_in_the_order_in_which_they_happened, "")
{
    int kq = fresh();
    struct kevent event[40];
    for (uintptr_t i = 0; i < 40; i++)
        CHECK_EQ(change(kq, i, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    for (uintptr_t i = 40; i-- > 0;)
        CHECK_EQ(change(kq, i, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
    REQUIRE_EQ(pending(kq, event, 40), 40);
    for (uintptr_t i = 0; i < 40; i++)
        CHECK_EQ(event[i].ident, 39 - i);
    nothing_more(kq);
    close(kq);
}

static int specific(int kq, uint16_t flags, uintptr_t udata)
{
    struct kevent event;
    EV_SET(&event, 1, EVFILT_USER, flags | EV_UDATA_SPECIFIC, 0, 0, (void *)udata);
    return kevent(kq, &event, 1, NULL, 0, &at_once) == 0 ? 0 : errno;
}

TEST(udata_specific_knotes_are_told_apart_by_udata, "T114")
{
    int kq = fresh();
    CHECK_EQ(specific(kq, EV_ADD, 1), 0);
    CHECK_EQ(specific(kq, EV_ADD, 2), 0);
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(specific(kq, EV_DELETE, 3), ENOENT);
    CHECK_EQ(specific(kq, EV_DELETE, 1), 0);
    CHECK_EQ(specific(kq, EV_DELETE, 1), ENOENT);
    CHECK_EQ(specific(kq, EV_DELETE, 2), 0);
    close(kq);
}

TEST(a_disabled_dispatch2_knote_tells_its_deletion_when_it_is_enabled, "T118")
{
    int kq = fresh();
    CHECK_EQ(specific(kq, EV_ADD | EV_DISPATCH | EV_DISABLE, 9), 0);
    CHECK_EQ(specific(kq, EV_DELETE, 9), EINPROGRESS);
    nothing_more(kq);
    CHECK_EQ(specific(kq, EV_ENABLE, 9), 0);
    struct kevent event = next(kq);
    CHECK_EQ(event.flags, EV_DELETE | EV_ONESHOT | EV_DISPATCH2);
    CHECK_EQ(event.udata, (void *)9);
    CHECK_EQ(specific(kq, EV_ENABLE, 9), ENOENT);

    CHECK_EQ(specific(kq, EV_ADD | EV_DISPATCH | EV_DISABLE, 9), 0);
    CHECK_EQ(specific(kq, EV_DELETE | EV_ENABLE, 9), 0);
    nothing_more(kq);
    close(kq);
}

/* ---- USER ---- */

TEST(a_user_event_carries_what_it_was_given, "")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_FFCOPY | 0x0f, 0), 0);
    CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_FFOR | 0xf0, 0), 0);
    CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_FFAND | 0x3c, 0), 0);
    nothing_more(kq);
    CHECK_EQ(change(kq, 1, EVFILT_USER, 0, NOTE_FFNOP | NOTE_TRIGGER, 12), 0);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, 0x3c);
    CHECK_EQ(event.data, 12);
    nothing_more(kq);
    close(kq);
}

static void *trigger(void *argument)
{
    CHECK_EQ(change(*(int *)argument, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0), 0);
    return NULL;
}

TEST(a_trigger_wakes_a_thread_that_waits, "")
{
    int kq = fresh();
    pthread_t thread;
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    REQUIRE_EQ(pthread_create(&thread, NULL, trigger, &kq), 0);
    CHECK_EQ(next(kq).ident, 1);
    pthread_join(thread, NULL);
    close(kq);
}

struct masked {
    int kq;
    bool is_blocked;
};

static void *keep_mask(void *argument)
{
    const struct masked *masked = argument;
    sigset_t mask;
    int n_wrong = 0;
    sigemptyset(&mask);
    if (masked->is_blocked)
        sigaddset(&mask, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    for (int i = 0; i < 20000; i++) {
        change(masked->kq, 1, EVFILT_USER, 0, NOTE_TRIGGER, 0);
        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        n_wrong += sigismember(&mask, SIGUSR1) != masked->is_blocked;
    }
    CHECK_EQ(n_wrong, 0);
    return NULL;
}

TEST(threads_at_one_kqueue_keep_their_signal_masks, "")
{
    struct masked masked[2] = { { fresh(), true }, { 0, false } };
    pthread_t thread[2];
    masked[1].kq = masked[0].kq;
    CHECK_EQ(change(masked[0].kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    for (int i = 0; i < 2; i++)
        REQUIRE_EQ(pthread_create(&thread[i], NULL, keep_mask, &masked[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    close(masked[0].kq);
}
