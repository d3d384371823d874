/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/raise.h - the request by which a level hears of an exception (K179, K180, K187-K193) */
#pragma once

#include "kernel/task/thread.h"

/* Sends the request for the fault's type and codes to its level's port, and notes the behavior in it. The thread waits for
 * nothing yet. Results:
 *    KERN_NOT_FOUND   nobody is told at this level
 *    KERN_FAILURE     the ux handler is, so it is a matter of Unix (K178)
 *    anything else    the level has failed (K182) */
kern_return_t exception_tell(struct thread *thread, struct fault *fault);

/* msgh_id of requests of this behavior, which is a known one. */
int32_t exception_id(uint32_t behavior);
