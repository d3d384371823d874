/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/jobs.h - the verbs on jobs (B164-B172); each takes its own arguments and returns the exit status */
#pragma once

#include <mach/kern_return.h>
#include <servers/bootstrap.h>
#include <stdbool.h>

struct job_verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;
};

/* NULL: no verb on jobs. */
const struct job_verb *job_verb_find(const char *name);

/* `word` stands among the arguments; it is taken out of them. */
bool take_option(int *argc_p, char **argv, const char *word);

/* Each returns the exit status 1. B172. */
int wrong_usage(const char *name);
int complain_job(const char *label, kern_return_t kr);
void put_label(name_t to, const char *label);
