/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/raise.h - telling an exception to whoever handles it (K179, K180, K183, K187-K192)
 *
 * The library of the faulting program goes through the levels and waits for the answer itself, since only it can install
 * registers; the kernel knows the actions and sends the request in its own name, with the ports of thread and task.
 */
#pragma once

#include "kernel/task/thread.h"

enum exception_level { LEVEL_THREAD, LEVEL_TASK, LEVEL_HOST, EXCEPTION_LEVELS };

struct exception {
    int type;
    int64_t code[2];
    /* Register states of the thread: {flavor, words, the words} each. */
    const uint8_t *states;
    uint32_t states_size;
};

/* Queues the request at the level's port. reply: a send-once right, consumed. action_p: set on success.
 *    KERN_NOT_FOUND   nobody is told at this level
 *    KERN_FAILURE     the ux handler is, so it is a matter of Unix (K178)
 *    anything else    the level has failed (K182) */
kern_return_t exception_raise_at(struct thread *thread, enum exception_level level, const struct exception *exception,
                                 struct right reply, const struct exception_action **action_p);
