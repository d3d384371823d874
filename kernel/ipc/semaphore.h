/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/semaphore.h - counting semaphores behind ports (P176, K235, abi-ipc 11)
 *
 * A semaphore belongs to a task and is *active* until that task destroys it or dies; after that all calls on it answer
 * KERN_TERMINATED. It is there as long as anybody has a send right to its port, and ends with the last one: who still waits
 * then could never be woken, and gets KERN_TERMINATED too (XNU lets it wait).
 *
 * The count is of units that nobody has taken; while somebody waits it is 0.
 */
#pragma once

#include "kernel/ipc/wait.h"

struct semaphore {
    struct list of_owner;       /* owner->list, while it is active */
    struct semaphores *owner;   /* NULL: destroyed */
    struct port *port;          /* borrowed: the port's object is the semaphore */
    struct waitq waiters;       /* struct ipc_thread.sched.waiter */
    uint32_t count;
};

/* Those of one task. Embedded in it. */
struct semaphores {
    struct list list;
    struct reapable reap;
    bool is_dead;
};

void semaphores_init(struct semaphores *semaphores);
/* All of them are inactive at once (K235); the reaper tells the waiters. */
void semaphores_die(struct ipc *ipc, struct semaphores *semaphores);
/* Nothing is left for the reaper to do. */
bool semaphores_are_reaped(const struct semaphores *semaphores);
/* True when that was the last step. */
bool semaphores_reap_step(struct ipc *ipc, struct semaphores *semaphores);

/* Gives a send right. KERN_INVALID_ARGUMENT, KERN_RESOURCE_SHORTAGE. */
kern_return_t semaphore_new(struct ipc *ipc, struct account *account, struct semaphores *owner, int policy, int value,
                            struct right *right_p);
/* NULL: the port is none of a semaphore. */
struct semaphore *semaphore_of_port(struct port *port);

/* ---- the calls; NULL is KERN_INVALID_ARGUMENT ---- */

kern_return_t semaphore_destroy_by(struct ipc *ipc, struct semaphores *owner, struct semaphore *semaphore);
/* keeps_unit: without a waiter the count rises (KERN_SUCCESS), else KERN_NOT_WAITING. */
kern_return_t semaphore_wake_one(struct semaphore *semaphore, bool keeps_unit);
kern_return_t semaphore_wake_all(struct semaphore *semaphore);
/* KERN_NOT_WAITING: not there. */
kern_return_t semaphore_wake_thread(struct semaphore *semaphore, struct ipc_thread *thread);

/* How long to wait; nanoseconds. 0: not at all. */
struct wait_limit {
    bool has_timeout;
    uint64_t timeout;
};

/* Begins to wait, or writes the result into the thread's reply. signal NULL: nobody is signalled. */
void semaphore_begin_wait(struct ipc_thread *thread, struct semaphore *semaphore, struct semaphore *signal,
                          struct wait_limit limit);

/* For port.c: nobody has a right to it any more. */
void semaphore_end(struct ipc *ipc, struct semaphore *semaphore);
