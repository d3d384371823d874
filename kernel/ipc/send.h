/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/send.h - the send half of mach_msg: the checks in their order, copy-in, admission (P98-P128)
 *
 * Up to step 13 of P101 nothing has changed and the code is all there is. From then on the header's rights
 * are the message's; an error in the body sinks what there is of it (P113).
 */
#pragma once

#include "kernel/ipc/wait.h"

enum send_outcome {
    SEND_FAILED,    /* thread->reply.result says why, and may give the message back */
    SEND_DONE,      /* queued or sunk; go on with the receive half (P119) */
    SEND_WAITS,     /* the thread waits for room */
    SEND_TO_KERNEL, /* *message_p is for a kernel object: the caller carries it out */
};

/* thread->call is filled; its payload is shared memory and is read once. */
enum send_outcome send_begin(struct ipc_thread *thread, struct message **message_p);

/* A kernel object's reply to the thread's own request: queued, dropped, or the thread waits for room (P177,
 * P178). SEND_DONE or SEND_WAITS. */
enum send_outcome send_reply(struct ipc_thread *thread, struct message *message);
