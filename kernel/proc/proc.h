/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/proc.h - records of processes: who made whom, and which task is the image of which process (F1-F10)
 *
 * A record lives from the moment the process is visible until somebody has collected it; its task is another one after each exec
 * (F85). What the host knows better (its state, groups, times) is not kept here.
 *
 * state    task   found by                          leaves by
 * LIVE     yes    proc_find, listings               proc_end
 * ENDED    no     proc_find_zombie, listings,       proc_collected, once nothing is left of its task: freed
 *                 unless it has been collected
 *
 *     observe.c   who may watch it, and the invariants
 *     inherit.h   what a child that is being made will get
 *     launch.h    spawn and exec that were announced, and how they are taken back
 */
#pragma once

#include "base/list.h"
#include "base/tree.h"
#include "kernel/task/subject.h"
#include "kernel/task/task.h"
#include "wire/process.h"

struct inherit;
struct launch;

enum { PROCESSES_MAX = 2500 }; /* F23: kern.maxproc, unless the configuration says otherwise */

/* What is accepted, kept and shown, without other effect (F114). */
struct proc_kept {
    uint32_t process_type; /* as given or inherited; 0: none was ever given */
    uint32_t starvation;
    uint32_t cpu_percent, cpu_interval;
    int32_t jetsam_priority, memory_active, memory_inactive;
    uint32_t jetsam_flags;
    uint32_t thread_limit, port_soft_limit, port_hard_limit;
    uint32_t persona;
    uint64_t coalition[SPAWN_COALITIONS];
};

struct proc {
    struct list link;      /* procs.all, or procs.ended; by unique id, or in the order of their ends */
    struct tree_node by_pid; /* of procs.by_pid, or procs.zombies */
    struct procs *procs;
    struct task *task;     /* NULL once it has ended */
    struct subject subject;
    int32_t pid;
    int32_t parent_at_birth; /* 0: none that machd knew */
    uint32_t parent_pid_version;
    uint64_t unique_id, parent_unique_id;
    struct uid *counted;   /* whose processes it counts among (F17): of its real uid */
    struct account *account; /* pays for the record; holds a reference */
    struct proc_kept kept;
    bool has_execed;       /* F14 */
    bool awaits_image;     /* it was spawned, and its program has not begun */
    bool is_undone;        /* its creation was taken back: nobody finds it any more (F60) */
    struct list launches;  /* struct launch.by_parent, oldest first */
    uint32_t n_launches;
    struct launch *launch; /* that is making it; NULL: it is complete */
    struct {               /* ENDED */
        struct task_identity identity;
        uint32_t pid_version;
        struct process_end how; /* zombie NULL: it has been collected */
        struct later_reaping told; /* NOTE_EXIT comes after all that its task's end does (F143) */
        bool is_told;
    } last;
};

struct procs {
    struct system *system;
    struct list all;       /* struct proc.link */
    struct tree by_pid;
    struct list ended;     /* struct proc.link */
    struct tree zombies;   /* of them, those that wait to be collected */
    struct list inherits;  /* struct inherit.link */
    struct list launches;  /* struct launch.link */
    uint64_t last_ticket;
    uint32_t n, n_reserved; /* records, zombies among them (F16, F21), and those that announced creations will need */
    uint32_t max;
};

void procs_init(struct procs *procs, struct system *system);
void procs_fini(struct procs *procs);

/* A record with its task. Consumes inherit (NULL: none, K14). space as task_new takes it. NULL: limit or no memory. */
struct task *proc_new(struct procs *procs, const struct task_identity *identity, struct inherit *inherit, struct space *space);
/* The process has ended; its task is disabled. how NULL: nobody knows, and nobody has to collect it. */
void proc_end(struct proc *proc, bool keep_space, const struct process_end *how);
/* A zombie was collected (F21). */
void proc_collected(struct proc *proc);
/* Asks the host which of them were meanwhile. O(zombies). */
void procs_look_at_zombies(struct procs *procs);
/* One that waits to be collected (F162); NULL. O(log n). */
struct proc *proc_find_zombie(struct procs *procs, int32_t pid);
/* Nothing is left of the task: who watches is told. */
void proc_task_is_gone(struct proc *proc);
/* system.process_watch: ESRCH: no such process, or it is a zombie; EACCES: not the asker's to know (F168); ENOMEM. The watch's
 * `wanted` is set. A process without a record is adopted if more than its end is wanted. */
int proc_watch(struct task *asker, int32_t pid, struct subject_watch *watch, void (*run)(struct ipc *ipc, struct signal *signal));

/* Another image (F85-F90): the old task is disabled, the new one has a main thread, which inherits what watch ports push.
 * NULL: limit or no memory, and then the process has ended. */
struct task *proc_exec(struct proc *proc, const struct task_identity *identity);
/* Its main thread runs: nobody has to release it any more (F55). */
void proc_runs(struct proc *proc);
/* The first image of a spawned process begins, with this command name (F3, F7). Nothing if it has begun before. */
void proc_image_begins(struct proc *proc, const char *command);

/* Its ids have changed: it counts among the processes of its real uid, whatever the limit there (F22). False, and nothing has
 * changed: no memory, or too many uids. */
bool proc_set_ids(struct proc *proc, const struct task_identity *identity);

/* A process that nobody has announced and that runs no libmach becomes a task because somebody asks for it (F155, F156, F159).
 * NULL: there is none, or it is not the asker's to have. */
struct proc *proc_adopt(struct procs *procs, struct task *asker, int32_t pid);

/* A visible process by pid, or NULL (F9). O(log n). */
struct proc *proc_find(struct procs *procs, int32_t pid);

/* Counts and links, from scratch. O(all). */
void procs_check(const struct procs *procs);

/* Who it is, or was. */
static inline const struct task_identity *proc_identity(const struct proc *proc)
{
    return proc->task ? &proc->task->identity : &proc->last.identity;
}

/* 0, or EAGAIN: the table is full, or this uid has as many as `limit` permits (F16, F17). */
int proc_check_room(struct procs *procs, const struct uid *uid, uint64_t limit);
void proc_reserve(struct procs *procs, struct uid *uid);
void proc_unreserve(struct procs *procs, struct uid *uid);
