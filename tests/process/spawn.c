/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/spawn.c - posix_spawn as programs see it: what the child finds, and what is left when it fails */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/process/report.h"
#include "tests/tasks/common.h"

enum { HIGH = 40 }; /* a descriptor that nobody has */

static char scratch[] = "/tmp/machd-spawn-XXXXXX";

static const char *image(void)
{
    return getenv("IMAGE");
}

static int start(pid_t *pid, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                 const char *word, const char *argument)
{
    char *argv[] = { (char *)image(), (char *)word, (char *)argument, NULL };
    return posix_spawn(pid, image(), actions, attributes, argv, NULL);
}

static int status_of(pid_t pid)
{
    int status = -1;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static int status_of_any(void)
{
    int status = -1;
    CHECK(waitpid(-1, &status, 0) > 0);
    return status;
}

/* An object whose child reports to *port_p. */
static posix_spawnattr_t reporting(mach_port_t *port_p)
{
    posix_spawnattr_t attributes;
    *port_p = both_new();
    REQUIRE_EQ(posix_spawnattr_init(&attributes), 0);
    CHECK_EQ(posix_spawnattr_setspecialport_np(&attributes, *port_p, TASK_BOOTSTRAP_PORT), 0);
    return attributes;
}

static struct report take_report(mach_port_t port)
{
    struct report report = { 0 };
    REQUIRE_EQ(mach_msg(&report.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof report, port, PATIENCE_MS,
                        0),
               OK);
    CHECK_EQ(report.header.msgh_id, ID_REPORT);
    return report;
}

static void done(posix_spawnattr_t *attributes, mach_port_t port)
{
    CHECK_EQ(posix_spawnattr_destroy(attributes), 0);
    receive_free(port);
}

/* One child with these: what it tells. */
static struct report report_of(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                               mach_port_t port)
{
    pid_t pid = 0;
    REQUIRE_EQ(start(&pid, actions, attributes, "report", "text"), 0);
    struct report report = take_report(port);
    CHECK_EQ(report.pid, pid);
    CHECK_EQ(status_of(pid), 0);
    return report;
}

static struct report report_with_flags(short flags)
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    posix_spawnattr_setflags(&attributes, flags);
    struct report report = report_of(NULL, &attributes, port);
    done(&attributes, port);
    return report;
}

/* ---- the call ---- */

TEST(spawn_returns_an_error_number_and_leaves_errno_alone, "F60 F98 F101")
{
    char *argv[] = { (char *)"x", NULL };
    pid_t pid = -7;
    errno = EXDEV;
    CHECK_EQ(posix_spawn(&pid, "/no/such/program", NULL, NULL, argv, NULL), ENOENT);
    CHECK_EQ(pid, -7);
    CHECK_EQ(posix_spawn(&pid, "/tmp", NULL, NULL, argv, NULL), EACCES);
    CHECK_EQ(posix_spawn(NULL, "/bin/true", NULL, NULL, argv, NULL), 0);
    CHECK_EQ(errno, EXDEV);
    CHECK_EQ(status_of_any(), 0);
}

TEST(a_spawn_that_failed_has_left_no_child, "F60")
{
    char *argv[] = { (char *)"x", NULL };
    sigset_t child, pending;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int i = 0; i < 100; i++)
        REQUIRE_EQ(posix_spawn(NULL, "/no/such/program", NULL, NULL, argv, NULL), ENOENT);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    CHECK_EQ(errno, ECHILD);
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGCHLD));
}

TEST(a_program_without_environment_finds_its_task, "F102 F118 H12")
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    struct report report = report_of(NULL, &attributes, port);
    CHECK_EQ(report.n_variables, 0);
    CHECK_EQ(report.n_arguments, 3);
    CHECK_STR_EQ(report.argument, "text");
    CHECK_EQ(report.parent, getpid());
    CHECK_EQ(report.same_bootstrap, 1);
    done(&attributes, port);
}

TEST(spawnp_searches_the_path_and_runs_scripts, "F103")
{
    char path[200], *argv[] = { (char *)"name", (char *)"7", NULL };
    pid_t pid;
    REQUIRE(mkdtemp(scratch) != NULL);
    snprintf(path, sizeof path, "%s/machd-script", scratch);
    FILE *script = fopen(path, "w");
    REQUIRE(script != NULL);
    fputs("exit $1\n", script);
    fclose(script);
    char *before = strdup(getenv("PATH"));
    setenv("PATH", scratch, 1);
    CHECK_EQ(posix_spawnp(&pid, "machd-script", NULL, NULL, argv, NULL), EACCES);
    chmod(path, 0755);
    CHECK_EQ(posix_spawn(&pid, path, NULL, NULL, argv, NULL), ENOEXEC);
    REQUIRE_EQ(posix_spawnp(&pid, "machd-script", NULL, NULL, argv, NULL), 0);
    CHECK_EQ(status_of(pid), 7 << 8);
    CHECK_EQ(posix_spawnp(&pid, "machd-no-such", NULL, NULL, argv, NULL), ENOENT);
    setenv("PATH", before, 1);
    free(before);
    unlink(path);
    rmdir(scratch);
}

/* ---- file actions ---- */

TEST(file_actions_run_in_their_order, "F138")
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    posix_spawn_file_actions_t actions;
    CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
    CHECK_EQ(posix_spawn_file_actions_addopen(&actions, HIGH, "/dev/null", O_RDONLY, 0), 0);
    CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, HIGH, HIGH + 1), 0);
    CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, HIGH + 1, HIGH + 2), 0);
    CHECK_EQ(posix_spawn_file_actions_addclose(&actions, HIGH + 1), 0);
    CHECK_EQ(posix_spawn_file_actions_addchdir_np(&actions, "/"), 0);
    CHECK_EQ(posix_spawn_file_actions_addchdir_np(&actions, "usr"), 0);
    struct report report = report_of(&actions, &attributes, port);
    CHECK_EQ(report.descriptors >> HIGH, 5);
    CHECK_STR_EQ(report.directory, "/usr");
    CHECK_EQ(fcntl(HIGH, F_GETFD), -1);
    posix_spawn_file_actions_destroy(&actions);
    done(&attributes, port);
}

TEST(a_file_action_that_fails_fails_the_spawn, "F60 F138")
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, HIGH, "/no/such/file", O_RDONLY, 0);
    CHECK_EQ(start(NULL, &actions, NULL, "exit", "0"), ENOENT);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclose(&actions, HIGH);
    CHECK_EQ(start(NULL, &actions, NULL, "exit", "0"), EBADF);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_add_fileportdup2_np(&actions, SELF, HIGH);
    CHECK_EQ(start(NULL, &actions, NULL, "exit", "0"), EINVAL);
    posix_spawn_file_actions_destroy(&actions);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

TEST(cloexec_default_closes_all_but_what_actions_make_or_name, "F139 F140")
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    posix_spawn_file_actions_t actions;
    REQUIRE_EQ(dup2(STDIN_FILENO, HIGH), HIGH);
    REQUIRE_EQ(dup3(STDIN_FILENO, HIGH + 1, O_CLOEXEC), HIGH + 1);
    REQUIRE_EQ(dup2(STDIN_FILENO, HIGH + 2), HIGH + 2);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_CLOEXEC_DEFAULT);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addinherit_np(&actions, HIGH + 1);
    posix_spawn_file_actions_adddup2(&actions, HIGH + 2, HIGH + 2);
    posix_spawn_file_actions_addopen(&actions, HIGH + 3, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
    posix_spawn_file_actions_addopen(&actions, HIGH + 4, "/dev/null", O_RDONLY, 0);
    CHECK_EQ(report_of(&actions, &attributes, port).descriptors, (uint64_t)0x16 << HIGH);
    posix_spawnattr_setflags(&attributes, 0);
    CHECK_EQ(report_of(NULL, &attributes, port).descriptors >> HIGH, 5);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 3; i++)
        close(HIGH + i);
    done(&attributes, port);
}

/* ---- flags ---- */

TEST(a_child_leads_a_group_or_a_session_if_asked, "F112")
{
    struct report plain = report_with_flags(0), group = report_with_flags(POSIX_SPAWN_SETPGROUP),
                  session = report_with_flags(POSIX_SPAWN_SETSID);
    CHECK_EQ(plain.group, getpgrp());
    CHECK_EQ(group.group, group.pid);
    CHECK_EQ(group.session, getsid(0));
    CHECK_EQ(session.session, session.pid);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSID);
    CHECK_EQ(start(NULL, NULL, &attributes, "exit", "0"), EPERM);
    posix_spawnattr_destroy(&attributes);
}

static void nothing(int sig)
{
    (void)sig;
}

TEST(mask_and_dispositions_are_the_callers_unless_attributes_say_otherwise, "F31 F91 F112")
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    sigset_t set, before;
    const uint64_t hup = 1ull << (SIGHUP - 1), usr1 = 1ull << (SIGUSR1 - 1), usr2 = 1ull << (SIGUSR2 - 1);
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR2, nothing);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &before);
    struct report report = report_of(NULL, &attributes, port);
    CHECK_EQ(report.mask & usr1, usr1);
    CHECK_EQ(report.ignored & (hup | usr2), hup);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    posix_spawnattr_setsigdefault(&attributes, &set);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGKILL);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    report = report_of(NULL, &attributes, port);
    CHECK_EQ(report.mask, usr2);
    CHECK_EQ(report.ignored & hup, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    done(&attributes, port);
}

TEST(addresses_are_not_random_if_asked, "F112")
{
    CHECK_EQ(report_with_flags(_POSIX_SPAWN_DISABLE_ASLR).persona_bits & ADDR_NO_RANDOMIZE, ADDR_NO_RANDOMIZE);
    CHECK_EQ(report_with_flags(0).persona_bits & ADDR_NO_RANDOMIZE, 0);
}

TEST(ids_are_for_root_to_give, "F105 F106 F115")
{
    posix_spawnattr_t attributes;
    gid_t groups[] = { 12, 13 };
    char *argv[] = { (char *)"sh", (char *)"-c", (char *)"test \"$(id -u) $(id -G)\" = '65534 65533 12 13'",
                     NULL };
    pid_t pid = 0;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_set_uid_np(&attributes, 65534);
    posix_spawnattr_set_gid_np(&attributes, 65533);
    posix_spawnattr_set_groups_np(&attributes, 2, groups, (uid_t)-1);
    CHECK_EQ(posix_spawn(&pid, "/bin/sh", NULL, &attributes, argv, environ), geteuid() == 0 ? 0 : EPERM);
    if (geteuid() == 0)
        CHECK_EQ(status_of(pid), 0);
    posix_spawnattr_destroy(&attributes);
}

TEST(a_program_for_another_processor_is_refused, "F115")
{
    posix_spawnattr_t attributes;
    size_t n = 0;
    cpu_type_t types[] = { CPU_TYPE_ARM, CPU_TYPE_ANY }, got[2];
    pid_t pid = 0;
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_setbinpref_np(&attributes, 1, types, &n), 0);
    CHECK_EQ(n, 1);
    CHECK_EQ(start(NULL, NULL, &attributes, "exit", "0"), ENOEXEC);
    CHECK_EQ(posix_spawnattr_setbinpref_np(&attributes, 2, types, &n), 0);
    CHECK_EQ(start(&pid, NULL, &attributes, "exit", "0"), 0);
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(posix_spawnattr_getbinpref_np(&attributes, 2, got, &n), 0);
    CHECK_EQ(n, 2);
    CHECK_EQ(got[0], CPU_TYPE_ARM);
    posix_spawnattr_destroy(&attributes);
}

TEST(what_nobody_carries_out_is_refused_by_spawn, "F114 F115")
{
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_setauditsessionport_np(&attributes, SELF), 0);
    CHECK_EQ(start(NULL, NULL, &attributes, "exit", "0"), ENOTSUP);
    posix_spawnattr_destroy(&attributes);
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_set_conclave_id_np(&attributes, "name"), 0);
    CHECK_EQ(start(NULL, NULL, &attributes, "exit", "0"), ENOTSUP);
    posix_spawnattr_destroy(&attributes);
}

/* ---- ports ---- */

TEST(registered_ports_replace_the_inherited_ones, "F120 F61 K96")
{
    mach_port_t port, first = both_new(), second = both_new();
    posix_spawnattr_t attributes = reporting(&port);
    mach_port_t ports[] = { first, second };
    CHECK_EQ(posix_spawnattr_set_registered_ports_np(&attributes, ports, 4), EINVAL);
    CHECK_EQ(posix_spawnattr_set_registered_ports_np(&attributes, ports, 2), 0);
    struct report report = report_of(NULL, &attributes, port);
    CHECK_EQ(report.n_registered, 2);
    CHECK_EQ(report.port.name, first);
    CHECK_EQ(sends_of(first), 2);
    CHECK_EQ(sends_of(second), 1);
    CHECK_EQ(mach_port_deallocate(SELF, first), OK);
    receive_free(first);
    receive_free(second);
    done(&attributes, port);
}

TEST(exception_ports_are_given_before_the_program_runs, "F119")
{
    mach_port_t port, handler = both_new();
    posix_spawnattr_t attributes = reporting(&port);
    CHECK_EQ(report_of(NULL, &attributes, port).exception_behavior, 0);
    CHECK_EQ(posix_spawnattr_setexceptionports_np(&attributes, EXC_MASK_ARITHMETIC, handler,
                                                  (exception_behavior_t)(EXCEPTION_DEFAULT |
                                                                         MACH_EXCEPTION_CODES),
                                                  THREAD_STATE_NONE),
             0);
    CHECK_EQ(report_of(NULL, &attributes, port).exception_behavior, EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES);
    receive_free(handler);
    done(&attributes, port);
}

static int error_with_special(mach_port_t name, int which)
{
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setspecialport_np(&attributes, name, which);
    pid_t pid = 0;
    int error = start(&pid, NULL, &attributes, "exit", "0");
    if (error == 0)
        CHECK_EQ(status_of(pid), 0);
    posix_spawnattr_destroy(&attributes);
    return error;
}

TEST(port_actions_take_send_rights_only, "F116 F117")
{
    mach_port_t receive = receive_new(), both = both_new(), set = MACH_PORT_NULL;
    mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set);
    CHECK_EQ(error_with_special(receive, TASK_BOOTSTRAP_PORT), EINVAL);
    CHECK_EQ(error_with_special(set, TASK_BOOTSTRAP_PORT), EINVAL);
    CHECK_EQ(error_with_special(0x123457, TASK_BOOTSTRAP_PORT), EINVAL);
    CHECK_EQ(error_with_special(both, 999), EINVAL);
    CHECK_EQ(error_with_special(both, TASK_BOOTSTRAP_PORT), 0);
    CHECK_EQ(error_with_special(MACH_PORT_NULL, TASK_BOOTSTRAP_PORT), 0);
    CHECK_EQ(sends_of(both), 1);
    receive_free(receive);
    receive_free(both);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
}

static int error_with_watch(mach_port_t *ports, int n, int times)
{
    posix_spawnattr_t attributes;
    pid_t pid = 0;
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < times; i++)
        CHECK_EQ(posix_spawnattr_set_importancewatch_port_np(&attributes, n, ports), 0);
    int error = start(&pid, NULL, &attributes, "exit", "0");
    if (error == 0)
        CHECK_EQ(status_of(pid), 0);
    posix_spawnattr_destroy(&attributes);
    return error;
}

TEST(watch_ports_are_128_at_most, "F115 T153")
{
    mach_port_t port = both_new(), ports[64];
    posix_spawnattr_t attributes;
    for (int i = 0; i < 64; i++)
        ports[i] = port;
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_set_importancewatch_port_np(&attributes, -1, ports), EINVAL);
    CHECK_EQ(posix_spawnattr_set_importancewatch_port_np(&attributes, 129, ports), EINVAL);
    posix_spawnattr_destroy(&attributes);
    CHECK_EQ(error_with_watch(ports, 64, 2), 0);
    CHECK_EQ(error_with_watch(ports, 64, 3), EINVAL);
    CHECK_EQ(sends_of(port), 1);
    receive_free(port);
}

TEST(watch_ports_must_be_send_rights_but_may_be_null_or_dead, "T154 T155")
{
    mach_port_t receive = receive_new(), dead = both_new(), names[] = { MACH_PORT_NULL, MACH_PORT_DEAD, dead };
    receive_free(dead);
    CHECK_EQ(type_of(dead), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(error_with_watch(names, 3, 1), 0);
    CHECK_EQ(error_with_watch(&receive, 1, 1), EINVAL);
    mach_port_deallocate(SELF, dead);
    receive_free(receive);
}

/* 1,000 of the 10,000 of the rule. */
TEST(failed_spawns_leave_every_count_as_it_was, "F20 F61 F62")
{
    mach_port_t port = both_new();
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setspecialport_np(&attributes, port, TASK_BOOTSTRAP_PORT);
    posix_spawnattr_setexceptionports_np(&attributes, EXC_MASK_ALL & ~(exception_mask_t)EXC_MASK_GUARD, port,
                                         EXCEPTION_DEFAULT, THREAD_STATE_NONE);
    posix_spawnattr_set_registered_ports_np(&attributes, &port, 1);
    posix_spawnattr_set_importancewatch_port_np(&attributes, 1, &port);
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 12; i++)
        posix_spawn_file_actions_addopen(&actions, HIGH + i, "/dev/null", O_RDONLY, 0);
    char *argv[] = { (char *)"x", NULL };
    int next = dup(0);
    close(next);
    for (int i = 0; i < rounds(10000); i++)
        REQUIRE_EQ(posix_spawn(NULL, "/no/such/program", &actions, &attributes, argv, NULL), ENOENT);
    CHECK_EQ(dup(0), next);
    close(next);
    CHECK_EQ(sends_of(port), 1);
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    CHECK_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status, &count),
             OK);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    receive_free(port);
}

/* ---- start suspended, set exec ---- */

static pid_t start_suspended(const char *word, const char *argument)
{
    pid_t pid = 0;
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_START_SUSPENDED);
    int error = start(&pid, NULL, &attributes, word, argument);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOTSUP)
        SKIP("nobody may trace here");
    REQUIRE_EQ(error, 0);
    return pid;
}

TEST(a_program_started_suspended_waits_for_a_signal, "F134 F186")
{
    int status = 0;
    struct proc_bsdshortinfo info;
    pid_t pid = start_suspended("exit", "5");
    CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
    CHECK(WIFSTOPPED(status));
    CHECK_EQ(proc_pidinfo(pid, PROC_PIDT_SHORTBSDINFO, 0, &info, sizeof info), sizeof info);
    CHECK_EQ(info.pbsi_status, SSTOP);
    usleep(20000);
    CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
    CHECK_EQ(kill(pid, SIGCONT), 0);
    CHECK_EQ(status_of(pid), 5 << 8);
}

TEST(a_program_started_suspended_can_be_killed_before_it_runs, "F134 F186")
{
    pid_t pid = start_suspended("exit", "5");
    CHECK_EQ(kill(pid, SIGKILL), 0);
    CHECK_EQ(status_of(pid), SIGKILL);
}

TEST(a_missing_program_is_told_at_once_when_started_suspended, "F134 F186")
{
    posix_spawnattr_t attributes;
    char *argv[] = { (char *)"x", NULL };
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_START_SUSPENDED);
    int error = posix_spawn(NULL, "/no/such/program", NULL, &attributes, argv, NULL);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOTSUP)
        SKIP("nobody may trace here");
    CHECK_EQ(error, ENOENT);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

TEST(set_exec_makes_the_caller_the_program, "F101 F107")
{
    mach_port_t port;
    posix_spawnattr_t attributes = reporting(&port);
    pid_t pid = 0;
    REQUIRE_EQ(start(&pid, NULL, &attributes, "setexec", NULL), 0);
    struct report report = take_report(port);
    CHECK_EQ(report.pid, pid);
    CHECK_STR_EQ(report.argument, "by setexec");
    CHECK_EQ(status_of(pid), 0);
    done(&attributes, port);
}

TEST(a_set_exec_that_fails_leaves_the_caller_as_it_was, "F95 F107 T166")
{
    posix_spawnattr_t attributes;
    char *argv[] = { (char *)"x", NULL };
    mach_port_t self = mach_task_self(), port = both_new();
    sigset_t before, after;
    sigprocmask(SIG_BLOCK, NULL, &before);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETEXEC);
    posix_spawnattr_set_importancewatch_port_np(&attributes, 1, &port);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(posix_spawn(NULL, "/no/such/program", NULL, &attributes, argv, NULL), ENOENT);
    sigprocmask(SIG_BLOCK, NULL, &after);
    CHECK_EQ(memcmp(&before, &after, 8), 0);
    CHECK_EQ(type_of(self), MACH_PORT_TYPE_SEND);
    CHECK_EQ(sends_of(port), 1);
    posix_spawnattr_set_uid_np(&attributes, 1);
    CHECK_EQ(posix_spawn(NULL, "/no/such/program", NULL, &attributes, argv, NULL), ENOTSUP);
    posix_spawnattr_destroy(&attributes);
    receive_free(port);
}

TEST(a_set_exec_that_fails_behind_its_point_of_no_return_ends_the_caller, "F108 F112")
{
    pid_t pid = 0;
    REQUIRE_EQ(start(&pid, NULL, NULL, "setexec-session", getenv("IMAGE")), 0);
    CHECK_EQ(status_of(pid), SIGKILL);
    REQUIRE_EQ(start(&pid, NULL, NULL, "setexec-session", "/no/such/program"), 0);
    CHECK_EQ(status_of(pid), ENOENT << 8);
}

/* ---- objects ---- */

TEST(attribute_objects_begin_empty_and_give_back_what_they_got, "F109 F113")
{
    posix_spawnattr_t attributes;
    short flags = -1;
    pid_t group = -1;
    sigset_t set, got;
    int number = -1;
    uint64_t wide = 99, interval = 99;
    CHECK_EQ(posix_spawnattr_init(&attributes), 0);
    CHECK_EQ(posix_spawnattr_getflags(&attributes, &flags), 0);
    CHECK_EQ(flags, 0);
    CHECK_EQ(posix_spawnattr_getpgroup(&attributes, &group), 0);
    CHECK_EQ(group, 0);
    posix_spawnattr_setflags(&attributes, (short)0xc0ff);
    posix_spawnattr_getflags(&attributes, &flags);
    CHECK_EQ(flags, (short)0xc0ff);
    posix_spawnattr_setpgroup(&attributes, 77);
    posix_spawnattr_getpgroup(&attributes, &group);
    CHECK_EQ(group, 77);
    sigfillset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_getsigmask(&attributes, &got);
    CHECK_EQ(memcmp(&set, &got, sizeof set), 0);
    posix_spawnattr_setprocesstype_np(&attributes, POSIX_SPAWN_PROC_TYPE_DAEMON_ADAPTIVE);
    posix_spawnattr_getprocesstype_np(&attributes, &number);
    CHECK_EQ(number, POSIX_SPAWN_PROC_TYPE_DAEMON_ADAPTIVE);
    posix_spawnattr_setpcontrol_np(&attributes, POSIX_SPAWN_PCONTROL_KILL);
    posix_spawnattr_getpcontrol_np(&attributes, &number);
    CHECK_EQ(number, POSIX_SPAWN_PCONTROL_KILL);
    CHECK_EQ(posix_spawnattr_set_qos_clamp_np(&attributes, POSIX_SPAWN_PROC_CLAMP_LAST), EINVAL);
    posix_spawnattr_set_qos_clamp_np(&attributes, POSIX_SPAWN_PROC_CLAMP_UTILITY);
    posix_spawnattr_get_qos_clamp_np(&attributes, &wide);
    CHECK_EQ(wide, POSIX_SPAWN_PROC_CLAMP_UTILITY);
    posix_spawnattr_set_darwin_role_np(&attributes, 1);
    posix_spawnattr_get_darwin_role_np(&attributes, &wide);
    CHECK_EQ(wide, 1);
    posix_spawnattr_setcpumonitor(&attributes, 50, 7);
    posix_spawnattr_getcpumonitor(&attributes, &wide, &interval);
    CHECK_EQ(wide, 50);
    CHECK_EQ(interval, 7);
    posix_spawnattr_setcpumonitor_default(&attributes);
    posix_spawnattr_getcpumonitor(&attributes, &wide, &interval);
    CHECK_EQ(wide, 254);
    CHECK_EQ(posix_spawnattr_destroy(&attributes), 0);
}

TEST(destroyed_objects_are_refused, "F110 F137")
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_destroy(&attributes), 0);
    CHECK(attributes == NULL);
    CHECK_EQ(posix_spawnattr_destroy(&attributes), EINVAL);
    CHECK_EQ(posix_spawnattr_setflags(&attributes, 0), EINVAL);
    CHECK_EQ(posix_spawnattr_setflags(NULL, 0), EINVAL);
    posix_spawn_file_actions_init(&actions);
    CHECK_EQ(posix_spawn_file_actions_destroy(&actions), 0);
    CHECK_EQ(posix_spawn_file_actions_destroy(&actions), EINVAL);
    CHECK_EQ(posix_spawn_file_actions_addclose(&actions, 1), EINVAL);
}

TEST(setters_refuse_what_does_not_fit, "F104 F115 F137")
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    char name[2000];
    gid_t groups[17] = { 0 };
    uint32_t ms[] = { 1, 2, 60000 };
    void *data = NULL;
    size_t size = 0;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    posix_spawnattr_init(&attributes);
    CHECK_EQ(posix_spawnattr_set_groups_np(&attributes, 17, groups, 0), EINVAL);
    CHECK_EQ(posix_spawnattr_set_groups_np(&attributes, 1, NULL, 0), EINVAL);
    CHECK_EQ(posix_spawnattr_set_login_np(&attributes, name), ERANGE);
    CHECK_EQ(posix_spawnattr_setcoalition_np(&attributes, 1, 2, 0), EINVAL);
    CHECK_EQ(posix_spawnattr_set_persona_uid_np(&attributes, 1), EINVAL);
    CHECK_EQ(posix_spawnattr_set_persona_np(&attributes, 1, 8), EINVAL);
    CHECK_EQ(posix_spawnattr_set_jetsam_ttr_np(&attributes, 0, ms), EINVAL);
    CHECK_EQ(posix_spawnattr_set_jetsam_ttr_np(&attributes, 3, ms), 0);
    CHECK_EQ(posix_spawnattr_set_csm_np(&attributes, 8), EINVAL);
    CHECK_EQ(posix_spawnattr_set_subsystem_root_path_np(&attributes, name), ENAMETOOLONG);
    CHECK_EQ(posix_spawnattr_set_conclave_id_np(&attributes, name), ERANGE);
    CHECK_EQ(posix_spawnattr_getmacpolicyinfo_np(&attributes, "a", &data, &size), ESRCH);
    CHECK_EQ(posix_spawnattr_setmacpolicyinfo_np(&attributes, "a", name, 3), 0);
    CHECK_EQ(posix_spawnattr_setmacpolicyinfo_np(&attributes, "a", name, 5), 0);
    CHECK_EQ(posix_spawnattr_getmacpolicyinfo_np(&attributes, "a", &data, &size), 0);
    CHECK_EQ(size, 5);
    CHECK_MEM_EQ(data, "xxxxx", 5);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_init(&actions);
    CHECK_EQ(posix_spawn_file_actions_addclose(&actions, -1), EBADF);
    CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, 1, 10240), EBADF);
    CHECK_EQ(posix_spawn_file_actions_addchdir_np(&actions, name), ENAMETOOLONG);
    posix_spawn_file_actions_destroy(&actions);
}

/* ---- signals to a program that is being started ---- */

static char fifo[64], witness[64];

struct signalled {
    int signal;
    bool was_alive;
};

/* The child stands in its first file action until the fifo has a writer. */
static void *send_signal(void *argument)
{
    struct signalled *signalled = argument;
    siginfo_t info = { 0 };
    pid_t child = 0;
    while (proc_listchildpids(getpid(), &child, sizeof child) < 1 || child == 0)
        usleep(1000);
    usleep(20000);
    kill(child, signalled->signal);
    signalled->was_alive = true;
    for (int ms = 0; ms < (signalled->signal == SIGKILL ? PATIENCE_MS : 20) && signalled->was_alive; ms++) {
        usleep(1000);
        signalled->was_alive =
            waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
    }
    int fd = open(fifo, O_WRONLY | (signalled->was_alive ? 0 : O_NONBLOCK));
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int status_after_signal(struct signalled *signalled)
{
    posix_spawn_file_actions_t actions;
    pthread_t thread;
    pid_t pid = 0;
    snprintf(fifo, sizeof fifo, "/tmp/machd-fifo-%d", getpid());
    snprintf(witness, sizeof witness, "/tmp/machd-witness-%d", getpid());
    REQUIRE_EQ(mkfifo(fifo, 0600), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, HIGH, fifo, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, HIGH + 1, witness, O_WRONLY | O_CREAT, 0600);
    pthread_create(&thread, NULL, send_signal, signalled);
    CHECK_EQ(start(&pid, &actions, NULL, "exit", "6"), 0);
    pthread_join(thread, NULL);
    posix_spawn_file_actions_destroy(&actions);
    unlink(fifo);
    return status_of(pid);
}

TEST(a_signal_to_a_program_that_is_being_started_waits_until_it_has_been, "F52")
{
    struct signalled signalled = { .signal = SIGTERM };
    CHECK_EQ(status_after_signal(&signalled), SIGTERM);
    CHECK(signalled.was_alive);
    CHECK_EQ(unlink(witness), 0);
}

TEST(a_program_killed_while_it_is_being_started_never_runs, "F52")
{
    struct signalled signalled = { .signal = SIGKILL };
    CHECK_EQ(status_after_signal(&signalled), SIGKILL);
    CHECK(!signalled.was_alive);
    CHECK_EQ(unlink(witness), -1);
}
