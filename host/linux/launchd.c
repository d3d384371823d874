/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/launchd.c - the bootstrap server as a child of machd */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/linux/launchd.h"
#include "host/linux/listen.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/process.h"

#define FIRST_CHILD_FD 3
#define STASH_CHILD_FD "3"
#define ASK_CHILD_FD "4"
#define KEEP_CHILD_FD "5" /* and 6 */
#define MAX_WORDS 12
#define GOOD_RUN (10 * SECOND) /* one that lasted this long had no fault of its own */
#define BACKOFF_MIN (100 * MILLISECOND)
#define BACKOFF_MAX (10 * SECOND)
#define BACKOFF_MAX_SERVED (500 * MILLISECOND) /* everybody waits for it meanwhile */
#define TIME_TO_SERVE (100 * MILLISECOND)      /* by then it has begun, or ended by itself */
#define END_PATIENCE (22 * SECOND)             /* jobs get 20 s at most (launchd/instance.c) */

/* To the numbers from FIRST_CHILD_FD on: all out of the way of these first. */
static bool pass_on(int *fds, int n)
{
    for (int i = 0; i < n; i++)
        fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_CHILD_FD + n);
    for (int i = 0; i < n; i++) {
        if (fds[i] < 0 || dup2(fds[i], FIRST_CHILD_FD + i) < 0)
            return false;
    }
    return true;
}

static char **add_option(char **end, const char *name, const char *value)
{
    *end++ = (char *)name;
    *end++ = (char *)value;
    return end;
}

/* In the child. Only what is safe between fork and exec. */
static _Noreturn void become_launchd(const struct machd *m, const char *path, pid_t machd)
{
    const struct launchd *l = &m->launchd;
    int fds[] = { l->stash_fd, l->ask_fd[0], l->keep_fd[0], l->keep_fd[1] };
    char idle[16];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    config_restore_descriptors();
    if (getppid() != machd)
        _exit(1);
    if (!pass_on(fds, sizeof(fds) / sizeof(fds[0])))
        _exit(126);
    snprintf(idle, sizeof(idle), "%u", m->config.idle_domain);
    /* the mode it knows by its uid (B7) */
    char *arguments[MAX_WORDS] = { (char *)"launchd" }, **end = arguments + 1;
    end = add_option(end, "--stash", STASH_CHILD_FD);
    end = add_option(end, "--ask", ASK_CHILD_FD);
    end = add_option(end, "--keep", KEEP_CHILD_FD);
    if (*m->config.job_loader)
        end = add_option(end, "--places", m->config.job_loader);
    if (m->config.idle_domain)
        end = add_option(end, "--idle", idle);
    execv(path, arguments);
    _exit(127);
}

static const char *program(const struct machd *m)
{
    return m->options.launchd ? m->launchd_path : m->config.launchd;
}

static bool need_stash(struct machd *m)
{
    if (m->launchd.stash_fd < 0)
        m->launchd.stash_fd = memfd_create("launchd-stash", MFD_CLOEXEC);
    if (m->launchd.ask_fd[0] < 0 && pipe2(m->launchd.ask_fd, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    if (m->launchd.keep_fd[0] < 0 && socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, m->launchd.keep_fd) != 0)
        return false;
    return m->launchd.stash_fd >= 0;
}

void launchd_ask(struct machd *m, uint32_t uid)
{
    (void)!write(m->launchd.ask_fd[1], &uid, sizeof(uid));
}

/* Longer and longer for one that cannot even begin; not so for one that was killed at its work, however often. */
static void try_later(struct machd *m, bool has_served)
{
    struct launchd *l = &m->launchd;
    uint64_t max = has_served ? BACKOFF_MAX_SERVED : BACKOFF_MAX;
    l->backoff = l->backoff ? l->backoff * 2 : BACKOFF_MIN;
    if (l->backoff > max)
        l->backoff = max;
    l->restart_at = m->now + l->backoff;
}

static void watch_child(struct machd *m)
{
    int fd = (int)syscall(SYS_pidfd_open, m->launchd.pid, 0);
    if (fd >= 0 && watch_open(m, &m->launchd.death, WATCH_LAUNCHD, fd, EPOLLIN) == 0)
        return;
    log_line("launchd cannot be watched: %s", strerror(errno));
    kill(m->launchd.pid, SIGKILL);
    waitpid(m->launchd.pid, NULL, 0);
    m->launchd.pid = 0;
    try_later(m, false);
}

void launchd_start(struct machd *m)
{
    struct launchd *l = &m->launchd;
    pid_t self = getpid();
    if (!l->wanted || l->pid)
        return;
    setenv(ATTACH_ENV, listen_path(), 1);
    l->restart_at = 0;
    l->started = m->now;
    l->n_starts++;
    l->pid = need_stash(m) ? fork() : -1;
    if (l->pid == 0)
        become_launchd(m, program(m), self);
    if (l->pid > 0) {
        watch_child(m);
        return;
    }
    log_line("launchd cannot be started: %s", strerror(errno));
    l->pid = 0;
    try_later(m, false);
}

static void tell_why(const struct machd *m, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        log_line("launchd could not be executed: %s", program(m));
    else if (WIFEXITED(status))
        log_line("launchd ended with status %d", WEXITSTATUS(status));
    else
        log_line("launchd was ended by signal %d", WTERMSIG(status));
}

/* Its task goes first, so that its names are kept for the next one before that attaches. */
void launchd_died(struct machd *m)
{
    struct launchd *l = &m->launchd;
    struct process *process = process_find(m, l->pid);
    bool has_served = m->now - l->started >= TIME_TO_SERVE;
    siginfo_t info = { 0 };
    if (process)
        process_died(m, process);
    watch_close(m, &l->death);
    waitid(P_PID, (id_t)l->pid, &info, WEXITED | WNOHANG | WNOWAIT); /* collected with the orphans */
    if (m->stop)
        waitpid(l->pid, NULL, 0); /* nobody will any more */
    l->pid = 0;
    if (m->stop)
        return;
    tell_why(m, orphans_wait_status(&info));
    if (m->now - l->started >= GOOD_RUN)
        l->backoff = 0;
    try_later(m, has_served);
}

void launchd_look(struct machd *m, uint64_t now)
{
    if (m->launchd.restart_at && now >= m->launchd.restart_at && !m->stop)
        launchd_start(m);
}

bool launchd_is_ending(struct machd *m, uint64_t now)
{
    struct launchd *l = &m->launchd;
    if (!l->pid)
        return false;
    if (!l->end_by) {
        l->end_by = now + END_PATIENCE;
        kill(l->pid, SIGTERM);
    }
    return now < l->end_by;
}

void launchd_fini(struct machd *m)
{
    struct launchd *l = &m->launchd;
    if (l->pid) {
        kill(l->pid, SIGKILL);
        waitpid(l->pid, NULL, 0);
    }
    watch_close(m, &l->death);
    if (l->stash_fd >= 0)
        close(l->stash_fd);
    for (int i = 0; i < 2; i++) {
        if (l->ask_fd[i] >= 0)
            close(l->ask_fd[i]);
        if (l->keep_fd[i] >= 0)
            close(l->keep_fd[i]);
    }
}
