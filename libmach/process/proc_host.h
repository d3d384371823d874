/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/proc_host.h - what Linux tells of processes and threads */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct host_process {
    pid_t pid, parent, group, session, terminal_group, tracer;
    char state; /* as in /proc: R S D T t Z X I */
    char command[64];
    uint32_t terminal; /* 0: none */
    uint32_t linux_flags;
    uint64_t minor_faults, major_faults;
    uint64_t user_ns, system_ns, child_user_ns, child_system_ns;
    int nice;
    uint32_t n_threads;
    uint64_t start_ns; /* since boot */
    uint64_t virtual_size, resident_size; /* bytes */
    uid_t ruid, uid, svuid;
    gid_t rgid, gid, svgid;
    uint64_t switches;
};

/* A process; with tid one of its threads. False: there is none. */
bool host_process_read(pid_t pid, pid_t tid, struct host_process *process);

/* Calls `each` for every process of the machine until it returns false. */
void host_process_each(bool (*each)(pid_t pid, void *context), void *context);

/* Threads that run or want to. */
uint32_t host_process_running(pid_t pid);

/* When the machine was started, in nanoseconds since 1970. */
uint64_t host_boot_time(void);
