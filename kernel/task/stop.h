/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/stop.h - who may not run: suspended tasks and threads, and threads that show their registers (K127-K148, K158)
 *
 * A thread that is in a trap stops there: its reply is complete and held back until it may run. One that runs its program is
 * asked by the host to park: its library makes a park trap, whose payload are the registers that the program had, and which
 * ends when the thread may go on, with the registers that somebody set meanwhile. So a thread is stopped, as far as its
 * program is concerned, when it is in a trap and not about to leave it for its park trap.
 *
 * Calls that need a thread to stop wait for it as records (struct deferred) and are carried out again when it has, by the
 * layer above (kernel/server/deferred.c). They end with whoever made them.
 */
#pragma once

#include <mach/thread_status.h>

#include "kernel/task/thread.h"
#include "wire/trap.h"

struct registers {
    uint32_t size;
    bool is_changed;
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
};

/* Both counts are 0. */
bool thread_may_run(const struct thread *thread);
/* Its reply stays where it is for now. */
bool thread_is_held_back(const struct thread *thread);
/* It is parked, and somebody wants work of its task. */
bool thread_has_errand(const struct thread *thread);
/* It executes nothing of its program (K145). */
bool thread_is_stopped(const struct thread *thread);
bool task_is_stopped(const struct task *task);

/* TH_STATE_STOPPED while it may not run, else TH_STATE_WAITING while it waits in the kernel, else TH_STATE_RUNNING (T23). */
int32_t thread_run_state(const struct thread *thread);

/* One more (K128, K147). Whoever runs is asked to park. Cost: a task's threads. */
void task_stop(struct task *task);
void thread_stop(struct thread *thread);
/* A stop that whoever asks for it may give back (K143). */
bool task_may_go(const struct task *task);
/* One less; the count is not 0. Whoever may run again runs when the trap or event being served has been settled. */
void task_go(struct task *task);
void thread_go(struct thread *thread);

/* The thread shall park, whether it may run or not; nothing if it has or will. False: it never will (K142). */
bool thread_ask(struct thread *thread);
/* Its reply, if it is complete and need not be held back any more, goes on its way. */
void thread_release(struct thread *thread);
/* It is there. states: {flavor, words, the words} each, at most TRAP_EXCEPTION_STATES_MAX bytes, copied. */
void thread_parked(struct thread *thread, const uint8_t *states, uint32_t size);
/* It is back from its errand, of which it has told already. False: it was not away. */
bool thread_returns(struct thread *thread);
/* Its reply is about to be published: it takes along the registers that were set, and runs. */
void thread_leaves_trap(struct thread *thread);
/* It began after its task was stopped. */
void thread_begins(struct thread *thread);
/* It ends: nobody waits for it to stop any more, and what it waits for is dropped. */
void thread_stop_ends(struct thread *thread);

/* Suspensions that were given back since it was last called (K131, K133). */
void tasks_take_returns(struct system *system);

/* ---- registers of a parked thread (K158-K162) ---- */

#define REGISTER_WORDS_MAX 160u /* of a flavor that this processor has */

/* The flavors that list flavors (K162): true if it is one, and then *kr_p is what the call answers. */
bool registers_list(int flavor, natural_t *words, mach_msg_type_number_t *n_p, kern_return_t *kr_p);
/* A flavor that this processor has, and at least so much room: else KERN_INVALID_ARGUMENT, or KERN_NOT_SUPPORTED for debug
 * registers. */
kern_return_t registers_check_get(int flavor, mach_msg_type_number_t room);
/* Flavor, count and contents may be set: else as above. */
kern_return_t registers_check_set(int flavor, const natural_t *words, mach_msg_type_number_t n);
/* KERN_RESOURCE_SHORTAGE: they are not known. */
kern_return_t registers_get(const struct thread *thread, int flavor, natural_t *words, mach_msg_type_number_t *n_p);
kern_return_t registers_set(struct thread *thread, int flavor, const natural_t *words, mach_msg_type_number_t n);

/* ---- calls that wait ---- */

struct deferred {
    struct list link;      /* of whom it waits for; then system->ready */
    struct list of_caller; /* thread->deferred */
    struct thread *caller;
    struct message *request;
    struct right result;   /* what the call has made already, and gives when it is carried out again */
    struct errand *errand; /* kernel/task/errand.h; NULL: it waits for nobody's work */
    struct thread *carrier; /* who has taken the errand along */
};

/* Gone, with its request, its result and its errand. */
void deferred_drop(struct deferred *deferred);
/* Unlinked and freed; request, result and errand are the caller's. */
void deferred_free(struct deferred *deferred);
