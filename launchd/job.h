/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/job.h - what launchd knows about one program or process (B4-B6)
 *
 * An anonymous job stands for one process in one domain. It is made at the first request that leaves
 * something behind (a name, a subset): a process that only looks up costs nothing. It lives as long as the
 * process: launchd holds the name port of its task, which dies with the process, and also at each exec, where
 * the job goes on with the new task.
 *
 * Managed jobs (loaded from property lists) share the type and the ownership of services; what they have beyond is in
 * managed.h. One of them is the process that launchd started for it, and its children are not (B5).
 */
#pragma once

#include <sys/queue.h>
#include <sys/types.h>

#include "launchd/index.h"
#include "launchd/stash.h"
#include "launchd/watch.h"

#define JOB_MAX_NAMES 1024u     /* B83: dynamic names of one process */
#define JOB_MAX_NAMES_UID 8192u /* and of one uid */

struct domain;
struct managed;

TAILQ_HEAD(job_services, service);

struct job {
    struct stash_record *record;
    struct job_record *r; /* in the record */
    struct domain *domain;
    TAILQ_ENTRY(job) in_domain;
    struct job_services services;
    unsigned n_services;
    struct index_node by_pid;
    struct index_node by_id;
    struct watch task;       /* of an anonymous job */
    struct managed *managed; /* NULL: an anonymous job */
    bool has_pid;            /* stands in the index by pid */
};

/* Who sent a request (B5): of its audit token. */
struct caller {
    struct domain *domain; /* that the request concerns */
    pid_t pid;
    uint32_t version;
    uid_t uid; /* effective */
    struct job *as; /* the job whose own port was asked (legacy.h); NULL: a domain's */
};

/* NULL when the caller has none. */
struct job *job_find(struct domain *domain, const struct caller *caller);
/* Makes one if need be. NULL: the process has ended, or no memory. */
struct job *job_for(const struct caller *caller);
struct job *job_find_id(uint64_t id);

/* Is this job the caller's process? */
bool job_is_caller(struct job *job, const struct caller *caller);

/* One more name, within the limits of B83. */
bool job_may_own_more(const struct job *job);

/* B6; for managed jobs the label they were loaded with. */
void job_label(const struct job *job, char *label, size_t size);

bool job_adopt(struct stash_record *record);

/* The job of a record that has its domain, kind and uid. NULL: no memory; the record is the caller's to unuse. */
struct job *job_new_managed(struct stash_record *record);
/* Whose process is it? 0: nobody's. False: no memory. */
bool job_set_pid(struct job *job, pid_t pid);
/* The managed job whose process this is, NULL: none. */
struct job *job_find_managed(pid_t pid);

/* Ends the job and its names. */
void job_end(struct job *job);
void job_task_died(struct watch *watch);

/* The counters of B83; service.c keeps them right. */
void job_count(struct job *job, int change);
