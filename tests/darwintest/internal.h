/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the parts of darwintest share
 *
 * What is known about a case stands in memory that the runner, the case's process and all that it forks share. The
 * process that runs the body (the leader) ends the case; whoever else in it has the last word writes the outcome down
 * and kills the leader, and the runner then takes away what is left of its process group.
 */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "darwintest.h"

enum dt_outcome { DT_RUNNING, DT_ENDED, DT_SKIPPED }; /* written once, by whoever ends the case */

struct dt_verdict {
    _Atomic int outcome;
    _Atomic int n_failed;
    _Atomic int n_reasons; /* who gets 1 writes the reason */
    _Atomic int n_done;    /* helpers in jobs that have returned */
    int fd;
    char path[48];    /* where other programs find this, as long as the runner lives */
    char reason[300]; /* of the first failure, or of the skip */
};

struct dt_state {
    struct dt_case *cases; /* in the order of the files */
    struct dt_defaults *defaults;
    struct dt_verdict *verdict; /* of the case that this process belongs to */
    const char *case_name;
    const char *program;
    char *const *argv;
    int argc;
    bool any_user; /* cases for root run all the same */
    pid_t root; /* the process that ends the case, or the helper: the leader or a helper */
};

extern struct dt_state dt;

struct dt_case *dt_find(const char *name);

/* In memory that forks share. Ends the program when there is none. */
struct dt_verdict *dt_verdict_new(void);
void dt_verdict_free(struct dt_verdict *verdict);

/* One whole line to the standard output. */
void dt_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes the reason down unless there is one. */
void dt_reason(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs one case in a process of its own, or reads how it went. */
struct dt_run {
    const struct dt_case *one;
    struct dt_verdict *verdict;
    pid_t pid;
    double deadline;
    bool is_concurrent, may_fail; /* a failure of one that may fail is told as a skip, with its reason */
    enum { DT_PASS, DT_FAIL, DT_SKIP } result;
};

void dt_run_begin(struct dt_run *run);
/* False: it goes on. */
bool dt_run_is_over(struct dt_run *run);

/* The body of a helper, in this process; its status. */
int dt_helper_main(const struct dt_case *helper);

double dt_now(void);
