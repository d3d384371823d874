/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/job.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/process.h"
#include "launchd/service.h"
#include "launchd/sockets.h"
#include "wire/process.h"

#define KILL_PATIENCE (4 * TIMER_SECOND)      /* B127 */
#define SHUTDOWN_PATIENCE (20 * TIMER_SECOND) /* machd waits for us somewhat longer */

/* ---- ending an instance ---- */

static bool is_crash(int status)
{
    static const int crashes[] = { SIGILL, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGSYS, SIGTRAP };

    for (size_t i = 0; WIFSIGNALED(status) && i < sizeof(crashes) / sizeof(crashes[0]); i++) {
        if (WTERMSIG(status) == crashes[i])
            return true;
    }
    return false;
}

/* B119 */
bool instance_has_crashed(const struct managed *m)
{
    const struct job_record *r = m->job->r;

    return r->end == JOB_END_STATUS && !managed_has(m, JOB_STOPPED) && is_crash(r->end_status);
}

void instance_last_end(const struct managed *m, char *text, size_t size)
{
    const struct job_record *r = m->job->r;
    const char *name;

    switch ((enum job_end)r->end) {
    case JOB_END_NEVER: snprintf(text, size, "never"); break;
    case JOB_END_UNKNOWN: snprintf(text, size, "unknown"); break;
    case JOB_END_EXEC:
        name = strerrorname_np(r->end_status);
        snprintf(text, size, "exec: %s", name != NULL ? name : "?");
        break;
    case JOB_END_STATUS:
        if (WIFEXITED(r->end_status))
            snprintf(text, size, "exited %d", WEXITSTATUS(r->end_status));
        else
            snprintf(text, size, "signal %d", WTERMSIG(r->end_status));
        break;
    }
}

static void set_end(struct managed *m, enum job_end end, int status)
{
    m->job->r->end = end;
    m->job->r->end_status = status;
}

/* Its process was never told to go on: nothing has been started. */
static void undo_start(struct managed *m)
{
    struct job_record *r = m->job->r;

    r->n_runs -= (uint16_t)r->n_runs == r->exec_error;
    job_set_pid(m->job, 0);
    m->state = MANAGED_WAITING;
    m->at_once = !m->is_child;
    managed_mark(m, JOB_PENDING, JOB_STARTING);
    managed_touch(m);
}

static void close_event(struct event *event)
{
    int fd = event->fd;

    event_clear(event);
    if (fd >= 0)
        close(fd);
}

/* What the child has to say about its exec. */
static void take_report(struct managed *m)
{
    int error = m->report.fd >= 0 ? process_outcome(m->report.fd, m->ticket) : 0;

    close_event(&m->report);
    if (error != 0) {
        m->job->r->exec_error = (uint16_t)error;
        managed_mark(m, JOB_EXEC_FAILED, 0);
        managed_tell(m, "cannot be executed: %s", strerror(error));
    } else if (m->state == MANAGED_SPAWNING) {
        m->state = MANAGED_RUNNING;
    }
}

static void report_is_here(struct event *event)
{
    take_report(container_of(event, struct managed, report));
}

/* B126. The number of a group is nobody else's while it has members; it is another group's only if a process has it. */
static void end_group(const struct managed *m)
{
    const struct job_record *r = m->job->r;

    if (m->config->abandon_group)
        return;
    if (m->is_child || kill(r->pid, 0) != 0 || host_start_time(r->pid, NULL) == r->start_time)
        kill(-r->pid, SIGTERM);
}

/* As wait says it, of a child that has ended and stays to be collected. */
static int status_of_child(pid_t pid)
{
    siginfo_t info = { 0 };

    syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, NULL);
    return info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0)
                                      : info.si_status | (info.si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

/* A job that another launchd started is not our child, but was left to machd. Until the record says how it ended somebody must
 * be able to say it again: so a child is collected after that. */
static void note_end(struct managed *m)
{
    struct job_record *r = m->job->r;
    int status = 0;
    bool is_known = true;

    end_group(m);
    if (m->is_child)
        status = status_of_child(r->pid);
    else
        is_known = host_process_status(r->pid, r->start_time, &status);
    if (managed_has(m, JOB_STARTING))
        return;
    if (managed_has(m, JOB_EXEC_FAILED))
        set_end(m, JOB_END_EXEC, r->exec_error);
    else
        set_end(m, is_known ? JOB_END_STATUS : JOB_END_UNKNOWN, status);
}

static void collect(const struct managed *m, pid_t pid)
{
    if (m->is_child)
        syscall(SYS_wait4, pid, NULL, 0, NULL);
}

/* B70: what it took without declaring it ends with the process. */
static void end_dynamic_names(struct managed *m)
{
    struct service *service = TAILQ_FIRST(&m->job->services);

    while (service != NULL) {
        struct service *next = TAILQ_NEXT(service, in_job);
        if (!service_is_declared(service))
            service_end(service);
        service = next;
    }
}

/* All that depends on the end is in the record before that is without its process. */
static void ended(struct managed *m)
{
    const pid_t pid = m->job->r->pid;
    char how[64];

    take_report(m);
    close_event(&m->death);
    timer_clear(&m->timer);
    end_dynamic_names(m);
    note_end(m);
    if (managed_has(m, JOB_STARTING)) {
        undo_start(m);
        collect(m, pid);
        return;
    }
    if (instance_has_crashed(m))
        managed_mark(m, JOB_CRASHED, 0);
    if (m->config->launch_only_once)
        managed_mark(m, JOB_REMOVING, JOB_PENDING);
    job_set_pid(m->job, 0);
    m->state = MANAGED_WAITING;
    collect(m, pid);
    instance_last_end(m, how, sizeof(how));
    managed_tell(m, "has ended: %s%s", how, instance_has_crashed(m) ? " (a crash)" : "");
    managed_others_changed();
    managed_touch(m);
}

static void death_is_here(struct event *event)
{
    ended(container_of(event, struct managed, death));
}

/* ---- stopping ---- */

static void send_signal(struct managed *m, int number)
{
    syscall(SYS_pidfd_send_signal, m->death.fd, number, NULL, 0);
}

static void complain(struct timer *timer)
{
    managed_tell(container_of(timer, struct managed, timer), "does not end, though it was killed");
}

static void kill_it(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, timer);

    managed_tell(m, "has not ended after SIGTERM, and is killed");
    m->state = MANAGED_KILLING;
    send_signal(m, SIGKILL);
    timer_set(&m->timer, timer_now() + KILL_PATIENCE, complain);
}

static uint64_t patience(const struct managed *m)
{
    uint64_t limit = m->config->exit_timeout * TIMER_SECOND;

    if (managed_is_shutting_down() && (limit == 0 || limit > SHUTDOWN_PATIENCE))
        return SHUTDOWN_PATIENCE;
    return limit;
}

void instance_stop(struct managed *m)
{
    if (m->job->r->pid == 0 || m->state == MANAGED_STOPPING || m->state == MANAGED_KILLING)
        return;
    managed_tell(m, "is stopped");
    managed_mark(m, JOB_STOPPED, 0);
    m->state = MANAGED_STOPPING;
    send_signal(m, SIGTERM);
    if (patience(m) != 0)
        timer_set(&m->timer, timer_now() + patience(m), kill_it);
}

/* ---- starting ---- */

static bool watch_process(struct managed *m, pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (fd >= 0 && event_watch(&m->death, fd, EPOLLIN, death_is_here))
        return true;
    if (fd >= 0)
        close(fd);
    return false;
}

static void cannot_start(struct managed *m, int error)
{
    managed_mark(m, 0, JOB_STARTING);
    set_end(m, JOB_END_EXEC, error);
    managed_tell(m, "cannot be started: %s", strerror(error));
    managed_touch(m);
}

/* The inactive ones, that whose message came first in front (B149). */
static size_t services_to_watch(const struct managed *m, mach_port_t *ports, size_t max)
{
    const struct service *service;
    size_t n = 0;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (n == max || !service_is_declared(service) || service->r->state != SERVICE_INACTIVE)
            continue;
        ports[n] = service->r->port;
        if (ports[n] == m->demanded) {
            ports[n] = ports[0];
            ports[0] = m->demanded;
        }
        n++;
    }
    return n;
}

static int make_process(struct managed *m, struct spawned *spawned)
{
    mach_port_t watch[SPAWN_WATCH_MAX];
    int fds[SOCKETS_MAX], error;
    char *names = sockets_names(m);
    struct process_plan plan = { .config = m->config,
                                 .watch = watch,
                                 .n_watch = services_to_watch(m, watch, SPAWN_WATCH_MAX),
                                 .domain = m->job->domain->r->port,
                                 .variables = &m->job->domain->variables,
                                 .owner = m->job->r->uid,
                                 .suspended = m->suspended,
                                 .fds = fds,
                                 .n_fds = names != NULL ? m->n_sockets : 0,
                                 .fd_names = names,
                                 .input = sockets_input(m),
                                 .record = m->job->r };

    for (size_t i = 0; i < plan.n_fds; i++)
        fds[i] = sockets_fd(m, i);
    error = process_make(&plan, spawned);
    free(names);
    return error;
}

/* The caller's, if it is a message's (B149). */
static int own_priority(void)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    mach_port_t self = mach_thread_self();

    thread_info(self, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    mach_port_deallocate(mach_task_self(), self);
    return info.pth_priority;
}

/* The record is complete before the child goes on. */
void instance_start(struct managed *m)
{
    struct job_record *r = m->job->r;
    struct spawned spawned;
    int error;

    managed_watch_ports(m, PORT_PAUSED);
    r->exec_error = (uint16_t)(r->n_runs + 1);
    managed_mark(m, JOB_STARTING, JOB_PENDING | JOB_STOPPED | JOB_CHECKED_IN | JOB_EXEC_FAILED);
    timer_clear(&m->timer);
    r->started = timer_now();
    m->start_priority = own_priority();
    r->n_runs++;
    memcpy(r->reason, r->why, sizeof(r->reason));
    error = make_process(m, &spawned);
    m->at_once = m->suspended = false;
    m->demanded = MACH_PORT_NULL;
    if (error != 0) {
        cannot_start(m, error);
        return;
    }
    r->start_time = host_start_time(spawned.pid, NULL);
    if (!watch_process(m, spawned.pid) || !job_set_pid(m->job, spawned.pid)) {
        close_event(&m->death);
        process_abandon(&spawned);
        cannot_start(m, ENOMEM);
        return;
    }
    m->is_child = true;
    m->ticket = spawned.ticket;
    m->state = MANAGED_SPAWNING;
    managed_tell(m, "is started as process %d: %s", (int)spawned.pid, r->reason);
    process_release(&spawned);
    managed_others_changed();
    if (!event_watch(&m->report, spawned.report, EPOLLIN, report_is_here))
        close(spawned.report);
}

int instance_signal(struct managed *m, int number)
{
    if (m->job->r->pid == 0)
        return ESRCH;
    return syscall(SYS_pidfd_send_signal, m->death.fd, number, NULL, 0) == 0 ? 0 : errno;
}

/* ---- after another launchd (B14) ---- */

/* Its process goes on as if nothing had been, or has ended meanwhile. */
void instance_take_over(struct managed *m)
{
    struct job_record *r = m->job->r;

    m->is_child = false;
    if (r->pid == 0) {
        if (managed_has(m, JOB_STARTING))
            undo_start(m);
        return;
    }
    m->state = MANAGED_RUNNING;
    managed_watch_ports(m, PORT_PAUSED);
    if (!watch_process(m, r->pid) || host_start_time(r->pid, NULL) != r->start_time)
        ended(m);
    else if (managed_has(m, JOB_STOPPED | JOB_REMOVING))
        instance_stop(m);
}

void instance_close(struct managed *m)
{
    timer_clear(&m->timer);
    close_event(&m->death);
    close_event(&m->report);
}
