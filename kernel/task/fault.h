/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/fault.h - an exception of a thread, told level by level until somebody handles it (K179-K186)
 *
 * The thread's library makes one trap with the registers of the fault. From then on the thread is parked (stop.h): its
 * registers can be read and set, and it does errands. It waits for the answer of the thread's handler, then of the task's, then
 * of the host's, and pushes on whoever is to answer (ipc/upcall.h); the reply of the trap says whether one of them succeeded,
 * and brings the registers with which the thread goes on.
 *
 * state  the thread                             leaves by
 * NONE   has no exception                       fault_begin
 * TOLD   waits for an answer, or is on an       an answer, the end of all levels
 *        errand meanwhile
 * OVER   knows what came of it (`result`), and  fault_end
 *        has not left its trap
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <mach/kern_return.h>

struct message;
struct thread;

enum exception_level { LEVEL_THREAD, LEVEL_TASK, LEVEL_HOST, EXCEPTION_LEVELS };
enum fault_state { FAULT_NONE, FAULT_TOLD, FAULT_OVER };

struct fault {
    enum fault_state state;
    enum exception_level level;
    int type; /* EXC_* */
    int64_t code[2];
    uint32_t behavior;    /* in which the present level was told */
    bool is_handled;      /* its answer was a good one */
    bool is_fatal;        /* the task ends with it, whatever the answer is (K210) */
    kern_return_t result; /* KERN_SUCCESS: handled; KERN_FAILURE: by nobody, or by Unix; KERN_ABORTED: taken back */
};

/* The thread has parked (thread_parked). True: the reply is complete. Else it waits. Cost: the levels. */
bool fault_begin(struct thread *thread, int type, const int64_t code[2], bool is_fatal);
/* Back from an errand, or awake: as above. With a fault only. */
bool fault_go_on(struct thread *thread);
/* thread_abort: the present level has failed (K184). */
void fault_abort(struct thread *thread);
/* The thread leaves its trap, or ends. */
void fault_end(struct thread *thread);

/* Somebody used the reply right (K181, K182, K190). The right and the message stay the caller's. */
void fault_answered(struct thread *thread, const struct message *message);
