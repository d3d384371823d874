/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/process.h - the process of a job, from fork to its program's first instruction (B121)
 *
 *   launchd                                      child
 *   process_make: says what the child will be,
 *   makes it, and has machd know it
 *   writes down who it is
 *   process_release                        ->      limits, ids, directory, descriptors, environment; exec
 *                                        <-      `report` closes by the exec, or brings an error number first
 *   process_outcome
 *
 * From process_make on the child has its task: bootstrap port, process type, and the push of whoever waits on one of the
 * services that it is to serve (B149, B150), before its first instruction. It is made by hand (mach/spawn_np.h) and not by
 * posix_spawn, which would wait for the exec.
 *
 * A launchd that dies before the release takes the child with it, so there is no process that no record names. Whether the
 * child got the word, and whether its program could be executed, it writes down itself: the launchd that made it may have died,
 * and the next one must neither forget the start nor make it twice. Nothing that
 * could take long (a name service, a file system) is asked by launchd itself.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct job_config;
struct job_record;
struct variable_list;

struct spawned {
    pid_t pid;
    int go;     /* to the child */
    int report; /* from the child */
    uint64_t ticket; /* of machd, until the exec */
};

struct process_plan {
    const struct job_config *config;
    mach_port_t domain; /* receive right of the domain's port */
    const struct variable_list *variables; /* of its domain */
    uid_t owner;        /* the job's uid, the domain's as a rule, which it runs as */
    bool suspended;     /* it stops before its exec */
    const mach_port_t *watch; /* services whose senders push on it until it has them */
    size_t n_watch;
    const int *fds;     /* that it gets, from descriptor 3 on */
    size_t n_fds;
    int input;          /* its descriptor 0; -1: none */
    const char *fd_names; /* what launch_activate_socket reads; NULL: none */
    struct job_record *record; /* in the stash, which the child writes to until its exec; NULL: none */
};

/* 0, or an error number: there is no child then. */
int process_make(const struct process_plan *plan, struct spawned *spawned);
/* Lets the child go on; closes `go`. */
void process_release(struct spawned *spawned);
/* Instead: it ends, is collected, and has never been. Closes both. */
void process_abandon(struct spawned *spawned);

/* What the child reported: 0, it runs its program; the error number of what failed. Call once, when report is readable. */
int process_outcome(int report, uint64_t ticket);
