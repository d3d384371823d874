/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/filters.c - the filters that Linux serves, on kqueues behind descriptors
 *
 * Nothing here waits for a time to pass but the tests of timers.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/events/queue.h"

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

/* ---- connections that wait ---- */

static int listening(int family, struct sockaddr_storage *address, socklen_t *size)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_storage){ .ss_family = (sa_family_t)family };
    *size = sizeof(sa_family_t); /* of AF_UNIX: Linux makes a name */
    if (family == AF_INET) {
        ((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        *size = sizeof(struct sockaddr_in);
    }
    REQUIRE_EQ(bind(fd, (struct sockaddr *)address, *size), 0);
    *size = sizeof *address;
    REQUIRE_EQ(getsockname(fd, (struct sockaddr *)address, size), 0);
    REQUIRE_EQ(listen(fd, 8), 0);
    return fd;
}

static void count_connections(int family)
{
    enum { N = 3 };
    struct sockaddr_storage address;
    socklen_t size;
    int kq = fresh(), server = listening(family, &address, &size), client[N], accepted;
    CHECK_EQ(change(kq, (uintptr_t)server, EVFILT_READ, EV_ADD, 0, 0), 0);
    nothing_more(kq);
    for (int i = 0; i < N; i++) {
        client[i] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE_EQ(connect(client[i], (struct sockaddr *)&address, size), 0);
        CHECK_EQ(next(kq).data, i + 1);
    }
    for (int i = N; i > 0; i--) {
        CHECK_EQ(next(kq).data, i);
        CHECK_GE(accepted = accept(server, NULL, NULL), 0);
        close(accepted);
    }
    nothing_more(kq);
    for (int i = 0; i < N; i++)
        close(client[i]);
    close(server);
    close(kq);
}

TEST(connections_that_wait_to_be_accepted_are_counted, "")
{
    count_connections(AF_INET);
    count_connections(AF_UNIX);
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
    const char *sanitizer = getenv("MACHD_SANITIZER");
    if (sanitizer != NULL && strcmp(sanitizer, "thread") == 0)
        SKIP("the thread sanitizer knows nothing of a fork behind the C library's back");
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
    const char *sanitizer = getenv("MACHD_SANITIZER");
    if (sanitizer != NULL &&
        strcmp(sanitizer, "thread") == 0) /* processes are watched with a thread of the library */
        SKIP("the thread sanitizer leaves signals alone in the child of a program that had threads");
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
