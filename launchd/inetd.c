/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/inetd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/process.h"
#include "launchd/sockets.h"

struct inetd_process {
    TAILQ_ENTRY(inetd_process) link; /* m->connections */
    struct managed *m;               /* NULL: its job has gone */
    pid_t pid;
    struct event death, report;
    uint64_t ticket;
};

bool inetd_serves(const struct managed *m)
{
    return m->config != NULL && m->config->inetd == INETD_EACH;
}

void inetd_prepare(int listener)
{
    fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
}

/* ---- ending ---- */

static void close_event(struct event *event)
{
    int fd = event->fd;

    event_clear(event);
    if (fd >= 0)
        close(fd);
}

/* By the exec, which closes it, or by the end before one. */
static void report_is_here(struct event *event)
{
    struct inetd_process *p = container_of(event, struct inetd_process, report);
    int error = event->fd >= 0 ? process_outcome(event->fd, p->ticket) : 0;

    close_event(event);
    if (error != 0 && p->m != NULL)
        managed_tell(p->m, "cannot be executed: %s", strerror(error));
}

static void leave(struct inetd_process *p)
{
    if (p->m == NULL)
        return;
    TAILQ_REMOVE(&p->m->connections, p, link);
    if (p->m->n_connections-- == INETD_MAX && p->m->ports == PORT_WATCHED)
        sockets_watch(p->m, true);
    p->m = NULL;
}

/* What it leaves in its group ends too (B126). */
static void has_ended(struct event *event)
{
    struct inetd_process *p = container_of(event, struct inetd_process, death);

    report_is_here(&p->report);
    if (p->m == NULL || !p->m->config->abandon_group)
        kill(-p->pid, SIGTERM);
    syscall(SYS_wait4, p->pid, NULL, 0, NULL);
    close_event(&p->death);
    leave(p);
    free(p);
}

void inetd_stop(struct managed *m)
{
    struct inetd_process *p;

    while ((p = TAILQ_FIRST(&m->connections)) != NULL) {
        syscall(SYS_pidfd_send_signal, p->death.fd, SIGTERM, NULL, 0);
        TAILQ_REMOVE(&m->connections, p, link);
        p->m = NULL;
    }
    m->n_connections = 0;
}

/* ---- starting ---- */

static bool watch_death(struct inetd_process *p)
{
    int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);

    if (fd >= 0 && event_watch(&p->death, fd, EPOLLIN, has_ended))
        return true;
    if (fd >= 0)
        close(fd);
    return false;
}

static int start(struct inetd_process *p, int connection)
{
    const struct domain *domain = p->m->job->domain;
    struct process_plan plan = { .config = p->m->config,
                                 .domain = domain->r->port,
                                 .variables = &domain->variables,
                                 .owner = domain->r->uid,
                                 .fds = &connection,
                                 .n_fds = 1,
                                 .input = -1 };
    struct spawned spawned;
    int error = process_make(&plan, &spawned);

    if (error != 0)
        return error;
    p->pid = spawned.pid;
    p->ticket = spawned.ticket;
    if (!watch_death(p)) {
        process_abandon(&spawned);
        return ENOMEM;
    }
    process_release(&spawned);
    if (!event_watch(&p->report, spawned.report, EPOLLIN, report_is_here))
        close(spawned.report);
    return 0;
}

static void serve(struct managed *m, int connection)
{
    struct inetd_process *p = calloc(1, sizeof(*p));
    int error = ENOMEM;

    if (p != NULL) {
        *p = (struct inetd_process){ .m = m, .death = { .fd = -1 }, .report = { .fd = -1 } };
        error = start(p, connection);
    }
    if (error != 0) {
        managed_tell(m, "cannot be started for a connection: %s", strerror(error));
        free(p);
        return;
    }
    m->job->r->n_runs++;
    m->job->r->started = timer_now();
    TAILQ_INSERT_TAIL(&m->connections, p, link);
    m->n_connections++;
    managed_tell(m, "is started for a connection as process %d", (int)p->pid);
}

bool inetd_take(struct managed *m, int listener)
{
    while (m->n_connections < INETD_MAX) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0 && (errno == ECONNABORTED || errno == EINTR))
            continue;
        if (connection < 0)
            return errno == EAGAIN;
        serve(m, connection);
        close(connection);
    }
    return false;
}
