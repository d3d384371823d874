/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/run.c - a program under a machd of its own
 *
 * This process is the root of that machd (F100): programs below it find the machd by walking up their parents to us, with an
 * empty environment if need be. It is a child subreaper, so that what daemonizes stays below it; and what is left when
 * PROGRAM has ended is killed. machd ends with us even when we are killed, and takes with it what uses it.
 */
#include <dirent.h>
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
#include "wire/attach.h"

static pid_t program; /* 0: none yet, or no more */

static void pass_on(int sig)
{
    if (program > 0)
        kill(program, sig);
}

/* What the terminal sends, PROGRAM gets by itself: it is in our process group. */
static void arrange_signals(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN },
                     forward = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
    sigaction(SIGTERM, &forward, NULL);
    sigaction(SIGHUP, &forward, NULL);
    sigaction(SIGUSR1, &forward, NULL);
    sigaction(SIGUSR2, &forward, NULL);
}

static const int arranged[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
#define N_ARRANGED (sizeof(arranged) / sizeof(arranged[0]))

static struct sigaction found[N_ARRANGED];

static void note_signals(void)
{
    for (size_t i = 0; i < N_ARRANGED; i++)
        sigaction(arranged[i], NULL, &found[i]);
}

static _Noreturn void become_program(char **argv, pid_t parent)
{
    for (size_t i = 0; i < N_ARRANGED; i++)
        sigaction(arranged[i], &found[i], NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    execvp(argv[0], argv);
    fprintf(stderr, "machctl: %s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Of everything that is not PROGRAM only the body has to be taken away. */
static int wait_for_program(void)
{
    int status = 0;
    pid_t pid;

    do {
        pid = waitpid(-1, &status, 0);
        if (pid < 0 && errno != EINTR)
            return 0;
    } while (pid != program);
    program = 0;
    return status;
}

/* ---- the end of everything below ---- */

static void kill_children(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    char path[300];
    FILE *children;
    int pid;

    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        snprintf(path, sizeof(path), "/proc/self/task/%s/children", entry->d_name);
        children = fopen(path, "re");
        while (children != NULL && fscanf(children, "%d", &pid) == 1)
            kill(pid, SIGKILL);
        if (children != NULL)
            fclose(children);
    }
    if (tasks != NULL)
        closedir(tasks);
}

/* What a child had below it becomes ours when it dies, so this goes on until there is nothing. */
static void end_all(void)
{
    pid_t pid;

    do {
        kill_children();
        do {
            pid = waitpid(-1, NULL, WNOHANG);
        } while (pid > 0);
        if (pid == 0)
            usleep(1000);
    } while (pid == 0);
}

static void end_machd(void)
{
    char socket[PATH_MAX];
    int fd;

    if (!place_of_root(getpid(), socket))
        return;
    fd = control_open(socket, 1);
    if (fd >= 0) {
        control_shutdown(fd);
        close(fd);
    }
}

/* As PROGRAM ended, so do we. */
static int end_as(int status)
{
    struct rlimit none = { 0, 0 };
    struct sigaction as_usual = { .sa_handler = SIG_DFL };

    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &none);
    sigaction(WTERMSIG(status), &as_usual, NULL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

int verb_run(int argc, char **argv)
{
    pid_t self = getpid();
    const char *config = NULL, *log = NULL;
    int first = 1, status;

    for (; first + 1 < argc; first += 2) {
        if (strcmp(argv[first], "--config") == 0)
            config = argv[first + 1];
        else if (strcmp(argv[first], "--log") == 0)
            log = argv[first + 1];
        else
            break;
    }
    if (first < argc && strcmp(argv[first], "--") == 0)
        first++;
    if (first >= argc) {
        fprintf(stderr, "usage: machctl run [--config FILE] [--log FILE] [--] PROGRAM [ARGUMENT...]\n");
        return 1;
    }
    unsetenv(ATTACH_ENV);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    note_signals();
    arrange_signals();
    if (machd_start(self, config, log) < 0) {
        end_all();
        return 1;
    }
    program = fork();
    if (program == 0)
        become_program(argv + first, self);
    if (program < 0) {
        fprintf(stderr, "machctl: cannot make a process: %s\n", strerror(errno));
        status = 1 << 8;
    } else {
        status = wait_for_program();
    }
    end_machd();
    end_all();
    return end_as(status);
}
