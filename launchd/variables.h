/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/variables.h - environment variables that every job of a domain gets (B109, B164)
 *
 * They are set by requests (machctl setenv), or by a job as long as it is loaded (UserEnvironmentVariables). Each is a
 * record of the stash; a job gets those that are there when it is started, below its own.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct domain;
struct stash_record;

struct variable {
    struct stash_record *record; /* its text is NAME=value */
    TAILQ_ENTRY(variable) link;
};

TAILQ_HEAD(variable_list, variable);

/* job: the id of the one that it ends with, 0: none. Takes the place of another of that name. Refuses KERN_INVALID_ARGUMENT: an
 * empty name or one with '='; BOOTSTRAP_NO_MEMORY: too long (463 bytes with its name), or too many. */
kern_return_t variables_set(struct domain *domain, uint64_t job, const char *name, const char *value);
void variables_unset(struct domain *domain, const char *name);
/* Those of one job; of job 0: all of the domain. */
void variables_end(struct domain *domain, uint64_t job);

/* Into the environment of this process, which is to be a job. */
void variables_put(const struct variable_list *variables);

/* False: no memory. */
bool variables_adopt(struct stash_record *record);
