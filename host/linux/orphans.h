/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/orphans.h - how the jobs of a launchd that was killed end (B14)
 *
 * What a process leaves behind when it dies becomes the child of the nearest ancestor that says so (a subreaper), and
 * only a parent learns how a process ended. So machd is one while it keeps a launchd: it collects what is left below it,
 * and remembers how the last jobs ended, those that lead a session of their own, until the next launchd asks.
 */
#pragma once

#include <stdbool.h>
#include <signal.h>
#include <stdint.h>

#define ORPHANS_KEPT 1024u /* as many jobs as one domain may have */

struct machd;

struct orphan {
    int32_t pid; /* 0: none */
    int status;  /* as wait says */
    uint64_t start_time;
};

struct orphans {
    struct orphan ended[ORPHANS_KEPT]; /* a ring: the oldest goes first */
    uint32_t next;
    int collector; /* a pipe to the thread that collects; 0: there is none yet */
};

/* From now on machd's. */
void orphans_start(void);
/* SIGCHLD says that there are some, or that launchd has ended. */
void orphans_collect(struct machd *m);
/* What wait would say of a process that waitid has told of. */
int orphans_wait_status(const siginfo_t *info);
/* How the process ended. False: it is not known (any more). host_ops.process_status. */
bool orphans_status(void *host, int32_t pid, uint64_t start_time, int *status_p);
