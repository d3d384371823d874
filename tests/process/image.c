/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/image.c - the program that the tests start: it reports what it finds, and does what its first argument says
 *
 *   report [TEXT]    reports, exits with 0
 *   exit N           exits with N
 *   priority         exits with the priority of its main thread
 *   setexec          becomes `report`, by posix_spawn; exits with the error if it cannot
 *   wait             until it is killed
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "tests/process/report.h"

enum { BROKEN = 101, SIGNALS = 64 };

static int priority(void)
{
    thread_extended_info_data_t info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    kern_return_t kr = thread_info(mach_thread_self(), THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    return kr == KERN_SUCCESS ? info.pth_curpri : BROKEN;
}

static uint64_t signals_blocked(void)
{
    sigset_t set;
    uint64_t bits = 0;
    sigprocmask(SIG_BLOCK, NULL, &set);
    for (int i = 1; i <= SIGNALS; i++)
        bits |= (uint64_t)(sigismember(&set, i) == 1) << (i - 1);
    return bits;
}

static uint64_t signals_ignored(void)
{
    struct sigaction action;
    uint64_t bits = 0;
    for (int i = 1; i <= SIGNALS; i++)
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            bits |= 1ull << (i - 1);
    return bits;
}

static uint64_t descriptors_open(void)
{
    uint64_t bits = 0;
    for (int fd = 0; fd < REPORT_DESCRIPTORS; fd++)
        bits |= (uint64_t)(fcntl(fd, F_GETFD) >= 0) << fd;
    return bits;
}

static uint32_t exception_behavior(void)
{
    exception_mask_t masks[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    exception_handler_t ports[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    if (task_get_exception_ports(mach_task_self(), EXC_MASK_ARITHMETIC, masks, &n, ports, behaviors,
                                 flavors) != KERN_SUCCESS)
        return BROKEN;
    return n > 0 && ports[0] != MACH_PORT_NULL ? (uint32_t)behaviors[0] : 0;
}

static void look_at_ports(struct report *report)
{
    mach_port_t bootstrap = MACH_PORT_NULL;
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    task_get_bootstrap_port(mach_task_self(), &bootstrap);
    report->same_bootstrap = bootstrap == bootstrap_port;
    mach_ports_lookup(mach_task_self(), &ports, &n);
    for (mach_msg_type_number_t i = 0; i < n; i++)
        report->n_registered += ports[i] != MACH_PORT_NULL;
    report->port.name = n > 0 ? ports[0] : MACH_PORT_NULL;
    report->exception_behavior = exception_behavior();
}

static int send_report(int argc, char **argv, int own_priority)
{
    struct report report = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = bootstrap_port,
                    .msgh_id = ID_REPORT },
        .body = { 1 },
        .port = { .disposition = MACH_MSG_TYPE_COPY_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
        .pid = getpid(),
        .parent = getppid(),
        .group = getpgrp(),
        .session = getsid(0),
        .uid = geteuid(),
        .gid = getegid(),
        .n_groups = (uint32_t)getgroups(0, NULL),
        .n_arguments = argc,
        .priority = own_priority,
        .persona_bits = (uint32_t)personality(0xffffffff),
        .descriptors = descriptors_open(),
        .mask = signals_blocked(),
        .ignored = signals_ignored(),
    };
    for (char **variable = environ; *variable != NULL; variable++)
        report.n_variables++;
    if (getcwd(report.directory, sizeof report.directory) == NULL)
        return BROKEN;
    snprintf(report.argument, sizeof report.argument, "%s", argv[argc - 1]);
    look_at_ports(&report);
    return mach_msg(&report.header, MACH_SEND_MSG, offsetof(struct report, trailer), 0, 0, 0, 0) == KERN_SUCCESS
               ? 0
               : BROKEN;
}

static int set_exec(char *self)
{
    char *argv[] = { self, (char *)"report", (char *)"by setexec", NULL };
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETEXEC);
    int error = posix_spawn(NULL, self, NULL, &attributes, argv, NULL);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Its own group's leader cannot begin a session. */
static int set_exec_with_session(char *program)
{
    char *argv[] = { program, (char *)"exit", (char *)"7", NULL };
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETEXEC | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSID);
    int error = posix_spawn(NULL, program, NULL, &attributes, argv, NULL);
    posix_spawnattr_destroy(&attributes);
    return error;
}

int main(int argc, char **argv)
{
    int own_priority = priority();
    const char *word = argc > 1 ? argv[1] : "report";
    if (strcmp(word, "report") == 0)
        return send_report(argc, argv, own_priority);
    if (strcmp(word, "exit") == 0 && argc > 2)
        return atoi(argv[2]);
    if (strcmp(word, "priority") == 0)
        return own_priority;
    if (strcmp(word, "setexec") == 0)
        return set_exec(argv[0]);
    if (strcmp(word, "setexec-session") == 0 && argc > 2)
        return set_exec_with_session(argv[2]);
    while (strcmp(word, "wait") == 0)
        pause();
    return BROKEN;
}
