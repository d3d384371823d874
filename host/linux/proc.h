/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/proc.h - the files of /proc that may be read on machd's thread
 *
 * A thread's stat and schedstat, and status, are made from counters, in a time that does not depend on the process, and take no
 * lock that it can hold. A process's stat adds up all its threads; cmdline, environ, maps and mem take a lock that a process can
 * hold for ever.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/host_ops.h"

/* Of proc_stat.flags. */
#define PROC_EXITING 0x4u
#define PROC_NEVER_EXECED 0x40u

struct proc_stat {
    char command[17];
    char state;
    int32_t parent;
    uint32_t flags;
    uint64_t start_time; /* clock ticks since boot */
};

struct proc_status {
    uint32_t ruid, euid, svuid, rgid, egid, svgid;
    int n_namespaces; /* ids in the line NSpid: 1 in the namespace of this /proc */
};

/* False if there is no such process, or /proc shows it otherwise than Linux does. */
bool proc_read_stat(int32_t pid, struct proc_stat *stat);
/* How a zombie ended, as wait has it. */
bool proc_read_exit(int32_t pid, int32_t *status);
bool proc_read_status(int32_t pid, struct proc_status *status);

/* All groups of the target are the other one's. False if there are thousands. */
bool proc_has_groups_of(int32_t pid, int32_t target);
/* Nothing made it what others of this user may not look into: a set-id program, a change of its ids, or it itself. */
bool proc_is_dumpable(int32_t pid, uint32_t uid);

/* What a process uses. Its files are as many as it has threads: not for machd's thread. */
bool proc_read_usage_of_task(int32_t pid, struct host_task_usage *usage);

/* Of one thread, from its own stat. */
bool proc_read_usage(int32_t pid, int32_t tid, struct host_thread_usage *usage);

/* What the thread has run, in ns; 0: there is no such thread. */
uint64_t proc_read_runtime(int32_t pid, int32_t tid);
