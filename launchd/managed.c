/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/managed.h"

#include <mach/error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/inetd.h"
#include "launchd/instance.h"
#include "launchd/job.h"
#include "launchd/legacy.h"
#include "launchd/log.h"
#include "launchd/paths.h"
#include "launchd/schedule.h"
#include "launchd/service.h"
#include "launchd/sockets.h"

#define RETRY_SECONDS 10u       /* after a failed exec (B124) */
#define LOOK_AGAIN TIMER_SECOND /* for callers behind messages that want no answer */

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

bool managed_has(const struct managed *m, enum job_flags flag)
{
    return atomic_load(&m->job->r->flags) & flag;
}

void managed_mark(struct managed *m, enum job_flags set, enum job_flags clear)
{
    uint32_t flags = atomic_load(&m->job->r->flags);

    while (!atomic_compare_exchange_weak(&m->job->r->flags, &flags, (flags & ~(uint32_t)clear) | set))
        ;
}

/* Every decision is told with its reason. */
void managed_tell(const struct managed *m, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    log_line("%s: %s", m->job->r->label, text);
}

void managed_set_why(struct managed *m, const char *why)
{
    snprintf(m->job->r->why, sizeof(m->job->r->why), "%s", why);
}

/* ---- making ---- */

static uint64_t label_key(const char *label)
{
    return index_hash(0, label, strlen(label));
}

struct managed *managed_new(struct stash_record *record)
{
    struct managed *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return NULL;
    STAILQ_INIT(&m->removers);
    TAILQ_INIT(&m->connections);
    m->death.fd = m->report.fd = m->watcher.event.fd = m->socket_maker.event.fd = -1;
    m->job = job_new_managed(record);
    if (m->job == NULL || !index_insert(&by_label, &m->by_label, label_key(record->job.label))) {
        free(m);
        return NULL;
    }
    m->job->managed = m;
    TAILQ_INSERT_TAIL(&all, m, link);
    return m;
}

static void untouch(struct managed *m)
{
    if (m->touched)
        TAILQ_REMOVE(&touched, m, touched_link);
    m->touched = false;
}

void managed_free(struct managed *m)
{
    if (m == NULL)
        return;
    untouch(m);
    instance_close(m);
    schedule_stop(m);
    paths_stop(m);
    sockets_stop(m);
    legacy_end(m);
    for (size_t i = 0; i < m->n_pieces; i++)
        stash_free(m->pieces[i]);
    TAILQ_REMOVE(&all, m, link);
    index_remove(&by_label, &m->by_label);
    config_free(m->config);
    free(m->pieces);
    free(m->text);
    free(m);
}

/* ---- finding ---- */

struct managed *managed_find(const char *label)
{
    struct index_node *node = index_find(&by_label, label_key(label));
    struct managed *leaving = NULL;

    for (; node != NULL; node = index_next(node)) {
        struct managed *m = container_of(node, struct managed, by_label);
        if (strcmp(m->job->r->label, label) != 0)
            continue;
        if (!managed_has(m, JOB_REMOVING))
            return m;
        leaving = m;
    }
    return leaving;
}

bool managed_is_alive(const struct managed *m)
{
    const struct job_record *r = m->job->r;

    return r->pid != 0 && (m->is_child || host_start_time(r->pid, NULL) == r->start_time);
}

bool managed_is_on_demand(const struct managed *m)
{
    return m->config != NULL && !m->config->keep_alive && !managed_has(m, JOB_REMOVING) && !shutting_down;
}

/* ---- its ports ---- */

static bool is_at_home(const struct service *service)
{
    return service_is_declared(service) && service->r->state == SERVICE_INACTIVE;
}

void managed_watch_ports(struct managed *m, enum port_watch how)
{
    struct service *service;

    if (m->ports == how)
        return;
    m->ports = how;
    sockets_watch(m, how == PORT_WATCHED);
    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (is_at_home(service) && !service_watch(service, how))
            managed_tell(m, "cannot watch %s", service->r->name);
    }
}

static bool has_service_out(const struct managed *m)
{
    struct service *service;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (service_is_declared(service) && service->r->state == SERVICE_ACTIVE)
            return true;
    }
    return false;
}

static const struct service *with_message(const struct managed *m)
{
    const struct service *service;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (is_at_home(service) && service_n_messages(service) > 0)
            return service;
    }
    return NULL;
}

/* B140: before a restart is considered, when the process is collected and the rights are back. */
static void drain_after_crash(struct managed *m)
{
    struct service *service;

    if (!managed_has(m, JOB_CRASHED))
        return;
    managed_mark(m, 0, JOB_CRASHED);
    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        if (service->r->flags & (SERVICE_DRAIN_ONE | SERVICE_DRAIN_ALL))
            managed_tell(m, "%u messages on %s are destroyed after the crash", service_drain(service),
                         service->r->name);
    }
}

/* ---- callers of what cannot be executed (B124) ---- */

static bool is_impatient(const struct service *service)
{
    return is_at_home(service) && !(service->r->flags & SERVICE_PATIENT);
}

/* They hear at once why nobody will answer, until the next try; with `watch`, later ones too. True: messages that want no answer
 * stay queued for the next try, and those behind them are not seen. */
static bool refuse_callers(struct managed *m, bool watch)
{
    struct service *service;
    bool any_left = false;

    TAILQ_FOREACH(service, &m->job->services, in_job)
    {
        unsigned left, n;
        if (!is_impatient(service))
            continue;
        n = service_refuse(service, unix_err(m->job->r->end_status), &left);
        any_left |= left > 0;
        if (n > 0)
            managed_tell(m, "%u callers of %s are told: %s", n, service->r->name,
                         strerror(m->job->r->end_status));
        if (watch && left == 0) /* what stays would be a demand for ever */
            service_watch(service, PORT_WATCHED);
    }
    if (watch)
        m->ports = PORT_WATCHED;
    return any_left;
}

void managed_demand(mach_port_t port)
{
    struct watch *watch = NULL;
    struct service *service;
    struct managed *m;
    char why[sizeof(((struct job_record *)0)->why)];

    while ((watch = watch_next(port, watch)) != NULL && watch->kind != WATCH_SERVICE)
        ;
    service = watch == NULL ? NULL : container_of(watch, struct service, port);
    m = service == NULL ? NULL : service->job->managed;
    if (m == NULL || m->ports != PORT_WATCHED)
        return;
    m->ports = PORT_PAUSED; /* this one is: the others will be watched anew, or not */
    service_tell_demand(service, why, sizeof(why));
    managed_set_why(m, why);
    if (m->demanded == MACH_PORT_NULL)
        m->demanded = port;
    managed_mark(m, JOB_PENDING | JOB_DEMANDED, 0);
    managed_touch(m);
}

void managed_service_returned(struct managed *m, const struct service *service)
{
    if (m->ports != PORT_FORGOTTEN)
        service_watch(service, m->ports);
    managed_touch(m);
}

void managed_checked_in(struct managed *m)
{
    managed_mark(m, JOB_CHECKED_IN, 0);
    managed_touch(m);
}

/* ---- the throttle ---- */

/* When it may start again (B120, B124). */
static uint64_t earliest(const struct managed *m)
{
    const struct job_record *r = m->job->r;
    uint32_t seconds = m->config->inetd != INETD_NOT ? 0 : m->config->throttle;

    if (r->end == JOB_END_EXEC && seconds < RETRY_SECONDS)
        seconds = RETRY_SECONDS;
    return r->started == 0 ? 0 : r->started + seconds * TIMER_SECOND;
}

/* As far as is known: it was tried not long ago. */
static bool cannot_be_executed(const struct managed *m)
{
    return m->job->r->end == JOB_END_EXEC && timer_now() < earliest(m);
}

unsigned managed_throttle_left(const struct managed *m)
{
    uint64_t now = timer_now();

    return earliest(m) > now ? (unsigned)((earliest(m) - now + TIMER_SECOND - 1) / TIMER_SECOND) : 0;
}

static void throttle_is_over(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, timer);

    m->state = MANAGED_WAITING;
    managed_touch(m);
}

static void look_again(struct timer *timer)
{
    managed_touch(container_of(timer, struct managed, timer));
}

static void throttle(struct managed *m, uint64_t until)
{
    bool is_new = m->state != MANAGED_THROTTLED;
    void (*then)(struct timer * timer) = throttle_is_over;

    managed_mark(m, JOB_PENDING, 0); /* it starts then, whether or not the reason still holds */
    managed_watch_ports(m, PORT_PAUSED);
    if (m->job->r->end == JOB_END_EXEC && refuse_callers(m, true) && until > timer_now() + LOOK_AGAIN) {
        until = timer_now() + LOOK_AGAIN;
        then = look_again;
    }
    m->state = MANAGED_THROTTLED;
    timer_set(&m->timer, until, then);
    if (is_new)
        managed_tell(m, "would be started (%s), and is throttled for %u s", m->job->r->why,
                     managed_throttle_left(m));
}

/* ---- deciding ---- */

/* B118: what the last end says. */
static bool last_end_holds(const struct managed *m)
{
    const struct job_record *r = m->job->r;
    bool success = r->end == JOB_END_STATUS && r->end_status == 0;

    if (r->end != JOB_END_STATUS)
        return false;
    return m->config->successful_exit == (success ? WISH_TRUE : WISH_FALSE) ||
           m->config->crashed == (instance_has_crashed(m) ? WISH_TRUE : WISH_FALSE);
}

static const char *other_that_holds(const struct managed *m)
{
    for (size_t i = 0; i < m->config->n_others; i++) {
        const struct config_other *other = &m->config->others[i];
        const struct managed *found = managed_find(other->label);
        bool is = found != NULL && !managed_has(found, JOB_REMOVING) &&
                  (!other->must_run || found->job->r->pid != 0);
        if (is == other->wanted)
            return other->label;
    }
    return NULL;
}

static bool is_demanded(struct managed *m)
{
    const struct service *service = with_message(m);
    char why[sizeof(m->job->r->why)];

    if (service == NULL)
        return false;
    service_tell_demand(service, why, sizeof(why));
    managed_set_why(m, why);
    managed_mark(m, JOB_DEMANDED, 0);
    return true;
}

/* Of line 7; sockets tell it by themselves. */
static bool has_input(struct managed *m)
{
    if (!sockets_input_is_readable(m))
        return false;
    managed_set_why(m, "standard input");
    managed_mark(m, JOB_DEMANDED, 0);
    return true;
}

/* Line 8 of B117. */
static bool condition_holds(struct managed *m)
{
    const char *path = paths_wanting(m), *other = other_that_holds(m);
    char why[sizeof(m->job->r->why)] = "keep alive";

    if (path != NULL)
        snprintf(why, sizeof(why), "path %s", path);
    else if (other != NULL)
        snprintf(why, sizeof(why), "other job %s", other);
    else if (!last_end_holds(m))
        return false;
    managed_set_why(m, why);
    return true;
}

/* B117 from line 3 on; the reason is written down. */
static bool wants_to_run(struct managed *m)
{
    bool by_demand_only = m->config->after_initial_demand && !managed_has(m, JOB_DEMANDED);

    if (!by_demand_only && managed_has(m, JOB_PENDING))
        return true;
    if (!by_demand_only && m->config->keep_alive) {
        managed_set_why(m, "keep alive");
        return true;
    }
    return is_demanded(m) || has_input(m) || (!by_demand_only && condition_holds(m));
}

void managed_others_changed(void)
{
    struct managed *m;

    TAILQ_FOREACH(m, &all, link)
    {
        if (m->config != NULL && m->config->n_others > 0)
            managed_touch(m);
    }
}

static void remove_now(struct managed *m)
{
    struct later_list removers = STAILQ_HEAD_INITIALIZER(removers);

    STAILQ_CONCAT(&removers, &m->removers);
    managed_tell(m, "is removed");
    job_end(m->job);
    managed_others_changed();
    while (!STAILQ_EMPTY(&removers)) {
        struct later *later = STAILQ_FIRST(&removers);
        STAILQ_REMOVE_HEAD(&removers, link);
        later_answer(later, KERN_SUCCESS);
    }
}

static void run_or_wait(struct managed *m)
{
    if (sockets_are_pending(m))
        return;
    if (!wants_to_run(m)) {
        m->state = MANAGED_WAITING;
        managed_watch_ports(m, PORT_WATCHED);
    } else if (!m->at_once && timer_now() < earliest(m)) {
        throttle(m, earliest(m));
    } else {
        instance_start(m);
    }
}

static void examine(struct managed *m)
{
    if (m->job->r->pid != 0)
        return;
    if (managed_has(m, JOB_REMOVING)) {
        remove_now(m);
    } else if (shutting_down) {
        managed_watch_ports(m, PORT_PAUSED);
    } else if (has_service_out(m) || (legacy_is(m) && legacy_is_held(m))) {
        managed_watch_ports(m, PORT_PAUSED);
        m->state = MANAGED_HELD;
    } else if (legacy_is(m) && legacy_is_over(m)) {
        remove_now(m);
    } else {
        drain_after_crash(m);
        if (cannot_be_executed(m) && !m->at_once)
            refuse_callers(m, false);
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

static bool any_runs(void)
{
    struct managed *m;

    TAILQ_FOREACH(m, &all, link)
    {
        if (m->job->r->pid != 0)
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
    if (shutting_down && !any_runs())
        exit(0);
}

/* ---- what people ask for ---- */

void managed_pend(struct managed *m, const char *why)
{
    managed_set_why(m, why);
    managed_mark(m, JOB_PENDING, 0);
    managed_touch(m);
}

void managed_start(struct managed *m, const char *why)
{
    if (m->job->r->pid != 0)
        return;
    managed_mark(m, JOB_DEMANDED, 0);
    managed_pend(m, why);
}

void managed_kickstart(struct managed *m, bool kill, bool suspended, const char *why)
{
    if (m->job->r->pid != 0 && !kill)
        return;
    m->at_once = true;
    m->suspended = suspended;
    managed_mark(m, JOB_DEMANDED, 0);
    managed_pend(m, why);
    instance_stop(m);
}

bool managed_remove(struct managed *m, struct later *later)
{
    managed_mark(m, JOB_REMOVING, JOB_PENDING);
    schedule_stop(m);
    paths_stop(m);
    sockets_stop(m);
    if (m->job->r->pid == 0) {
        remove_now(m);
        return true;
    }
    if (later != NULL)
        STAILQ_INSERT_TAIL(&m->removers, later, link);
    instance_stop(m);
    return false;
}

void managed_shut_down(void)
{
    struct managed *m;

    shutting_down = true;
    TAILQ_FOREACH(m, &all, link)
    {
        inetd_stop(m);
        instance_stop(m);
    }
}

const char *managed_state_name(const struct managed *m)
{
    if (managed_has(m, JOB_REMOVING))
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
