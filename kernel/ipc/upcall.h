/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/upcall.h - a request that the kernel makes on behalf of a thread, which waits for the answer (K43)
 *
 *     upcall_ask()    the request goes to its port, with a send-once right of the thread's own reply port
 *     upcall_wait()   the thread stands there and pushes on whoever has the request, as on a special reply port of its own
 *     go_on           of the wait's operations, once there is an answer, or cannot be one any more, or somebody wants the thread
 *
 * The reply port lives in no space; its receiver is the kernel, which hands what arrives to the layer that asked
 * (upcall_end). A thread may leave its wait for a while and come back: what happens meanwhile is kept in `state`.
 *
 * state       the request                                  leaves by
 * IDLE        none                                         upcall_ask
 * ASKED       is queued, or somebody holds the reply right upcall_end, upcall_right_gone, upcall_abandon
 * ANSWERED    was answered                                 upcall_ask, upcall_settle
 * UNANSWERED  never will be                                upcall_ask, upcall_settle
 */
#pragma once

#include "kernel/ipc/wait.h"

/* The thread's reply port is there, made if need be. False: limit or no memory. */
bool upcall_prepare(struct ipc_thread *thread);
/* Prepared, and not asked. Consumes the message, which has its destination, alive and in a space or on its way; its queue's
 * limit does not count (K183). */
void upcall_ask(struct ipc_thread *thread, struct message *request);
/* Asked, and in no wait. */
void upcall_wait(struct ipc_thread *thread, const struct wait_ops *ops);
bool upcall_waits(const struct ipc_thread *thread);

/* An answer came: it has been looked at. Wakes the thread if it waits. */
void upcall_end(struct ipc_thread *thread);
/* Back to IDLE, whatever came of it. */
void upcall_settle(struct ipc_thread *thread);
/* The wait is over without an answer: who still holds the reply right holds a dead one. */
void upcall_abandon(struct ipc_thread *thread);

/* Whose reply port it is; NULL: nobody's, or nobody waits for an answer there. */
struct ipc_thread *upcall_of_port(const struct port *port);
/* A send-once right to such a port is no more. */
void upcall_right_gone(struct port *port);

/* The thread ends. First half: detached, in no wait any more; then the port is destroyed (K31). */
void upcall_disable(struct ipc_thread *thread);
void upcall_free(struct ipc_thread *thread);
