/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/helper.h"

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_LEAVING 64

/* Beside this program. */
static bool find(const char *name, char *program, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", program, size - 1);
    char *slash;

    if (n <= 0)
        return false;
    program[n] = 0;
    slash = strrchr(program, '/');
    return slash != NULL && (size_t)snprintf(slash + 1, size - (size_t)(slash + 1 - program), "%s", name) <
                                size - (size_t)(slash + 1 - program);
}

static bool run(struct helper *helper, const char *program, char **arguments, int to)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int error;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    posix_spawn_file_actions_addinherit_np(&actions, STDIN_FILENO);
    posix_spawn_file_actions_addinherit_np(&actions, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT);
    error = posix_spawn(&helper->pid, program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0)
        helper->pid = 0;
    return error == 0;
}

static bool run_with(struct helper *helper, const char *name, uid_t uid, char **words, int to)
{
    char program[PATH_MAX], uid_text[16], **arguments;
    size_t n = 0;
    bool ok;

    while (words[n] != NULL)
        n++;
    arguments = calloc(n + 3, sizeof(*arguments));
    if (arguments == NULL)
        return false;
    snprintf(uid_text, sizeof(uid_text), "%u", (unsigned)uid);
    arguments[0] = (char *)name;
    arguments[1] = uid_text;
    memcpy(arguments + 2, words, n * sizeof(*words));
    ok = find(name, program, sizeof(program)) && run(helper, program, arguments, to);
    free(arguments);
    return ok;
}

bool helper_start(struct helper *helper, const char *program, uid_t uid, char **words,
                  void (*says)(struct event *event))
{
    int ends[2];
    bool ok;

    helper->event.fd = -1;
    helper->pid = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    ok = run_with(helper, program, uid, words, ends[1]) && event_watch(&helper->event, ends[0], EPOLLIN, says);
    close(ends[1]);
    if (!ok) {
        close(ends[0]);
        helper_end(helper);
    }
    return ok;
}

/* A file system that does not answer may hold it; nobody waits for that. What has ended is collected at the next end. */
static void collect(pid_t pid)
{
    static pid_t leaving[N_LEAVING];
    size_t place = 0;

    for (size_t i = 0; i < N_LEAVING; i++) {
        if (leaving[i] != 0 && syscall(SYS_wait4, leaving[i], NULL, WNOHANG, NULL) != 0)
            leaving[i] = 0;
        if (leaving[i] == 0)
            place = i;
    }
    if (syscall(SYS_wait4, pid, NULL, WNOHANG, NULL) == 0)
        leaving[place] = pid;
}

void helper_end(struct helper *helper)
{
    int fd = helper->event.fd;

    event_clear(&helper->event);
    if (fd >= 0)
        close(fd);
    if (helper->pid > 0) {
        kill(helper->pid, SIGKILL);
        collect(helper->pid);
    }
    helper->pid = 0;
}
