/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/vfork.c - a child that borrows its parent's thread, memory and task until it execs or ends */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process/report.h"
#include "tests/tasks/common.h"

enum { FAILED = 99 };

/* What a child leaves in the memory that it shares with its parent. */
static volatile struct {
    int pid, task_pid, vfork_error, spawn_error;
    pid_t vforked;
    mach_port_t self, thread, port;
    kern_return_t kr;
    struct proc_bsdshortinfo info;
    int info_size;
} left;

static int status_of(pid_t pid)
{
    int status = -1;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static struct report take_report(mach_port_t port)
{
    struct report report = { 0 };
    REQUIRE_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS,
                        0),
               OK);
    return report;
}

static uint64_t signals_blocked(void)
{
    sigset_t set;
    uint64_t bits = 0;
    sigprocmask(SIG_BLOCK, NULL, &set);
    for (int i = 1; i <= 64; i++)
        bits |= (uint64_t)(sigismember(&set, i) == 1) << (i - 1);
    return bits;
}

/* ---- whose task it is ---- */

/* The address sanitizer's own vfork keeps the return address of one. */
static bool may_nest(void)
{
    return getenv("MACHD_SANITIZER") == NULL;
}

static void live_as_child(void)
{
    char *argv[] = { (char *)"true", NULL };
    int pid = -1;
    mach_port_t port = MACH_PORT_NULL;
    left.pid = getpid();
    left.self = mach_task_self();
    left.thread = mach_thread_self();
    pid_for_task(mach_task_self(), &pid);
    left.task_pid = pid;
    left.kr = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    left.port = port;
    left.spawn_error = posix_spawn(NULL, "/bin/true", NULL, NULL, argv, NULL);
    errno = 0;
    left.vforked = may_nest() ? vfork() : -1;
    left.vfork_error = may_nest() ? errno : EINVAL;
}

static pid_t vfork_and_live(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        sigset_t more;
        live_as_child();
        sigfillset(&more);
        sigprocmask(SIG_BLOCK, &more, NULL);
        _exit(3);
    }
    return pid;
}

TEST(a_vfork_child_is_a_process_of_its_own_on_its_parents_task, "F12 F18 F69 F74 F76 F184")
{
    uint64_t before = signals_blocked();
    pid_t pid = vfork_and_live();
    REQUIRE_GT(pid, 0);
    CHECK_EQ(signals_blocked(), before);
    CHECK_EQ(status_of(pid), 3 << 8);
    CHECK_EQ(left.pid, pid);
    CHECK_NE(left.pid, getpid());
    CHECK_EQ(left.task_pid, getpid());
    CHECK_EQ(left.self, mach_task_self());
    CHECK_EQ(left.thread, mach_thread_self());
    CHECK_EQ(left.spawn_error, EINVAL);
    CHECK_EQ(left.vforked, -1);
    CHECK_EQ(left.vfork_error, EINVAL);
    CHECK_EQ(left.kr, OK);
    CHECK_EQ(type_of(left.port), MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mach_port_mod_refs(SELF, left.port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    for (int i = 0; i < 2; i++)
        mach_port_deallocate(SELF, left.thread);
}

static pid_t vfork_with_status(int status)
{
    pid_t pid = vfork();
    if (pid == 0)
        _exit(status);
    return pid;
}

TEST(after_a_vfork_its_thread_may_vfork_and_spawn_again, "F18 F71")
{
    char *argv[] = { (char *)"true", NULL };
    for (int i = 0; i < 3; i++)
        CHECK_EQ(status_of(vfork_with_status(i)), i << 8);
    pid_t pid = 0;
    CHECK_EQ(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, NULL), 0);
    CHECK_EQ(status_of(pid), 0);
}

static pid_t forked;

TEST(a_fork_child_of_a_vfork_child_is_a_task_of_its_own, "F18 F44")
{
    pid_t pid = vfork();
    if (pid == 0) {
        int own = -1, status = -1;
        forked = fork();
        if (forked == 0)
            _exit(pid_for_task(mach_task_self(), &own) == OK && own == getpid() ? 0 : FAILED);
        waitpid(forked, &status, 0);
        _exit(status);
    }
    CHECK_EQ(status_of(pid), 0);
}

static volatile sig_atomic_t n_handled;

static void handle(int signal)
{
    (void)signal;
    n_handled = n_handled + 1;
}

TEST(handlers_that_a_vfork_child_sets_are_its_own, "F12 F69 F71")
{
    static const int signals[] = { SIGUSR1, SIGQUIT, SIGSEGV };
    n_handled = 0;
    for (int i = 0; i < 3; i++)
        signal(signals[i], handle);
    pid_t pid = vfork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++)
            signal(signals[i], SIG_IGN);
        for (int i = 0; i < 3; i++)
            raise(signals[i]);
        _exit(n_handled);
    }
    CHECK_EQ(status_of(pid), 0);
    for (int i = 0; i < 3; i++)
        raise(signals[i]);
    CHECK_EQ(n_handled, 3);
    for (int i = 0; i < 3; i++)
        signal(signals[i], SIG_DFL);
}

static volatile pid_t seen_child;
static volatile uint32_t seen_flags;
static volatile bool is_seen;

static void *look_at_child(void *argument)
{
    struct proc_bsdshortinfo info = { 0 };
    pid_t listed[8] = { 0 };
    while (seen_child == 0)
        usleep(1000);
    CHECK_EQ(proc_listchildpids(getpid(), listed, sizeof listed), 1);
    CHECK_EQ(listed[0], seen_child);
    CHECK_EQ(proc_pidinfo(seen_child, PROC_PIDT_SHORTBSDINFO, 0, &info, sizeof info), sizeof info);
    seen_flags = info.pbsi_flags;
    is_seen = true;
    return argument;
}

static pid_t vfork_and_be_seen(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        seen_child = getpid();
        while (!is_seen)
            usleep(1000);
        _exit(0);
    }
    return pid;
}

TEST(while_its_parents_thread_waits_for_a_vfork_child_the_others_run, "F70 F163")
{
    pthread_t thread;
    struct proc_bsdshortinfo own = { 0 };
    pthread_create(&thread, NULL, look_at_child, NULL);
    CHECK_EQ(status_of(vfork_and_be_seen()), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(seen_flags & PROC_FLAG_PPWAIT, PROC_FLAG_PPWAIT);
    CHECK_EQ(proc_pidinfo(getpid(), PROC_PIDT_SHORTBSDINFO, 0, &own, sizeof own), sizeof own);
    CHECK_EQ(own.pbsi_flags & PROC_FLAG_PPWAIT, 0);
}

/* ---- what it becomes ---- */

TEST(a_vfork_child_gives_its_program_what_its_parents_task_has_by_then, "F63 F73")
{
    mach_port_t port = both_new(), before = MACH_PORT_NULL, after = MACH_PORT_NULL;
    task_get_bootstrap_port(SELF, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        task_set_bootstrap_port(mach_task_self(), port);
        execl(getenv("IMAGE"), "image", "report", "by vfork", (char *)NULL);
        _exit(FAILED);
    }
    struct report report = take_report(port);
    CHECK_EQ(report.pid, pid);
    CHECK_EQ(report.parent, getpid());
    CHECK_STR_EQ(report.argument, "by vfork");
    CHECK_EQ(status_of(pid), 0);
    task_get_bootstrap_port(SELF, &after);
    CHECK_EQ(after, port);
    CHECK_EQ(task_set_bootstrap_port(SELF, before), OK);
    mach_port_deallocate(SELF, after);
    mach_port_deallocate(SELF, before);
    receive_free(port);
}

TEST(a_program_run_by_vfork_is_known_when_vfork_returns, "F14 F70 F93")
{
    struct proc_bsdinfo info = { 0 };
    mach_port_t task = MACH_PORT_NULL;
    pid_t pid = vfork();
    if (pid == 0) {
        execlp("sleep", "sleep", "20", (char *)NULL);
        _exit(FAILED);
    }
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info), sizeof info);
    CHECK_STR_EQ(info.pbi_comm, "sleep");
    CHECK_EQ(info.pbi_ppid, getpid());
    CHECK_EQ(info.pbi_flags & PROC_FLAG_EXEC, PROC_FLAG_EXEC);
    CHECK_EQ(task_for_pid(SELF, pid, &task), OK);
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(pid), SIGKILL);
    CHECK_EQ(type_of(task), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_deallocate(SELF, task);
}

TEST(an_exec_that_fails_leaves_a_vfork_child_that_may_try_another, "F73 F95")
{
    mach_port_t port = both_new();
    mach_port_t before = MACH_PORT_NULL;
    task_get_bootstrap_port(SELF, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        char *argv[] = { (char *)"image", (char *)"report", (char *)"second", NULL };
        char *envp[] = { (char *)"A=1", NULL };
        execv("/no/such/program", argv);
        left.kr = errno;
        task_set_bootstrap_port(mach_task_self(), port);
        execve(getenv("IMAGE"), argv, envp);
        _exit(FAILED);
    }
    CHECK_EQ(left.kr, ENOENT);
    struct report report = take_report(port);
    CHECK_STR_EQ(report.argument, "second");
    CHECK_EQ(report.n_variables, 1);
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(task_set_bootstrap_port(SELF, before), OK);
    mach_port_deallocate(SELF, port);
    mach_port_deallocate(SELF, before);
    receive_free(port);
}

static pid_t vfork_without_descriptors(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        for (int fd = 0; fd < 2000; fd++)
            close(fd);
        execl(getenv("IMAGE"), "image", "exit", "5", (char *)NULL);
        _exit(FAILED);
    }
    return pid;
}

TEST(a_vfork_child_that_has_closed_everything_runs_its_program, "F63 F73 F155")
{
    for (int i = 0; i < 3; i++)
        CHECK_EQ(status_of(vfork_without_descriptors()), 5 << 8);
    mach_port_t port = receive_new();
    receive_free(port);
}

/* ---- killed ---- */

static _Noreturn void be_killed_in_a_trap(void)
{
    for (;;) {
        mach_port_t port = MACH_PORT_NULL;
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
}

static void *kill_soon(void *argument)
{
    struct timespec time = { 0, 1000000 + rand() % 3000000 };
    volatile pid_t *pid = argument;
    while (*pid == 0)
        usleep(100);
    nanosleep(&time, NULL);
    kill(*pid, SIGKILL);
    return NULL;
}

static volatile pid_t victim;

static pid_t vfork_to_be_killed(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        victim = getpid();
        be_killed_in_a_trap();
    }
    return pid;
}

TEST(a_vfork_child_that_is_killed_in_a_mach_call_leaves_its_parent_able_to_make_them, "F69 F74")
{
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        victim = 0;
        pthread_create(&thread, NULL, kill_soon, (void *)&victim);
        CHECK_EQ(status_of(vfork_to_be_killed()), SIGKILL);
        pthread_join(thread, NULL);
        mach_port_t port = both_new();
        CHECK_EQ(sends_of(port), 1);
        mach_port_deallocate(SELF, port);
        receive_free(port);
    }
}

/* The pid of a vfork child of a process that does not come back from its vfork. */
static pid_t vfork_below(pid_t *parent_p)
{
    pid_t *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *parent_p = fork();
    if (*parent_p == 0) {
        pid_t pid = vfork();
        if (pid == 0) {
            *(volatile pid_t *)shared = getpid();
            for (;;)
                pause();
        }
        _exit(FAILED);
    }
    while (*(volatile pid_t *)shared == 0)
        usleep(1000);
    pid_t pid = *shared;
    munmap(shared, sizeof *shared);
    return pid;
}

TEST(when_its_parent_is_killed_a_vfork_child_ends_too, "F74 F83")
{
    pid_t parent, child = vfork_below(&parent);
    CHECK_EQ(kill(child, 0), 0);
    kill(parent, SIGKILL);
    CHECK_EQ(status_of(parent), SIGKILL);
    for (int ms = 0; ms < PATIENCE_MS && kill(child, 0) == 0; ms++)
        usleep(1000);
    CHECK_EQ(kill(child, 0), -1);
    CHECK_EQ(errno, ESRCH);
}
