/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/system.h - the machine that programs believe in: the host object, the uids, all tasks */
#pragma once

#include <mach/host_special_ports.h>

#include "base/list.h"
#include "kernel/ipc/ipc.h"
#include "kernel/ipc/port.h"
#include "kernel/task/exception.h"
#include "kernel/task/inquiry.h"
#include "kernel/task/limits.h"
#include "kernel/task/machine.h"

struct proc;
struct processor;
struct procs;
struct signal;
struct space;
struct subject_watch;
struct task;

enum { N_CLOCKS = 2 }; /* SYSTEM_CLOCK, CALENDAR_CLOCK */

/* What one uid may consume, and the bootstrap port of its domain (B8). Lives as long as the system. */
struct uid {
    struct list link;
    uint32_t uid;
    struct account *account;
    struct right bootstrap; /* a naked send right */
    uint32_t n_processes;   /* with this real uid, also announced ones (F17) */
};

struct system {
    struct ipc ipc;
    struct account *account; /* of the kernel itself, and of launchd */
    struct account *clients; /* of all uids */
    struct kernel_limits limits;
    uint32_t guard_default; /* K212 */
    uint32_t control_options; /* STAYS_* of tasks without a parent (K68) */
    bool allow_interpose, relaxed_host_ports, allow_task_terminate;
    bool developer_mode;      /* K48; on */
    bool allow_task_for_pid;  /* to others than root and the task itself; on */
    struct list tasks;        /* struct task.link, oldest first */
    struct procs *procs;      /* kernel/proc */
    struct list ready;        /* struct deferred.link: to be carried out again */
    struct list dying;        /* struct task.link: disabled, until their space is empty */
    struct list uids;
    struct port *host, *host_priv; /* permanent (K97); kobject is the system */
    struct right special[HOST_MAX_SPECIAL_PORT + 1]; /* by number; the kernel's own two are unset here (K99) */
    struct port *clock[N_CLOCKS]; /* permanent; by clock_id_t */
    struct machine machine;
    struct processor *processors; /* kernel/task/processor.h; by slot */
    uint32_t n_processors;
    struct port *pset, *pset_name; /* permanent; kobject is the system */
    struct inquiry inquiry;        /* about the machine */
    struct machine_usage usage;
    struct port *ux_handler; /* permanent (K178) */
    struct exception_actions exceptions; /* the host's */
    struct space *stash;      /* the space of a launchd that died (B14), or NULL */
    uint32_t pid_version;     /* last given (F3) */
    uint64_t unique_id;       /* last given (F4) */
    uint64_t n_tasks, n_threads;
    void (*task_ends)(struct task *task); /* kernel/kqueue: before its threads are disabled */
    void (*process_ended)(struct proc *proc); /* kernel/proc: nothing is left of its last task */
    /* kernel/proc: begins to watch a process (F168). 0, or an errno. */
    int (*process_watch)(struct task *asker, int32_t pid, struct subject_watch *watch,
                         void (*run)(struct ipc *ipc, struct signal *signal));
};

/* False without memory. */
bool system_init(struct system *system, const struct kernel_limits *limits, const struct host_ops *ops, void *host);
/* Every task is gone. */
void system_fini(struct system *system);

/* SYSTEM_CLOCK, CALENDAR_CLOCK, or -1: no clock. */
int system_clock_of_port(const struct system *system, const struct port *port);

/* Made when it first appears; NULL without memory. */
struct uid *system_uid(struct system *system, uint32_t uid);

/* The limits of this uid, or of each of its tasks. */
struct account_limits system_limits_of(const struct system *system, uint32_t uid, bool of_task);
