/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/loading.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/service.h"
#include "launchd/variables.h"

/* What one uid owns; the few uids of a machine are never forgotten. */
struct owner {
    struct index_node by_uid;
    unsigned n_names;
};

static struct index jobs_by_pid;
static struct index jobs_by_id;
static struct index owners;

/* ---- whose job ---- */

/* After an exec the process asks with another version; the start time says that it is the same process (F4). */
bool job_is_caller(struct job *job, const struct caller *caller)
{
    struct job_record *r = job->r;

    if (caller->as != NULL)
        return caller->as == job;
    if (r->pid != caller->pid)
        return false;
    if (job->managed != NULL)
        return managed_is_alive(job->managed);
    if (r->version == caller->version)
        return true;
    if (r->version != 0 || host_start_time(caller->pid, NULL) != r->start_time)
        return false;
    host_task_command(caller->pid, caller->version, r->command, sizeof(r->command));
    atomic_store_explicit(&r->version, caller->version, memory_order_release);
    return true;
}

struct job *job_find(struct domain *domain, const struct caller *caller)
{
    if (caller->as != NULL && caller->as->domain == domain)
        return caller->as;
    for (struct index_node *node = index_find(&jobs_by_pid, (uint64_t)caller->pid); node != NULL;
         node = index_next(node)) {
        struct job *job = container_of(node, struct job, by_pid);
        if (job->domain == domain && job_is_caller(job, caller))
            return job;
    }
    return NULL;
}

struct job *job_find_id(uint64_t id)
{
    struct index_node *node = index_find(&jobs_by_id, id);

    return node == NULL ? NULL : container_of(node, struct job, by_id);
}

/* ---- limits ---- */

static struct owner *owner_of(uid_t uid)
{
    struct index_node *node = index_find(&owners, uid);
    struct owner *owner;

    if (node != NULL)
        return container_of(node, struct owner, by_uid);
    owner = calloc(1, sizeof(*owner));
    if (owner != NULL && !index_insert(&owners, &owner->by_uid, uid)) {
        free(owner);
        owner = NULL;
    }
    return owner;
}

static unsigned names_of_process(pid_t pid)
{
    unsigned n = 0;

    for (struct index_node *node = index_find(&jobs_by_pid, (uint64_t)pid); node != NULL;
         node = index_next(node))
        n += container_of(node, struct job, by_pid)->n_services;
    return n;
}

bool job_may_own_more(const struct job *job)
{
    struct owner *owner = owner_of(job->r->uid);

    return owner != NULL && owner->n_names < JOB_MAX_NAMES_UID && job->n_services < JOB_MAX_NAMES &&
           names_of_process(job->r->pid) < JOB_MAX_NAMES;
}

void job_count(struct job *job, int change)
{
    struct owner *owner = owner_of(job->r->uid);

    job->n_services += (unsigned)change;
    ASSERT(owner != NULL);
    owner->n_names += (unsigned)change;
}

/* ---- making ---- */

static void forget_pid(struct job *job)
{
    if (job->has_pid)
        index_remove(&jobs_by_pid, &job->by_pid);
    job->has_pid = false;
}

bool job_set_pid(struct job *job, pid_t pid)
{
    forget_pid(job);
    job->r->pid = pid;
    job->has_pid = pid != 0 && index_insert(&jobs_by_pid, &job->by_pid, (uint64_t)pid);
    return pid == 0 || job->has_pid;
}

struct job *job_find_managed(pid_t pid)
{
    struct index_node *node = index_find(&jobs_by_pid, (uint64_t)pid);

    for (; node != NULL; node = index_next(node)) {
        struct job *job = container_of(node, struct job, by_pid);
        if (job->managed != NULL)
            return job;
    }
    return NULL;
}

static bool link_into_domain(struct job *job, struct domain *domain)
{
    if (owner_of(job->r->uid) == NULL || !job_set_pid(job, job->r->pid))
        return false;
    if (!index_insert(&jobs_by_id, &job->by_id, job->record->id)) {
        forget_pid(job);
        return false;
    }
    job->domain = domain;
    TAILQ_INSERT_TAIL(&domain->jobs, job, in_domain);
    return true;
}

static struct job *job_new(struct stash_record *record)
{
    struct job *job = calloc(1, sizeof(*job));

    if (job != NULL) {
        job->record = record;
        job->r = &record->job;
        TAILQ_INIT(&job->services);
    }
    return job;
}

/* What launchd learns about a process; false when it has ended. The version is asked last: if that image still lives, then
 * what was learnt before is of no later process. */
static bool describe(struct job_record *r, const struct caller *caller, mach_port_t *task_p)
{
    *task_p = host_task_name(caller->pid);
    r->kind = JOB_ANONYMOUS;
    r->pid = caller->pid;
    r->version = caller->version;
    r->uid = caller->uid;
    r->start_time = host_start_time(caller->pid, NULL);
    return *task_p != MACH_PORT_NULL && r->start_time != 0 &&
           host_task_command(caller->pid, caller->version, r->command, sizeof(r->command));
}

static struct job *job_make(const struct caller *caller)
{
    struct stash_record *record = stash_new();
    struct job *job = record == NULL ? NULL : job_new(record);
    mach_port_t task = MACH_PORT_NULL;

    if (job == NULL)
        goto no_record;
    job->r->domain = caller->domain->record->id;
    if (!describe(job->r, caller, &task) || !watch_set(&job->task, WATCH_TASK, task))
        goto no_task;
    if (!link_into_domain(job, caller->domain))
        goto no_memory;
    job->r->task = task;
    job->r->serial = stash_head()->next_serial++;
    stash_publish(record, STASH_JOB);
    return job;

no_memory:
    watch_clear(&job->task);
    task = MACH_PORT_NULL;
no_task:
    if (task != MACH_PORT_NULL)
        mach_port_deallocate(mach_task_self(), task);
    free(job);
no_record:
    if (record != NULL)
        stash_unuse(record);
    return NULL;
}

struct job *job_for(const struct caller *caller)
{
    struct job *job = job_find(caller->domain, caller);

    return job != NULL ? job : job_make(caller);
}

struct job *job_new_managed(struct stash_record *record)
{
    struct domain *domain = domain_find_id(record->job.domain);
    struct job *job = domain == NULL ? NULL : job_new(record);

    if (job != NULL && link_into_domain(job, domain))
        return job;
    free(job);
    return NULL;
}

bool job_adopt(struct stash_record *record)
{
    struct domain *domain = domain_find_id(record->job.domain);
    struct job *job;

    if (record->job.kind == JOB_MANAGED)
        return loading_adopt(record);
    job = domain == NULL ? NULL : job_new(record);
    return job != NULL && link_into_domain(job, domain) &&
           watch_restore(&job->task, WATCH_TASK, record->job.task);
}

/* ---- ending ---- */

void job_end(struct job *job)
{
    variables_end(job->domain, job->record->id);
    while (!TAILQ_EMPTY(&job->services))
        service_end(TAILQ_FIRST(&job->services));
    TAILQ_REMOVE(&job->domain->jobs, job, in_domain);
    forget_pid(job);
    index_remove(&jobs_by_id, &job->by_id);
    stash_free(job->record);
    watch_clear(&job->task);
    managed_free(job->managed);
    free(job);
}

/* The same process in a new task (B6, B70): false when it has ended. */
static bool goes_on_after_exec(struct job *job)
{
    struct job_record *r = job->r;
    mach_port_t task;
    bool running;

    if (host_start_time(r->pid, &running) != r->start_time || !running)
        return false;
    task = host_task_name(r->pid);
    if (task == MACH_PORT_NULL)
        return false;
    watch_clear(&job->task);
    if (!watch_set(&job->task, WATCH_TASK, task)) {
        mach_port_deallocate(mach_task_self(), task);
        return false;
    }
    host_comm(r->pid, r->command, sizeof(r->command));
    atomic_store_explicit(&r->version, 0, memory_order_release);
    atomic_store_explicit(&r->task, task, memory_order_release);
    return true;
}

void job_task_died(struct watch *watch)
{
    struct job *job = container_of(watch, struct job, task);

    if (!goes_on_after_exec(job))
        job_end(job);
}

void job_label(const struct job *job, char *label, size_t size)
{
    if (job->managed != NULL)
        snprintf(label, size, "%s", job->r->label);
    else
        snprintf(label, size, "0x%x.anonymous.%s", job->r->serial, job->r->command);
}
