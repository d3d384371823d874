/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/life.c - fork, exec, waiting and death of real processes; programs that libmach did not start or is not in */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process/report.h"
#include "tests/tasks/carry.h"

enum { FAILED = 99 };

static int status_of(pid_t pid)
{
    int status = -1;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

/* Runs fn in a fork child; its answer is the status. */
static pid_t fork_with(int (*fn)(void *argument), void *argument)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fn(argument));
    REQUIRE_GT(pid, 0);
    return pid;
}

static pid_t start(const char *path, const char *word, const char *argument)
{
    char *argv[] = { (char *)path, (char *)word, (char *)argument, NULL };
    pid_t pid = 0;
    REQUIRE_EQ(posix_spawn(&pid, path, NULL, NULL, argv, environ), 0);
    return pid;
}

/* The C library's own: nobody tells machd. */
static pid_t start_unannounced(const char *path, const char *word)
{
    int (*libc)(pid_t *, const char *, const void *, const void *, char *const *, char *const *) =
        (int (*)(pid_t *, const char *, const void *, const void *, char *const *,
                 char *const *))dlsym(RTLD_NEXT, "posix_spawn");
    char *argv[] = { (char *)path, (char *)word, NULL };
    pid_t pid = 0;
    REQUIRE_EQ(libc(&pid, path, NULL, NULL, argv, environ), 0);
    return pid;
}

static struct proc_uniqidentifierinfo ids_of(pid_t pid)
{
    struct proc_uniqidentifierinfo ids = { 0 };
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDUNIQIDENTIFIERINFO, 1, &ids, sizeof ids), sizeof ids);
    return ids;
}

static bool can_make_ports(void)
{
    mach_port_t port = MACH_PORT_NULL;
    return mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) == OK &&
           mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1) == OK;
}

/* ---- fork ---- */

static bool handler_could;

static void use_mach_at_fork(void)
{
    handler_could = can_make_ports();
}

static int tell_handler_could(void *argument)
{
    (void)argument;
    return handler_could ? 0 : FAILED;
}

TEST(a_programs_own_atfork_handlers_may_use_mach_in_the_child, "F46 F48")
{
    static bool is_registered;
    if (!is_registered)
        pthread_atfork(NULL, NULL, use_mach_at_fork);
    is_registered = true;
    CHECK_EQ(status_of(fork_with(tell_handler_could, NULL)), 0);
}

static _Atomic bool is_over;

static void *make_ports_all_the_time(void *argument)
{
    while (!atomic_load(&is_over))
        if (!can_make_ports())
            FAIL("a port could not be made");
    return argument;
}

static int make_ports_once(void *argument)
{
    (void)argument;
    return can_make_ports() ? 0 : FAILED;
}

TEST(a_fork_among_busy_threads_leaves_a_child_that_works, "F11 F13 F66 F68 H18")
{
    pthread_t threads[2];
    atomic_store(&is_over, false);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, make_ports_all_the_time, NULL);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(status_of(fork_with(make_ports_once, NULL)), 0);
    atomic_store(&is_over, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static int look_with_names_of_the_parent(mach_port_t name)
{
    mach_port_type_t type;
    int pid = -1;
    mach_port_t self = mach_host_self() != MACH_PORT_NULL ? mach_task_self() : MACH_PORT_NULL;
    if (pid_for_task(self, &pid) != OK || pid != (int)syscall(SYS_getpid))
        return 1;
    return mach_port_type(self, name, &type) == KERN_INVALID_NAME ? 0 : 2;
}

TEST(a_child_made_by_a_raw_system_call_is_a_task_of_its_own, "F67 F155")
{
    mach_port_t name;
    for (int i = 0; i < 40; i++)
        name = both_new();
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(look_with_names_of_the_parent(name));
    CHECK_EQ(status_of(pid), 0);
    CHECK(can_make_ports());
}

TEST(a_program_that_nobody_announced_inherits_from_its_parent_as_it_is_now, "K18 F63 F67 F155 H15")
{
    mach_port_t port = both_new(), before = MACH_PORT_NULL;
    struct report report = { 0 };
    task_get_bootstrap_port(SELF, &before);
    CHECK_EQ(task_set_bootstrap_port(SELF, port), OK);
    pid_t pid = start_unannounced(getenv("IMAGE"), "report");
    CHECK_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS, 0),
             OK);
    CHECK_EQ(report.pid, pid);
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(task_set_bootstrap_port(SELF, before), OK);
    mach_port_deallocate(SELF, before);
    receive_free(port);
}

static void *spawn_from_usr(void *argument)
{
    posix_spawnattr_t attributes;
    char *argv[] = { getenv("IMAGE"), NULL };
    static pid_t pid;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setspecialport_np(&attributes, (mach_port_t)(uintptr_t)argument, TASK_BOOTSTRAP_PORT);
    CHECK_EQ(unshare(CLONE_FS), 0);
    CHECK_EQ(chdir("/usr"), 0);
    CHECK_EQ(posix_spawn(&pid, argv[0], NULL, &attributes, argv, NULL), 0);
    posix_spawnattr_destroy(&attributes);
    return &pid;
}

TEST(a_thread_with_a_directory_of_its_own_gives_it_to_its_children, "F31 F33")
{
    mach_port_t port = both_new();
    struct report report = { 0 };
    pthread_t thread;
    void *pid;
    char before[REPORT_TEXT], after[REPORT_TEXT];
    CHECK(getcwd(before, sizeof before) != NULL);
    pthread_create(&thread, NULL, spawn_from_usr, (void *)(uintptr_t)port);
    pthread_join(thread, &pid);
    CHECK_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS, 0),
             OK);
    CHECK_STR_EQ(report.directory, "/usr");
    CHECK_EQ(status_of(*(pid_t *)pid), 0);
    CHECK(getcwd(after, sizeof after) != NULL);
    CHECK_STR_EQ(before, after);
    receive_free(port);
}

static void *make_a_port_and_exit(void *argument)
{
    usleep(20000);
    _exit(can_make_ports() ? 0 : (int)(uintptr_t)argument);
}

static int end_main_thread(void *argument)
{
    pthread_t thread;
    pthread_create(&thread, NULL, make_a_port_and_exit, (void *)FAILED);
    pthread_exit(argument);
}

TEST(a_process_goes_on_when_its_main_thread_has_ended, "H18")
{
    CHECK_EQ(status_of(fork_with(end_main_thread, NULL)), 0);
}

static void *vfork_and_exec(void *argument)
{
    for (int i = 0; i < 10; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            execl("/bin/sh", "sh", "-c", "exit 4", (char *)NULL);
            _exit(FAILED);
        }
        CHECK_EQ(status_of(pid), 4 << 8);
    }
    return argument;
}

TEST(threads_may_vfork_beside_each_other, "F70 H18")
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, vfork_and_exec, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static int make_more_than_linux_allows(void *argument)
{
    const struct rlimit none = { 0, 0 };
    char *argv[] = { (char *)"true", NULL };
    pid_t pid = -7;
    CHECK_EQ(setresuid(60001, 60001, 60001), 0);
    CHECK_EQ(setrlimit(RLIMIT_NPROC, &none), 0);
    for (int i = 0; i < 100; i++) {
        CHECK_EQ(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, NULL), EAGAIN);
        CHECK_EQ(fork(), -1);
        CHECK_EQ(errno, EAGAIN);
    }
    CHECK_EQ(pid, -7);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    return argument == NULL && can_make_ports() ? 0 : FAILED;
}

TEST(where_linux_makes_no_process_the_error_is_eagain_and_nothing_is_left, "F19 F20 F24")
{
    if (geteuid() != 0)
        SKIP("only root can become a user who has no process");
    CHECK_EQ(status_of(fork_with(make_more_than_linux_allows, NULL)), 0);
}

/* ---- exec ---- */

TEST(pairs_of_pid_and_version_and_unique_ids_never_repeat, "F3 F4 F50 F51 F189")
{
    enum { N = 2000 };
    static struct proc_uniqidentifierinfo ids[2 * N];
    static pid_t pids[2 * N];
    int n = rounds(N);
    for (int i = 0; i < n; i++) {
        int ends[2];
        REQUIRE_EQ(pipe2(ends, O_CLOEXEC), 0);
        pids[2 * i] = pids[2 * i + 1] = fork();
        if (pids[2 * i] == 0) {
            char byte;
            close(ends[1]);
            execl(read(ends[0], &byte, 1) == 0 ? getenv("IMAGE") : "", "image", "wait", (char *)NULL);
            _exit(FAILED);
        }
        close(ends[0]);
        ids[2 * i] = ids_of(pids[2 * i]);
        close(ends[1]);
        for (int ms = 0; ms < PATIENCE_MS && ids[2 * i + 1].p_idversion == 0; ms++) {
            struct proc_uniqidentifierinfo now = ids_of(pids[2 * i]);
            if (now.p_idversion != ids[2 * i].p_idversion)
                ids[2 * i + 1] = now;
            else
                usleep(1000);
        }
        kill(pids[2 * i], SIGKILL);
        CHECK_EQ(status_of(pids[2 * i]), SIGKILL);
        CHECK_EQ(ids[2 * i].p_uniqueid, ids[2 * i + 1].p_uniqueid);
    }
    for (int i = 2; i < 2 * n; i += 2)
        CHECK_GT(ids[i].p_uniqueid, ids[i - 2].p_uniqueid);
    for (int i = 0; i < 2 * n; i++)
        for (int j = 0; j < i; j++)
            CHECK(pids[i] != pids[j] || ids[i].p_idversion != ids[j].p_idversion);
}

static int exec_what_is_missing(void *argument)
{
    mach_port_t port = both_new();
    char long_name[5000];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    CHECK_EQ(execl("/no/such/program", "x", (char *)NULL), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(execl("/tmp", "x", (char *)NULL), -1);
    CHECK_EQ(errno, EACCES);
    CHECK_EQ(execl("/dev/null/x", "x", (char *)NULL), -1);
    CHECK_EQ(errno, ENOTDIR);
    CHECK_EQ(execl(long_name, "x", (char *)NULL), -1);
    CHECK_EQ(errno, ENAMETOOLONG);
    CHECK_EQ(sends_of(port), 1);
    return argument == NULL ? 0 : FAILED;
}

TEST(a_failing_exec_has_the_hosts_error_and_changes_nothing, "F95 F98")
{
    CHECK_EQ(status_of(fork_with(exec_what_is_missing, NULL)), 0);
}

static int become_reporter(void *argument)
{
    task_set_bootstrap_port(mach_task_self(), (mach_port_t)(uintptr_t)argument);
    fcntl(dup2(STDIN_FILENO, 50), F_SETFD, FD_CLOEXEC);
    dup2(STDIN_FILENO, 51);
    execl(getenv("IMAGE"), "image", "report", "by exec", (char *)NULL);
    return FAILED;
}

static int become_reporter_with_port(void *argument)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    if (mach_ports_lookup(mach_task_self(), &ports, &n) != OK || n < 1)
        return FAILED;
    return argument == NULL ? become_reporter((void *)(uintptr_t)ports[0]) : FAILED;
}

TEST(an_exec_keeps_special_and_registered_ports_and_closes_descriptors, "F86 F92 K18 K19")
{
    mach_port_t port = both_new();
    struct report report = { 0 };
    CHECK_EQ(mach_ports_register(SELF, &port, 1), OK);
    pid_t pid = fork_with(become_reporter_with_port, NULL);
    CHECK_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS, 0),
             OK);
    CHECK_EQ(report.pid, pid);
    CHECK_STR_EQ(report.argument, "by exec");
    CHECK_EQ(report.n_registered, 1);
    CHECK_EQ(report.port.name, port);
    CHECK_EQ(report.descriptors >> 50, 2);
    CHECK_EQ(status_of(pid), 0);
    mach_port_t none = MACH_PORT_NULL;
    mach_ports_register(SELF, &none, 1);
    mach_port_deallocate(SELF, port);
    receive_free(port);
}

static const char *script(void)
{
    static char path[64];
    if (path[0] == '\0')
        snprintf(path, sizeof path, "/tmp/machd-script-%d", getpid());
    return path;
}

static void write_script(const char *path)
{
    FILE *file = fopen(path, "w");
    REQUIRE(file != NULL);
    fprintf(file, "#!%s wait\n", getenv("IMAGE"));
    fclose(file);
    CHECK_EQ(chmod(path, 0700), 0);
}

static int become_script(void *argument)
{
    char byte;
    const int *ends = argument;
    close(ends[1]);
    if (read(ends[0], &byte, 1) == 0)
        execl(script(), "a name of its own", (char *)NULL);
    return FAILED;
}

static struct proc_bsdinfo look_at(pid_t pid)
{
    struct proc_bsdinfo info = { 0 };
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info), sizeof info);
    return info;
}

TEST(an_exec_gives_a_process_the_names_of_its_program_and_its_mark, "F7 F14 F93")
{
    char path[PROC_PIDPATHINFO_MAXSIZE];
    int ends[2];
    struct proc_bsdinfo own = look_at(getpid()), info;
    write_script(script());
    REQUIRE_EQ(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork_with(become_script, ends);
    info = look_at(pid);
    CHECK_EQ(strncmp(info.pbi_comm, own.pbi_comm, sizeof own.pbi_comm), 0);
    CHECK_STR_EQ(info.pbi_name, own.pbi_name);
    CHECK_EQ(info.pbi_flags & (PROC_FLAG_EXEC | PROC_FLAG_PSUGID), 0);
    close(ends[0]);
    close(ends[1]);
    for (int ms = 0; ms < PATIENCE_MS && !(look_at(pid).pbi_flags & PROC_FLAG_EXEC); ms++)
        usleep(1000);
    info = look_at(pid);
    CHECK_EQ(info.pbi_flags & (PROC_FLAG_EXEC | PROC_FLAG_PSUGID), PROC_FLAG_EXEC);
    CHECK_STR_EQ(info.pbi_comm, "image");
    CHECK_STR_EQ(info.pbi_name, "image");
    CHECK_GT(proc_pidpath(pid, path, sizeof path), 0);
    CHECK_STR_EQ(path, getenv("IMAGE"));
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(pid), SIGKILL);
    unlink(script());
}

/* ---- exit and wait ---- */

static void *exit_the_process(void *argument)
{
    _exit((int)(uintptr_t)argument);
}

static int exit_from_a_thread(void *argument)
{
    pthread_t thread;
    pthread_create(&thread, NULL, exit_the_process, (void *)5);
    for (;;)
        pause();
    return argument == NULL;
}

/* ---- what is seen of an exec ---- */

enum { MANY_PORTS = 2000 };

/* The last of many ports goes to the parent; when that says so, the process becomes another program. */
static int become_reporter_when_told(void *argument)
{
    mach_port_t to = (mach_port_t)(uintptr_t)argument, port = MACH_PORT_NULL;
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    if (mach_ports_lookup(mach_task_self(), &ports, &n) != OK)
        return FAILED;
    to = ports[0];
    for (int i = 0; i < MANY_PORTS; i++)
        port = receive_new();
    if (give(to, port, MACH_MSG_TYPE_MAKE_SEND) != OK)
        return FAILED;
    take(port);
    return become_reporter((void *)(uintptr_t)to);
}

static mach_msg_id_t next_id(mach_port_t port, mach_port_t *dead_p)
{
    union {
        struct report report;
        mach_dead_name_notification_t note;
    } message;
    REQUIRE_EQ(mach_msg(&message.report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, port,
                        PATIENCE_MS, 0),
               OK);
    *dead_p = message.note.not_port;
    return message.report.header.msgh_id;
}

static void watch_death(mach_port_t name, mach_port_t notify)
{
    mach_port_t previous = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_request_notification(mach_task_self(), name, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               OK);
}

TEST(the_old_image_is_gone_before_the_new_ones_first_call_is_answered, "K243 K19 K237")
{
    mach_port_t inbox = both_new(), task = MACH_PORT_NULL, first = MACH_PORT_NULL, second = MACH_PORT_NULL;
    REQUIRE_EQ(mach_ports_register(SELF, &inbox, 1), OK);
    pid_t pid = fork_with(become_reporter_when_told, NULL);
    mach_port_t port = take(inbox).port.name;
    REQUIRE_EQ(task_for_pid(SELF, pid, &task), OK);
    watch_death(port, inbox);
    watch_death(task, inbox);
    REQUIRE_EQ(give(port, port, MACH_MSG_TYPE_COPY_SEND), OK);
    CHECK_EQ(next_id(inbox, &first), MACH_NOTIFY_DEAD_NAME);
    CHECK_EQ(next_id(inbox, &second), MACH_NOTIFY_DEAD_NAME);
    CHECK_EQ(first, port);
    CHECK_EQ(second, task);
    mach_port_t unused;
    CHECK_EQ(next_id(inbox, &unused), ID_REPORT); /* what the new image sends comes behind all of it */
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(mach_ports_register(SELF, NULL, 0), OK);
    mach_port_destroy(SELF, port);
    mach_port_destroy(SELF, task);
    mach_port_destroy(SELF, inbox);
}

/* ---- how a process ends ---- */

TEST(the_first_thread_that_exits_decides_the_status, "F142")
{
    CHECK_EQ(status_of(fork_with(exit_from_a_thread, NULL)), 5 << 8);
}

static int end_at_once(void *argument)
{
    return (int)(uintptr_t)argument;
}

static int wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument == NULL;
}

TEST(waits_behave_as_the_hosts, "F145")
{
    int status = 0;
    struct rusage usage = { 0 };
    siginfo_t info;
    CHECK_EQ(waitpid(-1, &status, 0), -1);
    CHECK_EQ(errno, ECHILD);
    CHECK_EQ(waitid(P_ALL, 0, &info, 0), -1);
    CHECK_EQ(errno, EINVAL);
    pid_t child = fork_with(wait_for_ever, NULL);
    CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
    memset(&info, 0xff, sizeof info);
    CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG), 0);
    CHECK_EQ(info.si_pid, 0);
    CHECK_EQ(waitpid(getpid(), &status, WNOHANG), -1);
    kill(child, SIGSTOP);
    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    CHECK(WIFSTOPPED(status));
    kill(child, SIGCONT);
    CHECK_EQ(waitid(P_PID, (id_t)child, &info, WCONTINUED), 0);
    CHECK_EQ(info.si_code, CLD_CONTINUED);
    kill(child, SIGTERM);
    CHECK_EQ(waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED | WNOWAIT), 0);
    CHECK_EQ(info.si_pid, child);
    CHECK_EQ(wait4(0, &status, 0, &usage), child);
    CHECK_EQ(WTERMSIG(status), SIGTERM);
    CHECK_GT(usage.ru_maxrss, 0);
    CHECK_EQ(waitpid(child, NULL, 0), -1);
    child = fork_with(end_at_once, (void *)7);
    CHECK_EQ(waitid(P_PID, (id_t)child, &info, WEXITED), 0);
    CHECK_EQ(info.si_status, 7);
    CHECK_EQ(info.si_code, CLD_EXITED);
    child = fork_with(end_at_once, (void *)0);
    CHECK_EQ(wait(NULL), child);
}

static void *collect_any(void *argument)
{
    _Atomic int *collected = argument;
    while (wait(NULL) > 0)
        atomic_fetch_add(collected, 1);
    return NULL;
}

TEST(every_child_is_collected_once_however_many_threads_wait, "F144 F145")
{
    enum { CHILDREN = 40, THREADS = 3 };
    pthread_t threads[THREADS];
    _Atomic int collected = 0;
    for (int i = 0; i < CHILDREN; i++)
        fork_with(end_at_once, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, collect_any, &collected);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(collected, CHILDREN);
}

static int send_a_right_and_end(void *argument)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = bootstrap_port },
        .body = { 1 },
        .port = { .name = receive_new(),
                  .disposition = MACH_MSG_TYPE_MAKE_SEND,
                  .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    kern_return_t kr = mach_msg(&message.header, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0);
    return kr == OK && argument == NULL ? 0 : FAILED;
}

TEST(when_a_wait_returns_the_childs_ports_are_dead, "F143 F144 F149")
{
    struct report report;
    mach_port_t port = both_new(), before = MACH_PORT_NULL;
    task_get_bootstrap_port(SELF, &before);
    CHECK_EQ(task_set_bootstrap_port(SELF, port), OK);
    for (int i = 0; i < 200; i++) {
        pid_t pid = fork_with(send_a_right_and_end, NULL);
        REQUIRE_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port,
                            PATIENCE_MS, 0),
                   OK);
        mach_port_t theirs = report.port.name;
        CHECK_EQ(status_of(pid), 0);
        CHECK_EQ(type_of(theirs), MACH_PORT_TYPE_DEAD_NAME);
        mach_port_deallocate(SELF, theirs);
    }
    CHECK_EQ(task_set_bootstrap_port(SELF, before), OK);
    mach_port_deallocate(SELF, before);
    receive_free(port);
}

TEST(who_ignores_sigchld_has_no_children_to_collect, "F148")
{
    signal(SIGCHLD, SIG_IGN);
    fork_with(end_at_once, NULL);
    CHECK_EQ(waitpid(-1, NULL, 0), -1);
    CHECK_EQ(errno, ECHILD);
    signal(SIGCHLD, SIG_DFL);
}

static int leave_a_child(void *argument)
{
    int *ends = argument;
    pid_t child = fork_with(wait_for_ever, NULL);
    return write(ends[1], &child, sizeof child) == sizeof child ? 0 : FAILED;
}

TEST(an_orphan_has_another_parent_but_the_same_birth, "F5 F146 F189")
{
    int ends[2];
    pid_t orphan = 0;
    struct proc_bsdshortinfo info;
    REQUIRE_EQ(pipe(ends), 0);
    pid_t parent = fork_with(leave_a_child, ends);
    REQUIRE_EQ(read(ends[0], &orphan, sizeof orphan), sizeof orphan);
    uint64_t birth = ids_of(orphan).p_puniqueid;
    CHECK_EQ(status_of(parent), 0);
    CHECK_EQ(ids_of(orphan).p_puniqueid, birth);
    CHECK_GT(birth, ids_of(getpid()).p_uniqueid);
    CHECK_EQ(proc_pidinfo(orphan, PROC_PIDT_SHORTBSDINFO, 0, &info, sizeof info), sizeof info);
    CHECK_NE(info.pbsi_ppid, (uint32_t)parent);
    kill(orphan, SIGKILL);
    close(ends[0]);
    close(ends[1]);
}

/* ---- programs without libmach ---- */

struct astray {
    int out;
    bool leaves;
};

/* Writes to what it finds as its bootstrap port, and says on the pipe whether it could. */
static void write_to_bootstrap(const struct astray *astray, long parent)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) };
    while (astray->leaves && syscall(SYS_getppid) == parent)
        usleep(1000);
    char ok = task_get_bootstrap_port(mach_task_self(), &message.msgh_remote_port) == OK &&
              mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, 0, 0, 0) == OK;
    syscall(SYS_exit_group, write(astray->out, &ok, 1) == 1 ? 0 : FAILED);
}

static int fork_twice(void *argument)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    const struct astray *astray = argument;
    if (mach_ports_lookup(mach_task_self(), &ports, &n) != OK ||
        task_set_bootstrap_port(mach_task_self(), ports[0]) != OK)
        return FAILED;
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child != 0)
        return waitpid(child, NULL, 0) == child ? 0 : FAILED;
    long own = syscall(SYS_getpid);
    long grandchild = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (grandchild == 0)
        write_to_bootstrap(astray, own);
    if (!astray->leaves)
        syscall(SYS_wait4, grandchild, NULL, 0, NULL);
    syscall(SYS_exit_group, 0);
    return FAILED;
}

/* Whether its message came to the port that its grandparent has as its bootstrap port. */
static bool is_heard_of(mach_port_t port, bool leaves)
{
    int ends[2];
    char ok = 0;
    mach_msg_empty_rcv_t message;
    REQUIRE_EQ(pipe(ends), 0);
    struct astray astray = { ends[1], leaves };
    CHECK_EQ(status_of(fork_with(fork_twice, &astray)), 0);
    close(ends[1]);
    CHECK_EQ(read(ends[0], &ok, 1), 1);
    CHECK_EQ(ok, 1);
    close(ends[0]);
    return mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, port, 0, 0) == OK;
}

TEST(who_leaves_its_ancestry_has_the_default_bootstrap_port, "F155 F157")
{
    mach_port_t port = both_new(), none = MACH_PORT_NULL;
    CHECK_EQ(mach_ports_register(SELF, &port, 1), OK);
    CHECK(is_heard_of(port, false));
    CHECK(!is_heard_of(port, true));
    mach_ports_register(SELF, &none, 1);
    mach_port_deallocate(SELF, port);
    receive_free(port);
}

TEST(a_program_without_libmach_is_a_task_that_can_be_looked_at, "F152 F153 F158 F173 F174 H18")
{
    mach_port_t task = MACH_PORT_NULL, bootstrap = MACH_PORT_NULL, own = MACH_PORT_NULL;
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    int found = -1;
    pid_t pid = start("/bin/sleep", "20", NULL);
    REQUIRE_EQ(task_for_pid(SELF, pid, &task), OK);
    CHECK_EQ(pid_for_task(task, &found), OK);
    CHECK_EQ(found, pid);
    CHECK_EQ(task_get_bootstrap_port(task, &bootstrap), OK);
    task_get_bootstrap_port(SELF, &own);
    CHECK_EQ(bootstrap, own);
    CHECK_EQ(task_threads(task, &threads, &n), OK);
    CHECK_EQ(n, 1);
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(pid), SIGKILL);
    CHECK_EQ(type_of(task), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(pid_for_task(task, &found), KERN_FAILURE);
    CHECK_EQ(found, -1);
    mach_port_deallocate(SELF, task);
}

TEST(a_process_that_machd_does_not_know_is_seen_as_the_host_shows_it, "F165")
{
    struct proc_bsdinfo info;
    pid_t pid = start_unannounced("/bin/sleep", "20");
    struct proc_uniqidentifierinfo ids = ids_of(pid);
    CHECK_EQ(ids.p_uniqueid, 0);
    CHECK_EQ(ids.p_idversion, 0);
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info), sizeof info);
    CHECK_EQ(info.pbi_ppid, getpid());
    CHECK_STR_EQ(info.pbi_comm, "sleep");
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(pid), SIGKILL);
}

TEST(names_in_attributes_are_looked_up_when_the_program_is_started, "F59 F111")
{
    mach_port_t port = both_new(), name = port;
    struct report report = { 0 };
    posix_spawnattr_t attributes;
    char *argv[] = { getenv("IMAGE"), NULL };
    pid_t pid = 0;
    receive_free(port);
    mach_port_deallocate(SELF, port);
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_setspecialport_np(&attributes, name, TASK_BOOTSTRAP_PORT), 0);
    CHECK_EQ(posix_spawn(&pid, argv[0], NULL, &attributes, argv, NULL), EINVAL);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    REQUIRE_EQ(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, name), OK);
    REQUIRE_EQ(mach_port_insert_right(SELF, name, name, MACH_MSG_TYPE_MAKE_SEND), OK);
    REQUIRE_EQ(posix_spawn(&pid, argv[0], NULL, &attributes, argv, NULL), 0);
    CHECK_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, name, PATIENCE_MS, 0),
             OK);
    CHECK_EQ(status_of(pid), 0);
    posix_spawnattr_destroy(&attributes);
    receive_free(name);
}
