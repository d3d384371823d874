/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/server.h - what kernel objects answer when they are sent a message (P176-P181, K1-K11)
 *
 * A routine is found by message id alone. The stubs are made by mig from the public descriptions; the
 * handlers are the files beside this one, one for each subsystem.
 */
#pragma once

#include "kernel/task/task.h"
#include "kernel/task/thread.h"

struct errand;

/* Carries out a request to a kernel object and consumes it: destination right and voucher are released, the
 * body's rights are taken by the routine or, if it failed, sunk (P179). caller: the thread that sent it (its
 * task may be needed by handlers). The result is the reply, ready to be sent to the request's reply right, or
 * NULL when none is due (P178: no live reply right, or one to a kernel object). */
struct message *server_call(struct system *system, struct thread *caller, struct message *request);

/* The same for one that had to wait; made: what it had made before that, consumed; errand: what was
 * brought back for it, borrowed, or NULL. */
struct message *server_call_again(struct system *system, struct thread *caller, struct message *request, struct right made,
                                  const struct errand *errand);
/* Carries out again some of what need not wait any more, and queues the replies; the rest is for the next time. */
void server_run_ready(struct system *system);
/* For call_may_defer(); NULL: limit, no memory, or the thread has 64 such calls. */
struct deferred *deferred_new(struct thread *caller);

/* The name of a routine, for traces; NULL for an unknown id. */
const char *server_routine_name(int32_t id);
