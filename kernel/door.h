/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/door.h - the only way into the kernel: traps of threads, and events of the host
 *
 * The host owns connections, pages, time and descriptors; it calls one function here at a time, from one
 * thread. What a call causes leaves through struct host_ops (base/host_ops.h). All of them end by draining
 * what they caused, with a fixed budget of counted steps; kernel_has_work() tells whether something is left,
 * and kernel_work() goes on with it.
 *
 *   life of a task:    kernel_inherit_new (fork) -> kernel_task_new -> kernel_thread_new ... -> kernel_task_died
 *   life of a thread:  kernel_thread_new -> kernel_trap, kernel_abort ... -> kernel_thread_died
 *
 * Objects handed out here stay valid until the matching _died call returned; the host must drop its pointers
 * then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/account.h"
#include "base/host_ops.h"
#include "kernel/task/identity.h"
#include "kernel/task/machine.h"
#include "kernel/task/limits.h"
#include "wire/look.h"
#include "wire/refusal.h"
#include "wire/trace.h"
#include "wire/trap.h"

struct kernel;
struct system;
struct task;
struct thread;
struct inherit;
struct proc;

#define KERNEL_NO_DEADLINE UINT64_MAX

struct kernel_config {
    struct kernel_limits limits;
    bool allow_interpose;      /* K0.3 */
    bool relaxed_host_ports;
    bool developer_mode;       /* tasks may use each other's control ports (K48) */
    bool allow_task_for_pid;   /* ... and get them from the pid, if they are one user's (K105) */
    bool allow_task_terminate; /* decision 7 */
    bool boost_receivers;      /* decision 16 */
    bool prioritize_launch;    /* what a waiting client pushes reaches the service that is being started (D15) */
    uint32_t guard_default;    /* K0.3: guard word of tasks without a parent */
    uint32_t control_port_options; /* K0.3, K68: STAYS_* */
    bool raise_guards;         /* violations of guards are exceptions, and some of them the end (P204) */
    struct machine machine;    /* what programs are told of it */
    uint32_t turnstile_max_hop; /* T41; 0: no limit */
    uint32_t max_processes;     /* F23 */
};

/* Sensible limits for one machd; see machd.conf(5). */
struct kernel_config kernel_config_default(void);

/* NULL when there is no memory. ops and host must outlive the kernel. */
struct kernel *kernel_new(const struct kernel_config *config, const struct host_ops *ops, void *host);
/* Every task must have died and all work be drained. Asserts that nothing is left. */
void kernel_free(struct kernel *kernel);

/* ---- events: tasks ---- */

/* What a child made now would inherit (F42, F65): taken at `prepare`, given to kernel_task_new or dropped. */
struct inherit *kernel_inherit_new(struct kernel *kernel, struct task *parent);
/* The child is not that task's own: nobody is told of a fork (F172). */
void kernel_inherit_is_distant(struct inherit *inherit);
void kernel_inherit_free(struct kernel *kernel, struct inherit *inherit);

/* Makes a live, enabled task. inherit NULL: the defaults of K14, with the bootstrap port of the uid's domain
 * (B8) as far as launchd has named one. Consumes inherit. NULL when there is no memory or the uid is at its
 * limit. */
struct task *kernel_task_new(struct kernel *kernel, const struct task_identity *identity, struct inherit *inherit, void *host);

/* The process is gone. Its threads die with it; the pages may go as soon as this returns. keep_space: launchd's names
 * outlive it (B14) and are given to the next task made with is_launchd. */
void kernel_task_died(struct kernel *kernel, struct task *task, bool keep_space);

/* The same for the end of a whole process. Its record stays while it is a zombie, until kernel_process_collected or until
 * process_is_collected said so (base/host_ops.h): NULL, there is none. */
struct proc *kernel_process_ended(struct kernel *kernel, struct task *task, bool keep_space, const struct process_end *how);
void kernel_process_collected(struct kernel *kernel, struct proc *proc);

/* Another image runs in the process (F85-F90): the old task has died, and the new one, which is told here, has a main thread
 * without a page already; watch ports push on that. NULL: limit or no memory; then the process has no task. */
struct task *kernel_task_exec(struct kernel *kernel, struct task *old, const struct task_identity *identity, void *host);
/* The first image of a spawned process is there (F3); command: its name, or "". Nothing for others. */
void kernel_image_begins(struct kernel *kernel, struct task *task, const char *command);

/* Other ids in the same image (F22, F175). False, and nothing has changed: no memory, or too many uids. */
bool kernel_task_set_ids(struct kernel *kernel, struct task *task, const struct task_identity *identity);

/* May another process of this real uid be made (F16, F17)? limit: its soft RLIMIT_NPROC. */
bool kernel_has_room(struct kernel *kernel, uint32_t uid, uint64_t limit);

/* The bootstrap port of this uid's domain is known, so that kernel_task_new without inherit gives one (B8). */
bool kernel_has_domain(struct kernel *kernel, uint32_t uid);

/* The accounts to which the host charges what it holds for clients: of a uid (NULL without memory), of a task, and of
 * launchd, for which nobody pays. Borrowed; all must be free of the host's charges before kernel_free. */
struct account *kernel_uid_account(struct kernel *kernel, uint32_t uid);
struct account *kernel_task_account(struct task *task);
struct account *kernel_own_account(struct kernel *kernel);

void *kernel_task_host(struct task *task);
const struct task_identity *kernel_task_identity(struct task *task);

/* False while what this task's last trap caused is still being drained: serve others first (design section
 * 3). */
bool kernel_task_may_trap(struct task *task);

/* ---- events: threads ---- */

/* page: the thread's trap page, TRAP_PAGE_SIZE bytes shared with the client. NULL: a thread that makes no
 * traps (a bare task's main thread). NULL result: limit or no memory. The first thread of a task whose tid is
 * its pid is the main thread. */
struct thread *kernel_thread_new(struct kernel *kernel, struct task *task, int32_t tid, struct trap_page *page, void *host);
void kernel_thread_died(struct kernel *kernel, struct thread *thread);
void *kernel_thread_host(struct thread *thread);
struct task *kernel_thread_task(struct thread *thread);

/* Carries out the request in the thread's page. `now` in nanoseconds of any clock that never goes back.
 * Returns the steps it took (>= 1). Afterwards either thread_done was called for the thread or it waits. Must
 * not be called while it waits. */
uint32_t kernel_trap(struct kernel *kernel, struct thread *thread, uint64_t now);
bool kernel_thread_waits(const struct thread *thread);
/* Its last mach_msg was a send without a receive. */
bool kernel_thread_only_sent(const struct thread *thread);
/* Ends the thread's wait as a signal does; thread_done is called. Nothing if it does not wait. */
void kernel_abort(struct kernel *kernel, struct thread *thread);

/* ---- events: what the host was asked to find out (base/host_ops.h) ---- */

/* NULL: it could not. */
void kernel_task_usage(struct kernel *kernel, struct task *task, const struct host_task_usage *usage);
void kernel_machine_usage(struct kernel *kernel, const struct host_machine_usage *usage);

/* ---- events: time and work ---- */

uint64_t kernel_next_deadline(const struct kernel *kernel);
void kernel_tick(struct kernel *kernel, uint64_t now);
bool kernel_has_work(const struct kernel *kernel);
void kernel_work(struct kernel *kernel);

/* ---- looking ---- */

struct kernel_census {
    uint64_t tasks, threads, spaces, names, ports, port_sets, messages, message_bytes, memory_objects, requests;
};

/* Before somebody looks: what threads have taken from queues without a trap (kernel/ipc/promise.h) stands there no more.
 * O(threads that were shown messages). */
void kernel_catch_up(struct kernel *kernel);
struct kernel_census kernel_census(const struct kernel *kernel);

/* Walks everything and asserts the invariants of P4; O(all). Simulations call it after every trap. */
void kernel_check_invariants(struct kernel *kernel);
/* For other checks: what all of it stands in. */
const struct system *kernel_system(const struct kernel *kernel);

/* Calls visit for each live task, oldest first; for status displays. */
struct kernel_task_view {
    const struct task_identity *identity;
    const struct account *account;
    void *host;
    uint64_t names, ports, messages, threads;
};
void kernel_each_task(struct kernel *kernel, void (*visit)(void *context, const struct kernel_task_view *view), void *context);

/* ---- looking inside a task, for `machctl lsmp` (wire/look.h). None of these changes anything. ---- */

/* Root sees all, others the tasks whose effective and real uid are theirs. */
bool kernel_task_may_be_seen(const struct task *task, uint32_t uid);
void kernel_look_task(const struct task *task, struct look_task *out);
/* The task's names, from slot *cursor_p on, at most max of them and bounded work; returns how many. *cursor_p: where to
 * go on, 0 at the end. viewer: whose question it is. */
uint32_t kernel_look_names(const struct task *task, uint32_t viewer, uint64_t *cursor_p, struct look_name *names, uint32_t max);

/* The task's threads that wait or are pushed, oldest first, and the path from what one of them waits for (`machctl why`); cursors
 * as above, that of a path begins with the tid. O(threads); O(hops), and a bounded search for a request among the messages. */
uint32_t kernel_look_waits(const struct task *task, uint64_t *cursor_p, struct look_wait *waits, uint32_t max);
uint32_t kernel_look_path(const struct task *task, uint32_t viewer, uint64_t *cursor_p, struct look_hop *hops, uint32_t max);

/* The thread's last refusal, for `machctl why-not`; number 0: there was none. */
const struct refused *kernel_thread_refused(const struct thread *thread);

/* A tap that is told of each call that has its result and of each message that is sent or arrives
 * (wire/trace.h); NULL takes it away. The event lives only for the call, which fills in the time. task: whose
 * event it is, NULL: nobody's; peer: who receives where the message is sent, or NULL. */
typedef void kernel_tap_function(void *context, struct trace_event *event, const struct task *task, const struct task *peer);
void kernel_tap(struct kernel *kernel, kernel_tap_function *tap, void *context);
