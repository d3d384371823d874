/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/errand.h - work on a task's memory, done by a thread of that task (wire/trap.h, TRAP_PARK)
 *
 * Memory belongs to its process: the library there does with it what a caller elsewhere asks for, on a thread that has parked
 * for it, and machd waits for nobody. The errand stands with its call (struct deferred) on the task's list until a parked
 * thread takes it along; what comes back is the process's word, of the size and form that was asked for, and no more.
 */
#pragma once

#include "kernel/task/stop.h"

struct errand {
    uint32_t kind; /* enum trap_errand_kind */
    uint32_t size; /* of bytes: that go along, then that come back */
    uint64_t arg[TRAP_ERRAND_ARGS];
    bool is_done;
    kern_return_t result;
    uint64_t out[TRAP_ERRAND_OUTS];
    struct account *account; /* pays */
    uint8_t bytes[TRAP_ERRAND_BYTES];
};

/* NULL: limit or no memory. */
struct errand *errand_new(struct account *account);
void errand_free(struct errand *errand); /* NULL is fine */

/* Sees that a thread of the task takes up what stands on its list. If there is none the errands have failed, and their calls
 * are carried out again. Cost: a task's threads. */
void errands_run(struct task *task);
/* The parked thread takes the next errand along with its reply; false: there is none. */
bool errand_take(struct thread *thread);
/* What the thread brings back from the errand that it took. */
void errand_bring(struct thread *thread, kern_return_t result, const uint64_t out[TRAP_ERRAND_OUTS], const uint8_t *bytes,
                  uint32_t size);
/* The thread ends, or has forgotten: its errand has failed. */
void errand_lose(struct thread *thread);
