/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/descriptors.c - kqueues behind descriptors: knotes, and the filters that Linux serves (decision 12)
 *
 * Nothing here needs machd but fork and processes, and nothing waits for a time to pass but the tests of timers.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness/harness.h"

enum { PATIENCE_S = 20 };

static const struct timespec at_once, patience = { .tv_sec = PATIENCE_S };

static int fresh(void)
{
    int kq = kqueue();
    REQUIRE_GE(kq, 0);
    return kq;
}

/* 0 or the errno of one change. */
static int change(int kq, uintptr_t ident, int16_t filter, uint16_t flags, uint32_t fflags, intptr_t data)
{
    struct kevent event;
    EV_SET(&event, ident, filter, flags, fflags, data, NULL);
    return kevent(kq, &event, 1, NULL, 0, &at_once) == 0 ? 0 : errno;
}

static int pending(int kq, struct kevent *event, int n)
{
    return kevent(kq, NULL, 0, event, n, &at_once);
}

static struct kevent next(int kq)
{
    struct kevent event = { 0 };
    REQUIRE_EQ(kevent(kq, NULL, 0, &event, 1, &patience), 1);
    return event;
}

static bool is_readable(int fd)
{
    struct pollfd look = { .fd = fd, .events = POLLIN };
    return poll(&look, 1, 0) == 1;
}

static void nothing_more(int kq)
{
    struct kevent event;
    CHECK_EQ(pending(kq, &event, 1), 0);
    CHECK(!is_readable(kq));
}

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

TEST(a_kqueue_is_not_inherited_by_a_fork_child, "")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        CHECK_EQ(fcntl(kq, F_GETFD), -1);
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

/* ---- READ and WRITE ---- */

TEST(read_tells_how_much_there_is_and_the_end, "")
{
    int kq = fresh(), fd[2];
    REQUIRE_EQ(pipe(fd), 0);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    nothing_more(kq);
    CHECK_EQ(write(fd[1], "abc", 3), 3);
    CHECK_EQ(next(kq).data, 3);
    char c;
    CHECK_EQ(read(fd[0], &c, 1), 1);
    CHECK_EQ(next(kq).data, 2);
    CHECK_EQ(read(fd[0], (char[2]){ 0 }, 2), 2);
    nothing_more(kq);
    close(fd[1]);
    struct kevent event = next(kq);
    CHECK(event.flags & EV_EOF);
    CHECK_EQ(event.data, 0);
    close(fd[0]);
    close(kq);
}

TEST(clear_tells_what_is_new_only, "T115")
{
    int kq = fresh(), fd[2];
    REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0), 0);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, 0), 0);
    CHECK_EQ(next(kq).filter, EVFILT_WRITE);
    CHECK_EQ(write(fd[1], "abc", 3), 3);
    CHECK_EQ(next(kq).filter, EVFILT_READ);
    nothing_more(kq);
    CHECK_EQ(write(fd[1], "d", 1), 1);
    struct kevent event = next(kq);
    CHECK_EQ(event.filter, EVFILT_READ);
    CHECK_EQ(event.data, 4);
    nothing_more(kq);
    close(fd[0]);
    close(fd[1]);
    close(kq);
}

TEST(a_low_water_mark_holds_an_event_back, "")
{
    int kq = fresh(), fd[2];
    REQUIRE_EQ(pipe(fd), 0);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_READ, EV_ADD, NOTE_LOWAT, 4), 0);
    CHECK_EQ(write(fd[1], "abc", 3), 3);
    nothing_more(kq);
    CHECK_EQ(write(fd[1], "d", 1), 1);
    CHECK_EQ(next(kq).data, 4);
    close(fd[0]);
    close(fd[1]);
    close(kq);
}

TEST(one_descriptor_has_many_knotes_and_each_goes_alone, "T114")
{
    int kq = fresh(), fd[2];
    struct kevent event[3];
    REQUIRE_EQ(pipe(fd), 0);
    for (uintptr_t i = 1; i <= 3; i++) {
        EV_SET(&event[0], fd[0], EVFILT_READ, EV_ADD | EV_UDATA_SPECIFIC, 0, 0, (void *)i);
        CHECK_EQ(kevent(kq, event, 1, NULL, 0, &at_once), 0);
    }
    CHECK_EQ(write(fd[1], "a", 1), 1);
    CHECK_EQ(pending(kq, event, 3), 3);
    EV_SET(&event[0], fd[0], EVFILT_READ, EV_DELETE | EV_UDATA_SPECIFIC, 0, 0, (void *)2);
    CHECK_EQ(kevent(kq, event, 1, NULL, 0, &at_once), 0);
    CHECK_EQ(pending(kq, event, 3), 2);
    close(fd[0]);
    close(fd[1]);
    close(kq);
}

TEST(a_descriptor_that_was_closed_takes_its_knotes_along, "")
{
    int kq = fresh(), fd[2], again[2];
    REQUIRE_EQ(pipe(fd), 0);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    CHECK_EQ(write(fd[1], "a", 1), 1);
    close(fd[0]);
    nothing_more(kq);
    CHECK_EQ(change(kq, (uintptr_t)fd[0], EVFILT_READ, EV_DELETE, 0, 0), EBADF);
    REQUIRE_EQ(pipe(again), 0); /* takes the number */
    CHECK_EQ(again[0], fd[0]);
    CHECK_EQ(change(kq, (uintptr_t)again[0], EVFILT_READ, EV_ADD, 0, 0), 0);
    CHECK_EQ(write(again[1], "ab", 2), 2);
    CHECK_EQ(next(kq).data, 2);
    close(again[0]);
    close(again[1]);
    close(fd[1]);
    close(kq);
}

TEST(a_file_is_readable_up_to_its_end, "")
{
    int kq = fresh();
    char path[] = "/tmp/kqueue-test-XXXXXX";
    int fd = mkstemp(path);
    REQUIRE_GE(fd, 0);
    unlink(path);
    CHECK_EQ(write(fd, "abcd", 4), 4);
    CHECK_EQ(lseek(fd, 1, SEEK_SET), 1);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_READ, EV_ADD, 0, 0), 0);
    CHECK_EQ(next(kq).data, 3);
    CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
    nothing_more(kq);
    close(fd);
    close(kq);
}

static void *append(void *argument)
{
    usleep(2000);
    CHECK_EQ(pwrite(*(int *)argument, "efgh", 4, 4), 4);
    return NULL;
}

TEST(a_file_that_grows_wakes_who_waits_at_its_end, "")
{
    int kq = fresh();
    char path[] = "/tmp/kqueue-test-XXXXXX";
    pthread_t thread;
    int fd = mkstemp(path);
    REQUIRE_GE(fd, 0);
    unlink(path);
    CHECK_EQ(write(fd, "abcd", 4), 4);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_READ, EV_ADD, 0, 0), 0);
    nothing_more(kq);
    REQUIRE_EQ(pthread_create(&thread, NULL, append, &fd), 0);
    CHECK_EQ(next(kq).data, 4);
    pthread_join(thread, NULL);
    close(fd);
    close(kq);
}

TEST(a_kqueue_can_watch_a_kqueue, "")
{
    int outer = fresh(), inner = fresh();
    CHECK_EQ(change(outer, (uintptr_t)inner, EVFILT_READ, EV_ADD, 0, 0), 0);
    nothing_more(outer);
    CHECK_EQ(change(inner, 1, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_TRIGGER, 0), 0);
    CHECK_EQ(next(outer).ident, (uintptr_t)inner);
    CHECK_EQ(next(inner).ident, 1);
    nothing_more(outer);
    close(inner);
    close(outer);
}

/* ---- TIMER ---- */

TEST(a_timer_fires_again_and_again_and_counts, "")
{
    int kq = fresh();
    struct kevent event;
    intptr_t n = 0;
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, NOTE_USECONDS, 500), 0);
    while (n < 5) {
        event = next(kq);
        CHECK_GE(event.data, 1);
        n += event.data;
    }
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), 0);
    nothing_more(kq);
    close(kq);
}

TEST(a_oneshot_timer_and_a_moment_that_is_past_fire_once, "")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS, 1000), 0);
    CHECK_EQ(next(kq).data, 1);
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(change(kq, 2, EVFILT_TIMER, EV_ADD, NOTE_ABSOLUTE | NOTE_SECONDS, 1), 0);
    CHECK_EQ(next(kq).data, 1);
    CHECK_EQ(change(kq, 2, EVFILT_TIMER, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(change(kq, 3, EVFILT_TIMER, EV_ADD, NOTE_ABSOLUTE | NOTE_MACHTIME, 1), 0);
    CHECK_EQ(next(kq).ident, 3);
    CHECK_EQ(change(kq, 4, EVFILT_TIMER, EV_ADD, NOTE_SECONDS | NOTE_NSECONDS, 1), EINVAL);
    close(kq);
}

TEST(a_timer_added_again_begins_anew, "")
{
    int kq = fresh();
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD, NOTE_SECONDS, 1000), 0);
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_USECONDS, 1), 0);
    CHECK_EQ(next(kq).data, 1);
    CHECK_EQ(change(kq, 1, EVFILT_TIMER, EV_DELETE, 0, 0), ENOENT);
    close(kq);
}

TEST(a_call_without_events_ends_at_its_timeout, "")
{
    int kq = fresh();
    struct kevent event;
    struct timespec soon = { .tv_nsec = 1000000 };
    CHECK_EQ(kevent(kq, NULL, 0, &event, 1, &soon), 0);
    close(kq);
}

/* ---- PROC ---- */

TEST(the_end_of_a_child_is_told_with_its_status, "F168 F170")
{
    int kq = fresh(), gate[2], status;
    REQUIRE_EQ(pipe(gate), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        char c;
        close(gate[1]);
        _exit(read(gate[0], &c, 1) == 0 ? 7 : 1);
    }
    CHECK_EQ(change(kq, (uintptr_t)child, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0), 0);
    nothing_more(kq);
    close(gate[1]);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(event.data, 7 << 8);
    CHECK(event.flags & EV_EOF);
    CHECK_EQ(change(kq, (uintptr_t)child, EVFILT_PROC, EV_DELETE, 0, 0), ENOENT);
    CHECK_EQ(waitpid(child, &status, 0), child); /* it is still there to be waited for */
    CHECK_EQ(change(kq, (uintptr_t)child, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), ESRCH);
    close(gate[0]);
    close(kq);
}

/* Process 1, which machd does not know, and the test itself, which is another user's now. */
static int watch_strangers(pid_t parent)
{
    const pid_t pids[] = { 1, parent };
    if (geteuid() == 0 && setresuid(60003, 60003, 60003) != 0)
        return 1;
    int kq = fresh();
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(change(kq, (uintptr_t)pids[i], EVFILT_PROC, EV_ADD, NOTE_EXIT, 0), 0);
        CHECK_EQ(change(kq, (uintptr_t)pids[i], EVFILT_PROC, EV_DELETE, 0, 0), 0);
        if (kill(pids[i], 0) != 0)
            CHECK_EQ(change(kq, (uintptr_t)pids[i], EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0),
                     EACCES);
    }
    nothing_more(kq);
    return 0;
}

TEST(the_status_of_another_users_process_is_not_told, "F168")
{
    int status;
    pid_t parent = getpid(),
          child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); /* machd meets it as who it becomes */
    REQUIRE_GE(child, 0);
    if (child == 0)
        _exit(watch_strangers(parent));
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

/* ---- VNODE ---- */

TEST(what_happens_to_a_file_is_told, "")
{
    enum { ALL = NOTE_DELETE | NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK | NOTE_RENAME };
    int kq = fresh();
    char path[] = "/tmp/kqueue-test-XXXXXX", other[64];
    int fd = mkstemp(path);
    REQUIRE_GE(fd, 0);
    snprintf(other, sizeof other, "%s.other", path);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, ALL, 0), 0);
    nothing_more(kq);
    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(next(kq).fflags, NOTE_WRITE | NOTE_EXTEND);
    CHECK_EQ(pwrite(fd, "d", 1, 0), 1);
    CHECK_EQ(next(kq).fflags, NOTE_WRITE);
    CHECK_EQ(fchmod(fd, 0640), 0);
    CHECK_EQ(next(kq).fflags, NOTE_ATTRIB);
    CHECK_EQ(link(path, other), 0);
    CHECK_EQ(next(kq).fflags, NOTE_LINK);
    CHECK_EQ(rename(other, path), 0); /* the same file: nothing is done */
    CHECK_EQ(unlink(other), 0);
    CHECK_EQ(next(kq).fflags, NOTE_LINK);
    CHECK_EQ(rename(path, other), 0);
    CHECK_EQ(next(kq).fflags, NOTE_RENAME);
    CHECK_EQ(unlink(other), 0);
    CHECK_EQ(next(kq).fflags, NOTE_DELETE);
    nothing_more(kq);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_VNODE, EV_ADD, NOTE_FUNLOCK, 0), ENOTSUP);
    close(fd);
    close(kq);
}

TEST(a_file_that_was_closed_is_watched_no_more, "")
{
    int kq = fresh();
    char path[] = "/tmp/kqueue-test-XXXXXX", other[] = "/tmp/kqueue-test-XXXXXX";
    int fd = mkstemp(path), writer = open(path, O_WRONLY);
    REQUIRE(fd >= 0 && writer >= 0);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_WRITE, 0), 0);
    close(fd);
    CHECK_EQ(mkstemp(other), fd); /* takes the number */
    CHECK_EQ(write(writer, "abc", 3), 3);
    nothing_more(kq);
    CHECK_EQ(change(kq, (uintptr_t)fd, EVFILT_VNODE, EV_DELETE, 0, 0), ENOENT);
    unlink(path);
    unlink(other);
    close(writer);
    close(fd);
    close(kq);
}

/* ---- SIGNAL ---- */

static _Atomic int n_handled;

static void count(int signal)
{
    (void)signal;
    n_handled++;
}

TEST(a_signal_is_told_whatever_the_program_does_with_it, "")
{
    int kq = fresh();
    n_handled = 0;
    signal(SIGUSR1, SIG_IGN);
    CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
    raise(SIGUSR1);
    raise(SIGUSR1);
    CHECK_EQ(next(kq).data, 2);
    nothing_more(kq);
    CHECK_EQ(signal(SIGUSR1, count), SIG_IGN);
    raise(SIGUSR1);
    CHECK_EQ(n_handled, 1);
    CHECK_EQ(next(kq).data, 1);
    CHECK_EQ(signal(SIGUSR1, SIG_DFL), count);
    signal(SIGCHLD, SIG_DFL);
    CHECK_EQ(change(kq, SIGCHLD, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
    raise(SIGCHLD);
    CHECK_EQ(next(kq).ident, SIGCHLD);
    close(kq);
}

static void *send_after_a_while(void *argument)
{
    usleep(20000);
    pthread_kill(*(pthread_t *)argument, SIGUSR1);
    return NULL;
}

TEST(an_ignored_signal_ends_a_wait_with_its_event_and_no_other_wait, "")
{
    int kq = fresh(), other = fresh();
    pthread_t self = pthread_self(), thread;
    struct kevent event;
    const struct timespec a_while = { .tv_nsec = 200000000 };
    signal(SIGUSR1, SIG_IGN);
    CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
    REQUIRE_EQ(pthread_create(&thread, NULL, send_after_a_while, &self), 0);
    CHECK_EQ(next(kq).ident, SIGUSR1);
    pthread_join(thread, NULL);
    REQUIRE_EQ(pthread_create(&thread, NULL, send_after_a_while, &self), 0);
    CHECK_EQ(kevent(other, NULL, 0, &event, 1, &a_while), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(next(kq).data, 1);
    signal(SIGUSR1, SIG_DFL);
    close(other);
    close(kq);
}

TEST(a_blocked_signal_is_told_once_and_left_where_it_is, "")
{
    int kq = fresh();
    sigset_t set, old;
    n_handled = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    signal(SIGUSR1, count);
    CHECK_EQ(change(kq, SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    kill(getpid(), SIGUSR1);
    CHECK_EQ(next(kq).data, 1);
    nothing_more(kq);
    CHECK_EQ(n_handled, 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    CHECK_EQ(n_handled, 1);
    nothing_more(kq);
    raise(SIGUSR1);
    CHECK_EQ(next(kq).data, 1);
    signal(SIGUSR1, SIG_DFL);
    close(kq);
}

TEST(a_watched_signal_still_ends_the_process_by_default, "")
{
    int status = 0;
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        int kq = kqueue();
        signal(SIGTERM, SIG_DFL);
        change(kq, SIGTERM, EVFILT_SIGNAL, EV_ADD, 0, 0);
        raise(SIGTERM);
        _exit(0);
    }
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST(after_the_last_knote_the_programs_own_disposition_is_back, "")
{
    int kq = fresh();
    struct sigaction now;
    signal(SIGUSR2, SIG_IGN);
    CHECK_EQ(change(kq, SIGUSR2, EVFILT_SIGNAL, EV_ADD, 0, 0), 0);
    CHECK_EQ(sigaction(SIGUSR2, NULL, &now), 0);
    CHECK_EQ(now.sa_handler, SIG_IGN);
    CHECK_EQ(change(kq, SIGUSR2, EVFILT_SIGNAL, EV_DELETE, 0, 0), 0);
    CHECK_EQ(sigaction(SIGUSR2, NULL, &now), 0);
    CHECK_EQ(now.sa_handler, SIG_IGN);
    raise(SIGUSR2);
    signal(SIGUSR2, SIG_DFL);
    close(kq);
}

static _Atomic bool has_come_back;

/* Again and again: the first may come before the wait has begun. */
static void *interrupt(void *argument)
{
    while (!has_come_back) {
        pthread_kill(*(pthread_t *)argument, SIGUSR1);
        usleep(1000);
    }
    return NULL;
}

TEST(a_handler_ends_a_wait, "")
{
    int kq = fresh();
    pthread_t self = pthread_self(), thread;
    struct kevent event;
    has_come_back = false;
    signal(SIGUSR1, count);
    REQUIRE_EQ(pthread_create(&thread, NULL, interrupt, &self), 0);
    int n = kevent(kq, NULL, 0, &event, 1, &patience), error = errno;
    has_come_back = true;
    CHECK_EQ(n, -1);
    CHECK_EQ(error, EINTR);
    pthread_join(thread, NULL);
    signal(SIGUSR1, SIG_DFL);
    close(kq);
}
