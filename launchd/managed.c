/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/managed.h"

#include <errno.h>
#include <stdarg.h>
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
#include "launchd/plist.h"
#include "launchd/service.h"
#include "launchd/spawn.h"

#define KILL_PATIENCE (4 * TIMER_SECOND)     /* B127 */
#define SHUTDOWN_PATIENCE (2 * TIMER_SECOND) /* machd waits for us a second longer */
#define RETRY_SECONDS 10u                    /* after a failed exec (B124) */

static struct managed_list all = TAILQ_HEAD_INITIALIZER(all);
static TAILQ_HEAD(, managed) touched = TAILQ_HEAD_INITIALIZER(touched);
static struct index by_label;
static bool shutting_down;

const struct managed_list *managed_all(void)
{
    return &all;
}

bool managed_is_shutting_down(void)
{
    return shutting_down;
}

static struct job_record *record_of(const struct managed *m)
{
    return m->job->r;
}

static bool has(const struct managed *m, enum job_flags flag)
{
    return atomic_load(&record_of(m)->flags) & flag;
}

static void mark(struct managed *m, enum job_flags set, enum job_flags clear)
{
    uint32_t flags = atomic_load(&record_of(m)->flags);

    atomic_store(&record_of(m)->flags, (flags & ~(uint32_t)clear) | set);
}

/* Every decision is told with its reason. */
static void tell(const struct managed *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell(const struct managed *m, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    log_line("%s: %s", record_of(m)->label, text);
}

static void set_why(struct managed *m, const char *why)
{
    snprintf(record_of(m)->why, sizeof(record_of(m)->why), "%s", why);
}

/* ---- finding ---- */

static uint64_t label_key(const char *label)
{
    return index_hash(0, label, strlen(label));
}

struct managed *managed_find(const char *label)
{
    struct index_node *node = index_find(&by_label, label_key(label));
    struct managed *leaving = NULL;

    for (; node != NULL; node = index_next(node)) {
        struct managed *m = container_of(node, struct managed, by_label);
        if (strcmp(record_of(m)->label, label) != 0)
            continue;
        if (!has(m, JOB_REMOVING))
            return m;
        leaving = m;
    }
    return leaving;
}

bool managed_is_alive(const struct managed *m)
{
    const struct job_record *r = record_of(m);

    return r->pid != 0 && (m->is_child || host_start_time(r->pid, NULL) == r->start_time);
}

bool managed_is_on_demand(const struct managed *m)
{
    return m->config != NULL && !m->config->keep_alive && !has(m, JOB_REMOVING) && !shutting_down;
}

/* ---- its ports ---- */

static bool is_declared(const struct service *service)
{
    return service->r->flags & SERVICE_DECLARED;
}

/* B132: while it waits, a message is a demand; else nobody looks (B136). */
static void watch_ports(struct managed *m, bool on)
{
    struct service *service;

    if (m->watching == on)
        return;
    m->watching = on;
    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (!is_declared(service) || service->r->state != SERVICE_INACTIVE)
            continue;
        if (!on)
            events_forget_port(service->r->port);
        else if (!events_watch_port(service->r->port))
            tell(m, "cannot watch %s", service->r->name);
    }
}

static bool has_service_out(const struct managed *m)
{
    struct service *service;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (is_declared(service) && service->r->state == SERVICE_ACTIVE)
            return true;
    }
    return false;
}

static const struct service *with_message(const struct managed *m)
{
    const struct service *service;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (is_declared(service) && service->r->state == SERVICE_INACTIVE && service_n_messages(service) > 0)
            return service;
    }
    return NULL;
}

/* B140: before a restart is considered, when the process is collected and the rights are back. */
static void drain_after_crash(struct managed *m)
{
    struct service *service;

    if (!has(m, JOB_CRASHED))
        return;
    mark(m, 0, JOB_CRASHED);
    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (service->r->flags & (SERVICE_DRAIN_ONE | SERVICE_DRAIN_ALL))
            tell(m, "%u messages on %s are destroyed after the crash", service_drain(service),
                 service->r->name);
    }
}

void managed_demand(mach_port_t port)
{
    struct watch *watch = NULL;
    struct service *service;
    char why[sizeof(((struct job_record *)0)->why)];

    events_forget_port(port);
    while ((watch = watch_next(port, watch)) != NULL && watch->kind != WATCH_SERVICE)
        ;
    service = watch == NULL ? NULL : container_of(watch, struct service, port);
    if (service == NULL || service->job->managed == NULL || !service->job->managed->watching)
        return;
    service_tell_demand(service, why, sizeof(why));
    set_why(service->job->managed, why);
    mark(service->job->managed, JOB_PENDING | JOB_DEMANDED, 0);
    managed_touch(service->job->managed);
}

void managed_checked_in(struct managed *m)
{
    mark(m, JOB_CHECKED_IN, 0);
    managed_touch(m);
}

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
static bool has_crashed(const struct managed *m)
{
    const struct job_record *r = record_of(m);

    return r->end == JOB_END_STATUS && !has(m, JOB_STOPPED) && is_crash(r->end_status);
}

void managed_last_end(const struct managed *m, char *text, size_t size)
{
    const struct job_record *r = record_of(m);
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
    record_of(m)->end = end;
    record_of(m)->end_status = status;
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
    int error = m->report.fd >= 0 ? spawn_outcome(m->report.fd) : 0;

    close_event(&m->report);
    if (error != 0) {
        set_end(m, JOB_END_EXEC, error);
        tell(m, "cannot be executed: %s", strerror(error));
    } else if (m->state == MANAGED_SPAWNING) {
        m->state = MANAGED_RUNNING;
    }
}

static void report_is_here(struct event *event)
{
    take_report(container_of(event, struct managed, report));
}

/* A job that another launchd started is not our child: how it ended cannot be known, and its group's number may be another's. */
static void collect(struct managed *m)
{
    struct job_record *r = record_of(m);
    int status = 0;

    if (!m->is_child) {
        set_end(m, JOB_END_UNKNOWN, 0);
        return;
    }
    if (!m->config->abandon_group)
        kill(-r->pid, SIGTERM); /* B126: before its number can be given to others */
    syscall(SYS_wait4, r->pid, &status, 0, NULL);
    if (r->end != JOB_END_EXEC)
        set_end(m, JOB_END_STATUS, status);
}

/* B70: what it took without declaring it ends with the process. */
static void end_dynamic_names(struct managed *m)
{
    struct service *service = TAILQ_FIRST(&m->job->services);

    while (service != NULL) {
        struct service *next = TAILQ_NEXT(service, in_job);
        if (!is_declared(service))
            service_end(service);
        service = next;
    }
}

static void ended(struct managed *m)
{
    char how[64];

    take_report(m);
    collect(m);
    close_event(&m->death);
    timer_clear(&m->timer);
    end_dynamic_names(m);
    job_set_pid(m->job, 0);
    m->state = MANAGED_WAITING;
    if (has_crashed(m))
        mark(m, JOB_CRASHED, 0);
    if (m->config->launch_only_once)
        mark(m, JOB_REMOVING, JOB_PENDING);
    managed_last_end(m, how, sizeof(how));
    tell(m, "has ended: %s%s", how, has_crashed(m) ? " (a crash)" : "");
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
    tell(container_of(timer, struct managed, timer), "does not end, though it was killed");
}

static void kill_it(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, timer);

    tell(m, "has not ended after SIGTERM, and is killed");
    m->state = MANAGED_KILLING;
    send_signal(m, SIGKILL);
    timer_set(&m->timer, timer_now() + KILL_PATIENCE, complain);
}

static uint64_t patience(const struct managed *m)
{
    uint64_t limit = m->config->exit_timeout * TIMER_SECOND;

    if (shutting_down && (limit == 0 || limit > SHUTDOWN_PATIENCE))
        return SHUTDOWN_PATIENCE;
    return limit;
}

void managed_stop(struct managed *m)
{
    if (record_of(m)->pid == 0 || m->state == MANAGED_STOPPING || m->state == MANAGED_KILLING)
        return;
    tell(m, "is stopped");
    mark(m, JOB_STOPPED, 0);
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
    set_end(m, JOB_END_EXEC, error);
    tell(m, "cannot be started: %s", strerror(error));
    managed_touch(m);
}

/* The record is complete before the child goes on. */
static void start(struct managed *m)
{
    struct job_record *r = record_of(m);
    struct domain *domain = m->job->domain;
    struct spawned spawned;
    int error;

    watch_ports(m, false);
    mark(m, 0, JOB_PENDING | JOB_STOPPED | JOB_CHECKED_IN);
    timer_clear(&m->timer);
    r->started = timer_now();
    r->n_runs++;
    memcpy(r->reason, r->why, sizeof(r->reason));
    error = spawn_make(m->config, domain->r->port, domain->r->uid, m->suspended, &spawned);
    m->at_once = m->suspended = false;
    if (error != 0) {
        cannot_start(m, error);
        return;
    }
    if (!watch_process(m, spawned.pid) || !job_set_pid(m->job, spawned.pid)) {
        close_event(&m->death);
        close(spawned.go);
        close(spawned.report);
        syscall(SYS_wait4, spawned.pid, NULL, 0, NULL); /* without the word to go on it ends at once */
        cannot_start(m, ENOMEM);
        return;
    }
    m->is_child = true;
    r->start_time = host_start_time(spawned.pid, NULL);
    r->end = JOB_END_NEVER;
    m->state = MANAGED_SPAWNING;
    tell(m, "is started as process %d: %s", (int)spawned.pid, r->reason);
    spawn_release(&spawned);
    if (!event_watch(&m->report, spawned.report, EPOLLIN, report_is_here))
        close(spawned.report);
}

/* When it may start again (B120, B124). */
static uint64_t earliest(const struct managed *m)
{
    const struct job_record *r = record_of(m);
    uint32_t seconds = m->config->throttle;

    if (r->end == JOB_END_EXEC && seconds < RETRY_SECONDS)
        seconds = RETRY_SECONDS;
    return r->started == 0 ? 0 : r->started + seconds * TIMER_SECOND;
}

unsigned managed_throttle_left(const struct managed *m)
{
    uint64_t now = timer_now();

    return m->timer.when > now ? (unsigned)((m->timer.when - now + TIMER_SECOND - 1) / TIMER_SECOND) : 0;
}

static void throttle_is_over(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, timer);

    m->state = MANAGED_WAITING;
    managed_touch(m);
}

static void throttle(struct managed *m, uint64_t until)
{
    bool is_new = m->state != MANAGED_THROTTLED;

    mark(m, JOB_PENDING, 0); /* it starts then, whether or not the reason still holds */
    watch_ports(m, false);
    m->state = MANAGED_THROTTLED;
    timer_set(&m->timer, until, throttle_is_over);
    if (is_new)
        tell(m, "would be started (%s), and is throttled for %u s", record_of(m)->why,
             managed_throttle_left(m));
}

/* ---- deciding ---- */

/* B118: what the last end says. */
static bool condition_holds(const struct managed *m)
{
    const struct job_record *r = record_of(m);
    bool success = r->end == JOB_END_STATUS && r->end_status == 0;

    if (r->end != JOB_END_STATUS)
        return false;
    return m->config->successful_exit == (success ? WISH_TRUE : WISH_FALSE) ||
           m->config->crashed == (has_crashed(m) ? WISH_TRUE : WISH_FALSE);
}

/* B117 from line 4 on; the reason is written down. */
static bool wants_to_run(struct managed *m)
{
    const struct service *service;
    char why[sizeof(((struct job_record *)0)->why)];

    if (has(m, JOB_PENDING))
        return true;
    if (m->config->keep_alive || condition_holds(m)) {
        set_why(m, "keep alive");
        return true;
    }
    service = with_message(m);
    if (service == NULL)
        return false;
    service_tell_demand(service, why, sizeof(why));
    set_why(m, why);
    mark(m, JOB_DEMANDED, 0);
    return true;
}

static void remove_now(struct managed *m)
{
    struct later_list removers = STAILQ_HEAD_INITIALIZER(removers);

    STAILQ_CONCAT(&removers, &m->removers);
    tell(m, "is removed");
    job_end(m->job);
    while (!STAILQ_EMPTY(&removers)) {
        struct later *later = STAILQ_FIRST(&removers);
        STAILQ_REMOVE_HEAD(&removers, link);
        later_answer(later, KERN_SUCCESS);
    }
}

static void run_or_wait(struct managed *m)
{
    if (!wants_to_run(m)) {
        m->state = MANAGED_WAITING;
        watch_ports(m, true);
    } else if (!m->at_once && timer_now() < earliest(m)) {
        throttle(m, earliest(m));
    } else {
        start(m);
    }
}

static void examine(struct managed *m)
{
    if (record_of(m)->pid != 0)
        return;
    if (has(m, JOB_REMOVING)) {
        remove_now(m);
    } else if (shutting_down) {
        watch_ports(m, false);
    } else if (has_service_out(m)) {
        watch_ports(m, false);
        m->state = MANAGED_HELD;
    } else {
        drain_after_crash(m);
        run_or_wait(m);
    }
}

void managed_touch(struct managed *m)
{
    if (m->touched)
        return;
    m->touched = true;
    TAILQ_INSERT_TAIL(&touched, m, touched_link);
}

static void untouch(struct managed *m)
{
    if (m->touched)
        TAILQ_REMOVE(&touched, m, touched_link);
    m->touched = false;
}

static bool any_runs(void)
{
    struct managed *m;

    TAILQ_FOREACH(m, &all, link)
    {
        if (record_of(m)->pid != 0)
            return true;
    }
    return false;
}

/* What an examination touches is examined too; each touch comes from a change, and a start is throttled. */
void managed_examine(void)
{
    struct managed *m;

    while ((m = TAILQ_FIRST(&touched)) != NULL) {
        untouch(m);
        examine(m);
    }
    if (shutting_down && !any_runs()) {
        log_line("has ended, as it was told to");
        exit(0);
    }
}

/* ---- what people ask for ---- */

void managed_start(struct managed *m, const char *why)
{
    if (record_of(m)->pid != 0)
        return;
    set_why(m, why);
    mark(m, JOB_PENDING, 0);
    managed_touch(m);
}

void managed_kickstart(struct managed *m, bool kill, bool suspended, const char *why)
{
    if (record_of(m)->pid != 0 && !kill)
        return;
    m->at_once = true;
    m->suspended = suspended;
    set_why(m, why);
    mark(m, JOB_PENDING, 0);
    managed_stop(m);
    managed_touch(m);
}

int managed_signal(struct managed *m, int number)
{
    if (record_of(m)->pid == 0)
        return ESRCH;
    return syscall(SYS_pidfd_send_signal, m->death.fd, number, NULL, 0) == 0 ? 0 : errno;
}

bool managed_remove(struct managed *m, struct later *later)
{
    mark(m, JOB_REMOVING, JOB_PENDING);
    timer_clear(&m->interval);
    if (record_of(m)->pid == 0) {
        remove_now(m);
        return true;
    }
    if (later != NULL)
        STAILQ_INSERT_TAIL(&m->removers, later, link);
    managed_stop(m);
    return false;
}

void managed_shut_down(void)
{
    struct managed *m;

    shutting_down = true;
    TAILQ_FOREACH(m, &all, link) managed_stop(m);
}

const char *managed_state_name(const struct managed *m)
{
    if (has(m, JOB_REMOVING))
        return "removing";
    switch (m->state) {
    case MANAGED_WAITING: return "waiting";
    case MANAGED_THROTTLED: return "throttled";
    case MANAGED_HELD: return "held";
    case MANAGED_SPAWNING: return "spawning";
    case MANAGED_RUNNING: return "running";
    case MANAGED_STOPPING: return "stopping";
    case MANAGED_KILLING: return "killing";
    }
    return "?";
}

/* ---- intervals (B129) ---- */

static void interval_is_over(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, interval);
    uint64_t period = m->config->interval * TIMER_SECOND, now = timer_now();

    timer_set(&m->interval, timer->when + ((now - timer->when) / period + 1) * period, interval_is_over);
    set_why(m, "interval");
    mark(m, JOB_PENDING, 0);
    managed_touch(m);
}

static void start_interval(struct managed *m)
{
    if (m->config->interval != 0)
        timer_set(&m->interval, timer_now() + m->config->interval * TIMER_SECOND, interval_is_over);
}

/* ---- loading ---- */

static struct managed *managed_new(struct stash_record *record)
{
    struct managed *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return NULL;
    STAILQ_INIT(&m->removers);
    m->death.fd = m->report.fd = -1;
    m->job = job_new_managed(record);
    if (m->job == NULL || !index_insert(&by_label, &m->by_label, label_key(record->job.label))) {
        free(m);
        return NULL;
    }
    m->job->managed = m;
    TAILQ_INSERT_TAIL(&all, m, link);
    return m;
}

void managed_free(struct managed *m)
{
    if (m == NULL)
        return;
    untouch(m);
    timer_clear(&m->timer);
    timer_clear(&m->interval);
    close_event(&m->death);
    close_event(&m->report);
    for (size_t i = 0; i < m->n_pieces; i++)
        stash_free(m->pieces[i]);
    TAILQ_REMOVE(&all, m, link);
    index_remove(&by_label, &m->by_label);
    config_free(m->config);
    free(m->pieces);
    free(m->text);
    free(m);
}

/* Before the job's own record is published: pieces without a job mean nothing. */
static bool store_text(struct managed *m, const char *text, size_t size)
{
    size_t n = (size + STASH_TEXT_SIZE - 1) / STASH_TEXT_SIZE;

    m->pieces = calloc(n, sizeof(*m->pieces));
    for (size_t i = 0; m->pieces != NULL && i < n; i++) {
        struct stash_record *record = stash_new();
        size_t offset = i * STASH_TEXT_SIZE,
               part = size - offset < STASH_TEXT_SIZE ? size - offset : STASH_TEXT_SIZE;
        if (record == NULL)
            return false;
        record->text.job = m->job->record->id;
        record->text.offset = (uint32_t)offset;
        record->text.size = (uint32_t)part;
        memcpy(record->text.bytes, text + offset, part);
        stash_publish(record, STASH_TEXT);
        m->pieces[m->n_pieces++] = record;
    }
    return m->pieces != NULL;
}

static void declare_services(struct managed *m)
{
    for (size_t i = 0; i < m->config->n_services; i++) {
        const struct config_service *wanted = &m->config->services[i];
        struct service *other = service_find_live(m->job->domain, wanted->name, 0);
        char label[BOOTSTRAP_MAX_NAME_LEN];
        if (other != NULL) {
            job_label(other->job, label, sizeof(label));
            tell(m, "the name %s belongs to %s already and is left out", wanted->name, label);
        } else if (!service_declare(m->job, wanted->name, wanted->flags)) {
            tell(m, "no memory for the name %s, which is left out", wanted->name);
        }
    }
}

static bool is_full(const struct domain *domain)
{
    const struct job *job;
    unsigned n = 0;

    TAILQ_FOREACH(job, &domain->jobs, in_domain) n += job->managed != NULL;
    return n >= MANAGED_MAX;
}

/* Consumes config. */
static int make(struct domain *domain, struct job_config *config, const char *text, size_t size)
{
    struct stash_record *record = is_full(domain) ? NULL : stash_new();
    struct managed *m;

    if (record == NULL) {
        config_free(config);
        return ENOMEM;
    }
    record->job.domain = domain->record->id;
    record->job.kind = JOB_MANAGED;
    record->job.uid = domain->r->uid;
    record->job.text_size = (uint32_t)size;
    snprintf(record->job.label, sizeof(record->job.label), "%s", config->label);
    m = managed_new(record);
    if (m == NULL) {
        stash_unuse(record);
        config_free(config);
        return ENOMEM;
    }
    m->config = config;
    stash_undo_set(record);
    if (!store_text(m, text, size)) {
        stash_publish(record, STASH_JOB);
        job_end(m->job);
        return ENOMEM;
    }
    if (config->run_at_load) {
        set_why(m, "run at load");
        mark(m, JOB_PENDING, 0);
    }
    stash_publish(record, STASH_JOB);
    declare_services(m);
    start_interval(m);
    tell(m, "is loaded into %s", domain->r->name);
    managed_touch(m);
    return 0;
}

static bool is_taken(const char *label)
{
    struct managed *m = managed_find(label);

    return m != NULL && !has(m, JOB_REMOVING);
}

int managed_load(struct domain *domain, plist_t dict)
{
    struct job_config *config = NULL;
    char *text = NULL;
    uint32_t size = 0;
    int error = shutting_down ? ENOMEM : config_read(dict, &config);

    if (error == 0 && is_taken(config->label))
        error = EEXIST;
    if (error == 0)
        plist_to_xml(dict, &text, &size);
    if (error == 0 && text == NULL)
        error = ENOMEM;
    if (error == 0 && size > MANAGED_MAX_TEXT)
        error = E2BIG;
    if (error == 0)
        error = make(domain, config, text, size);
    else
        config_free(config);
    plist_to_xml_free(text);
    return error;
}

/* ---- after another launchd (B14) ---- */

bool managed_adopt(struct stash_record *record)
{
    struct managed *m = managed_new(record);

    if (m == NULL || record->job.text_size > MANAGED_MAX_TEXT)
        return false;
    m->text = calloc(1, record->job.text_size + 1);
    m->pieces = calloc(record->job.text_size / STASH_TEXT_SIZE + 1, sizeof(*m->pieces));
    return m->text != NULL && m->pieces != NULL;
}

void managed_adopt_text(struct stash_record *record)
{
    const struct text_record *piece = &record->text;
    struct job *job = job_find_id(piece->job);
    struct managed *m = job == NULL ? NULL : job->managed;

    if (m == NULL || piece->size > STASH_TEXT_SIZE || piece->offset > job->r->text_size ||
        piece->size > job->r->text_size - piece->offset || m->n_pieces > job->r->text_size / STASH_TEXT_SIZE) {
        stash_free(record);
        return;
    }
    memcpy(m->text + piece->offset, piece->bytes, piece->size);
    m->pieces[m->n_pieces++] = record;
}

static bool read_again(struct managed *m)
{
    plist_t dict = plist_read(m->text, record_of(m)->text_size);
    int error = dict == NULL ? EINVAL : config_read(dict, &m->config);

    plist_free(dict);
    free(m->text);
    m->text = NULL;
    return error == 0;
}

/* Its process goes on as if nothing had been, or has ended meanwhile. */
static void take_over(struct managed *m)
{
    struct job_record *r = record_of(m);

    if (r->pid == 0)
        return;
    m->is_child = false;
    m->state = MANAGED_RUNNING;
    if (!watch_process(m, r->pid) || host_start_time(r->pid, NULL) != r->start_time)
        ended(m);
    else if (has(m, JOB_STOPPED | JOB_REMOVING))
        managed_stop(m);
}

void managed_resume(void)
{
    struct managed *m, *next;

    for (m = TAILQ_FIRST(&all); m != NULL; m = next) {
        next = TAILQ_NEXT(m, link);
        if (!read_again(m)) {
            tell(m, "cannot be read from the stash, and is removed");
            job_end(m->job);
            continue;
        }
        take_over(m);
        start_interval(m);
        managed_touch(m);
    }
}
