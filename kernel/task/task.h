/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/task.h - a task: its identity, its ports, its space (K12-K27, K234-K238)
 *
 * The kernel holds the receive rights of a task's ports; what a program stores in a task's slots are naked
 * send rights.
 */
#pragma once

#include "kernel/ipc/message.h"
#include "kernel/ipc/resume_port.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/ipc/space.h"
#include "kernel/task/exception.h"
#include "kernel/task/flavor.h"
#include "kernel/task/identity.h"
#include "kernel/task/inquiry.h"
#include "kernel/task/system.h"

enum { REGISTERED_PORTS = 3 };

/* state       ports               space                 leaves by
 * ACTIVE      attached            alive                 task_disable
 * DISABLED    detached (K25)      being reaped          task_reap, once the space is empty
 * (freed)     destroyed (K26)     gone
 */
enum task_state { TASK_ACTIVE, TASK_DISABLED };

struct kqueues;

/* The slots that programs set (K78). */
struct task_slots {
    struct exception_actions exceptions;
    struct right host;      /* K97 */
    struct right bootstrap;
    struct right access;
    struct right debug_control;   /* not inherited */
    struct right resource_notify; /* not inherited */
    struct right registered[REGISTERED_PORTS];
    uint32_t guard_behavior; /* TASK_EXC_GUARD_* (K212) */
    uint32_t control_options; /* STAYS_* (K68) */
};

struct proc;

/* As asked for: LATENCY_QOS_TIER_*, THROUGHPUT_QOS_TIER_*. */
enum task_tiers { TASK_TIERS_BASE, TASK_TIERS_OVERRIDE, TASK_TIERS_COUNT };
struct task_tier {
    int32_t latency, throughput;
};

/* Who may not run: kernel/task/stop.h. */
struct suspension {
    uint32_t stops, legacy; /* of them, those without a token (K133) */
    bool is_by_pid;         /* one of the stops is pid_suspend's: the last one goes with it alone (K143) */
    uint32_t n_asked;       /* threads that are about to stop */
    struct list waiting;    /* struct deferred.link: for all of them to have stopped */
    struct list errands;    /* struct deferred.link: for one of them to do some work (errand.h) */
    struct resume_port resume;
};

struct task {
    struct list link;
    struct system *system;
    enum task_state state;
    bool is_enabled;         /* its ports mean it (K20, K21): a spawned one's from when its program begins */
    struct task *image_before; /* of the same process, dying: no trap of this one is served before its end (K243) */
    struct task *image_after;
    struct task_identity identity;
    uint32_t pid_version;
    uint64_t unique_id, parent_unique_id;
    struct token token;      /* what its messages carry (F175) */
    struct account *account;
    struct space *space;
    struct port *control, *name; /* what it has itself: own_port() */
    struct flavored_ports flavored;
    struct right settable_self; /* K35 */
    struct task_slots slots;
    struct sched_task sched; /* type and role (T10) */
    struct task_tier tiers[TASK_TIERS_COUNT]; /* nothing follows from them */
    struct semaphores semaphores;
    struct suspension suspension;
    struct inquiry inquiry;
    struct host_task_usage usage; /* inquiry.is_known: what was found last */
    uint64_t n_traps;
    struct kqueues *kqueues; /* kernel/kqueue: what it has of them; NULL: nothing */
    struct list threads;     /* struct thread.link */
    uint32_t n_threads;
    struct thread *main;     /* F8; NULL: has not come yet, or has ended */
    struct list watches;     /* struct watch.link (T156) */
    struct proc *proc;       /* kernel/proc; NULL once it is disabled */
    struct proc *ended;      /* whose last task it was, while it is disabled; NULL: the process went on */
    void *host;              /* the host's record */
};

/* A live, enabled task, of the kind of an application. slots NULL: the defaults of K14 and B8; else they are consumed (also
 * on failure). space NULL: a fresh one; else consumed. unique_id 0: the next one; else that of the process whose image this
 * is. NULL result: limit or no memory. */
struct task *task_new(struct system *system, const struct task_identity *identity, struct task_slots *slots,
                      struct space *space, uint64_t unique_id, uint64_t parent_unique_id);

/* The image of a spawned process begins: another pid version, and this command name (F3, F7). */
void task_renew(struct task *task, const char *command);

/* What a child inherits now (K15, K17): new naked rights. */
struct task_slots task_inherit(struct task *parent);
void task_slots_release(struct ipc *ipc, struct task_slots *slots);

/* K25: detached from its ports, its threads disabled and out of their waits; the space dies unless it is kept
 * for the stash. */
void task_disable(struct task *task, bool keep_space);
/* K26, once the space has been reaped: ports destroyed, the task freed. */
void task_finish(struct task *task);
/* The new image of a process waits for the end of the old one, which is about to be disabled. */
void task_succeed(struct task *old, struct task *image);
/* Terminates every disabled task whose space is empty; true if there was one. */
bool task_reap(struct system *system);

/* Port to task: control only, or any flavor (K3). NULL: not converted. */
struct task *task_of_control_port(struct port *port);
struct task *task_of_name_port(struct port *port);

/* Other ids in the same image: the token and the host slot follow (F175, K98). */
void task_set_ids(struct task *task, const struct task_identity *identity);

/* Whether the caller may have control of the target, found by its pid or by a token (K105, F173). Asks the host what the
 * kernel does not know of their users. */
bool task_may_control(struct task *caller, struct task *target);
/* The target's access port, which decides for others than root, has died (K106). */
bool task_guard_has_died(const struct task *caller, const struct task *target);
/* The task's port of this flavor for `to`: null if the task is no longer active or there is no memory, dead if the policy
 * forbids it (K56, K57, K62). */
struct right task_give(struct task *task, enum port_flavor flavor, const struct task *to);
/* A send right to a new identity token of the task, paid by the account (K113). KERN_RESOURCE_SHORTAGE. */
kern_return_t task_token(const struct task *task, struct account *account, struct right *right_p);

/* ---- special ports (K76-K90, K92, K93) ---- */

/* Gives a right (NULL and PORT_DEAD are fine). which: TASK_*_PORT. */
kern_return_t task_get_special(struct task *task, int which, struct right *right_p);
/* Consumes the right on success only. */
kern_return_t task_set_special(struct task *task, int which, struct right right);
kern_return_t task_register_ports(struct task *task, struct right rights[REGISTERED_PORTS]); /* consumes on success */
kern_return_t task_lookup_ports(struct task *task, struct right rights[REGISTERED_PORTS]);

/* The right that task_self and host_self return (K34, K35, K37). */
struct right task_self_right(struct task *task);
struct right task_host_right(struct task *task);
