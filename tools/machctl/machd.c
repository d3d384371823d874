/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/machd.c - starting and ending a machd */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/place.h"
#include "tools/machctl/verbs.h"

/* B7: a session of its own, default signals, soft limits raised. */
static void leave_caller(void)
{
    sigset_t none;
    struct rlimit files;

    setsid();
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* What machd and launchd say goes where the program's errors go, to a file if there is one, or nowhere. */
static void direct_output(int root, const char *log)
{
    int null = open("/dev/null", O_RDWR), file = -1;

    if (log != NULL) {
        file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (file < 0) {
            fprintf(stderr, "machctl: %s: %s\n", log, strerror(errno));
            _exit(1);
        }
    }
    dup2(null, STDIN_FILENO);
    if (file >= 0 || root == 0)
        dup2(file >= 0 ? file : null, STDERR_FILENO);
    dup2(root != 0 ? STDERR_FILENO : null, STDOUT_FILENO);
}

static _Noreturn void become_machd(int root, const char *config, const char *log, int ready)
{
    char machd[PATH_MAX], launchd[PATH_MAX], ready_text[16], root_text[16];
    const char *argv[14];
    int n = 0;

    if (!place_program("machd", machd) || !place_program("launchd", launchd)) {
        fprintf(stderr, "machctl: machd and launchd are not where they should be\n");
        _exit(1);
    }
    snprintf(ready_text, sizeof(ready_text), "%d", ready);
    snprintf(root_text, sizeof(root_text), "%d", root);
    argv[n++] = machd;
    argv[n++] = "--foreground";
    argv[n++] = "--launchd";
    argv[n++] = launchd;
    argv[n++] = "--ready-fd";
    argv[n++] = ready_text;
    if (root != 0) {
        argv[n++] = "--root";
        argv[n++] = root_text;
    }
    if (config != NULL) {
        argv[n++] = "--config";
        argv[n++] = config;
    }
    argv[n] = NULL;
    leave_caller();
    direct_output(root, log);
    execv(machd, (char **)argv);
    fprintf(stderr, "machctl: %s: %s\n", machd, strerror(errno));
    _exit(1);
}

int machd_start(int root, const char *config, const char *log)
{
    int ready[2];
    pid_t pid;
    char byte;
    ssize_t n;

    if (pipe(ready) != 0)
        return -1;
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    pid = fork();
    if (pid == 0)
        become_machd(root, config, log, ready[1]);
    close(ready[1]);
    do {
        n = read(ready[0], &byte, 1);
    } while (n < 0 && errno == EINTR);
    close(ready[0]);
    if (pid > 0 && n == 1)
        return pid;
    fprintf(stderr, "machctl: machd did not start\n");
    return -1;
}

int verb_start(int argc, char **argv)
{
    char socket[PATH_MAX];
    int fd;

    if (argc == 2 && argv[1][0] != '-')
        return verb_names(argc, argv);
    if (argc > 1) {
        fprintf(stderr, "usage: machctl start [LABEL]\n");
        return 1;
    }
    place_default(socket);
    fd = control_open(socket, 0);
    if (fd >= 0) {
        printf("machd runs already\n");
        close(fd);
        return 0;
    }
    if (machd_start(0, NULL, NULL) < 0)
        return 1;
    printf("machd serves at %s\n", socket);
    return 0;
}

int verb_stop(int argc, char **argv)
{
    char socket[PATH_MAX];
    int fd;

    if (argc == 2 && argv[1][0] != '-')
        return verb_names(argc, argv);
    if (argc > 1) {
        fprintf(stderr, "usage: machctl stop [LABEL]\n");
        return 1;
    }
    place_default(socket);
    fd = control_open(socket, 1);
    if (fd < 0) {
        fprintf(stderr, "machctl: no machd of this user runs\n");
        return 1;
    }
    if (control_shutdown(fd) != 0) {
        fprintf(stderr, "machctl: machd does not end: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
