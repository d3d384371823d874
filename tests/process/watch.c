/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/watch.c - EVFILT_PROC on real processes: fork, spawn, exec, the end, the collection */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tasks/common.h"

enum { FAILED = 99, PATIENCE_S = 20, LIFE = NOTE_FORK | NOTE_EXEC | NOTE_EXIT | NOTE_EXITSTATUS };

static const struct timespec at_once, patience = { .tv_sec = PATIENCE_S };

static int change(int kq, pid_t pid, uint16_t flags, uint32_t fflags)
{
    struct kevent event;
    EV_SET(&event, pid, EVFILT_PROC, flags, fflags, 0, NULL);
    return kevent(kq, &event, 1, NULL, 0, &at_once) == 0 ? 0 : errno;
}

static struct kevent next(int kq)
{
    struct kevent event = { 0 };
    REQUIRE_EQ(kevent(kq, NULL, 0, &event, 1, &patience), 1);
    return event;
}

static void nothing_more(int kq)
{
    struct kevent event;
    CHECK_EQ(kevent(kq, NULL, 0, &event, 1, &at_once), 0);
}

static pid_t start(const char *path, const char *word)
{
    char *argv[] = { (char *)path, (char *)word, (char *)"0", NULL };
    pid_t pid = 0;
    REQUIRE_EQ(posix_spawn(&pid, path, NULL, NULL, argv, environ), 0);
    return pid;
}

static void collect(pid_t pid, int expected)
{
    int status = -1;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, expected);
}

/* A fork child that goes on step by step: one byte for each. */
struct stepper {
    pid_t pid;
    int steps;
};

static void await_step(int steps)
{
    char byte;
    if (read(steps, &byte, 1) != 1)
        _exit(FAILED);
}

static struct stepper stepper_start(void (*body)(int steps))
{
    int to[2];
    REQUIRE_EQ(pipe2(to, O_CLOEXEC), 0);
    struct stepper stepper = { .pid = fork(), .steps = to[1] };
    REQUIRE_GE(stepper.pid, 0);
    if (stepper.pid == 0) {
        close(to[1]);
        body(to[0]);
        _exit(FAILED);
    }
    close(to[0]);
    return stepper;
}

static void step(const struct stepper *stepper)
{
    CHECK_EQ(write(stepper->steps, "", 1), 1);
}

/* ---- fork ---- */

static void fork_twice(int steps)
{
    for (int i = 0; i < 2; i++) {
        await_step(steps);
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    await_step(steps);
    _exit(0);
}

TEST(each_fork_of_a_process_is_told_by_the_time_it_returns, "F53 F172")
{
    int kq = kqueue();
    struct stepper child = stepper_start(fork_twice);
    CHECK_EQ(change(kq, child.pid, EV_ADD, LIFE), 0);
    nothing_more(kq);
    for (int i = 0; i < 2; i++) {
        step(&child);
        struct kevent event = next(kq);
        CHECK_EQ(event.ident, child.pid);
        CHECK_EQ(event.fflags, NOTE_FORK);
        CHECK_EQ(event.data, 0); /* neither their number nor the child's pid */
    }
    step(&child);
    CHECK_EQ(next(kq).fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    collect(child.pid, 0);
    close(child.steps);
    close(kq);
}

TEST(a_process_hears_of_its_own_forks, "F53 F172")
{
    int kq = kqueue();
    CHECK_EQ(change(kq, getpid(), EV_ADD, NOTE_FORK), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    collect(pid, 0);
    nothing_more(kq);
    close(kq);
}

static void vfork_something(const char *path)
{
    pid_t pid = vfork();
    if (pid == 0) {
        if (path != NULL) {
            execl("/nonexistent/program", "program", (char *)NULL);
            execl(path, path, "exit", "0", (char *)NULL);
        }
        _exit(0);
    }
    collect(pid, 0);
}

TEST(a_vfork_is_told_once_whatever_its_child_does, "F53 F75")
{
    int kq = kqueue();
    CHECK_EQ(change(kq, getpid(), EV_ADD, NOTE_FORK), 0);
    const char *programs[] = { NULL, "/bin/true", getenv("IMAGE") };
    for (int i = 0; i < 3; i++) {
        vfork_something(programs[i]);
        CHECK_EQ(next(kq).fflags, NOTE_FORK);
        nothing_more(kq);
    }
    close(kq);
}

/* Linux's own, which libmach does not see; then the child asks for a port. */
TEST(a_fork_behind_the_librarys_back_is_told_when_the_child_attaches, "F172")
{
    int kq = kqueue();
    CHECK_EQ(change(kq, getpid(), EV_ADD, NOTE_FORK), 0);
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(MACH_PORT_VALID(mach_reply_port()) ? 0 : FAILED);
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    collect(pid, 0);
    nothing_more(kq);
    close(kq);
}

/* ---- spawn ---- */

TEST(a_spawn_is_told_as_a_fork_once_also_when_the_program_is_missing, "F53 F59 F60")
{
    int kq = kqueue();
    char *argv[] = { (char *)"nothing", NULL };
    pid_t pid = 0;
    CHECK_EQ(change(kq, getpid(), EV_ADD, NOTE_FORK | NOTE_EXEC), 0);
    pid = start("/bin/true", NULL);
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    collect(pid, 0);
    nothing_more(kq);
    pid = start(getenv("IMAGE"), "exit");
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    collect(pid, 0);
    nothing_more(kq);
    CHECK_EQ(posix_spawn(&pid, "/nonexistent/program", NULL, NULL, argv, environ), ENOENT);
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    nothing_more(kq);
    close(kq);
}

/* ---- exec ---- */

static void exec_something(int steps, const char *path, const char *word)
{
    await_step(steps);
    execl("/nonexistent/program", "program", (char *)NULL);
    await_step(steps);
    execl(path, path, word, (char *)NULL);
}

static void become_image(int steps)
{
    exec_something(steps, getenv("IMAGE"), "wait");
}

static void become_sleep(int steps)
{
    exec_something(steps, "/bin/sleep", "1000");
}

static void watch_exec(void (*body)(int steps))
{
    int kq = kqueue();
    struct stepper child = stepper_start(body);
    CHECK_EQ(change(kq, child.pid, EV_ADD, LIFE), 0);
    step(&child); /* one that fails */
    step(&child);
    CHECK_EQ(next(kq).fflags, NOTE_EXEC);
    kill(child.pid, SIGKILL);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(event.data, SIGKILL);
    collect(child.pid, SIGKILL);
    nothing_more(kq);
    close(child.steps);
    close(kq);
}

TEST(an_exec_is_told_once_and_one_that_fails_not, "F97 F187 F92")
{
    watch_exec(become_image);
}

TEST(an_exec_of_a_program_without_the_library_is_told_too, "F97 F172")
{
    watch_exec(become_sleep);
}

static void spawn_one(int steps)
{
    await_step(steps);
    pid_t pid = start(getenv("IMAGE"), "exit");
    waitpid(pid, NULL, 0);
    await_step(steps);
    _exit(7);
}

TEST(a_life_is_told_in_its_parts, "F53 F97 F169 F170")
{
    int kq = kqueue();
    struct stepper child = stepper_start(spawn_one);
    CHECK_EQ(change(kq, child.pid, EV_ADD, LIFE), 0);
    step(&child);
    CHECK_EQ(next(kq).fflags, NOTE_FORK);
    step(&child);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(event.data, 7 << 8);
    CHECK_EQ(event.flags & (EV_EOF | EV_ONESHOT), EV_EOF | EV_ONESHOT);
    collect(child.pid, 7 << 8);
    close(child.steps);
    close(kq);
}

/* ---- the end ---- */

static void end_itself(int steps)
{
    await_step(steps);
    _exit(3);
}

/* Several watchers, of several processes, of whom one is no parent. */
static int hear_of_a_brothers_end(pid_t brother, int ready)
{
    int kq = kqueue();
    CHECK_EQ(change(kq, brother, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    CHECK_EQ(write(ready, "", 1), 1);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(event.data, 3 << 8);
    return 0;
}

TEST(the_status_is_told_to_who_is_no_parent, "F168 F170")
{
    int ready[2];
    char byte;
    if (getenv("MACHD_SANITIZER") != NULL)
        SKIP("sanitizers know nothing of threads in the child of a program that had some");
    REQUIRE_EQ(pipe(ready), 0);
    struct stepper child = stepper_start(end_itself);
    pid_t other = fork();
    if (other == 0)
        _exit(hear_of_a_brothers_end(child.pid, ready[1]));
    CHECK_EQ(read(ready[0], &byte, 1), 1);
    step(&child);
    collect(child.pid, 3 << 8);
    collect(other, 0);
    close(child.steps);
    close(ready[0]);
    close(ready[1]);
}

TEST(where_the_parent_ignores_its_children_the_end_is_told_all_the_same, "F148")
{
    int kq = kqueue();
    signal(SIGCHLD, SIG_IGN);
    struct stepper child = stepper_start(end_itself);
    CHECK_EQ(change(kq, child.pid, EV_ADD, NOTE_EXIT), 0);
    step(&child);
    CHECK_EQ(next(kq).fflags, NOTE_EXIT);
    CHECK_EQ(waitpid(child.pid, NULL, 0), -1);
    signal(SIGCHLD, SIG_DFL);
    close(child.steps);
    close(kq);
}

TEST(the_collection_is_told_to_who_asked_for_it, "F151 F170")
{
    int kq = kqueue();
    struct stepper child = stepper_start(end_itself);
    CHECK_EQ(change(kq, child.pid, EV_ADD, NOTE_EXIT | NOTE_REAP), 0);
    step(&child);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT);
    CHECK_EQ(event.flags & (EV_EOF | EV_ONESHOT), 0);
    nothing_more(kq);
    collect(child.pid, 3 << 8);
    event = next(kq);
    CHECK_EQ(event.fflags, NOTE_REAP);
    CHECK_EQ(event.flags & (EV_EOF | EV_ONESHOT), EV_EOF | EV_ONESHOT);
    CHECK_EQ(change(kq, child.pid, EV_DELETE, 0), ENOENT);
    close(child.steps);
    close(kq);
}

TEST(zombies_and_nobody_cannot_be_watched, "F9 F168")
{
    int kq = kqueue();
    siginfo_t info;
    struct stepper child = stepper_start(end_itself);
    step(&child);
    REQUIRE_EQ(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
    CHECK_EQ(change(kq, child.pid, EV_ADD, NOTE_EXIT), ESRCH);
    CHECK_EQ(change(kq, child.pid, EV_ADD, LIFE), ESRCH);
    collect(child.pid, 3 << 8);
    CHECK_EQ(change(kq, child.pid, EV_ADD, NOTE_EXIT), ESRCH);
    CHECK_EQ(change(kq, 0x3fffffff, EV_ADD, NOTE_EXIT), ESRCH);
    CHECK_EQ(change(kq, getpid(), EV_DELETE, 0), ENOENT);
    close(child.steps);
    close(kq);
}

/* A child of which machd has never heard. */
TEST(the_end_of_a_process_that_machd_does_not_know_is_told, "F168 F170")
{
    int kq = kqueue();
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        for (;;)
            pause();
    CHECK_EQ(change(kq, pid, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    CHECK_EQ(change(kq, pid, EV_ADD | EV_DISABLE, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    CHECK_EQ(change(kq, pid, EV_ENABLE, 0), 0);
    nothing_more(kq);
    kill(pid, SIGTERM);
    struct kevent event = next(kq);
    CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(event.data, SIGTERM);
    collect(pid, SIGTERM);
    close(kq);
}

TEST(the_ends_of_many_processes_are_all_told, "F168 F169 F170")
{
    enum { N = 20 };
    int kq = kqueue(), n = 0;
    pid_t pids[N];
    for (int i = 0; i < N; i++) {
        pids[i] = start(getenv("IMAGE"), "wait");
        CHECK_EQ(change(kq, pids[i], EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS), 0);
    }
    for (int i = 0; i < N; i++)
        kill(pids[i], SIGKILL);
    while (n < N) {
        struct kevent event = next(kq);
        CHECK_EQ(event.fflags, NOTE_EXIT | NOTE_EXITSTATUS);
        CHECK_EQ(event.data, SIGKILL);
        n++;
    }
    for (int i = 0; i < N; i++)
        collect(pids[i], SIGKILL);
    nothing_more(kq);
    close(kq);
}
