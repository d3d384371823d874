/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/body.h - copy-in of a message's descriptors in two passes (P109-P111, P129-P138) */
#pragma once

#include "kernel/ipc/wait.h"

/* The measuring pass over the private copy: forms and counts, nothing taken. MACH_MSG_SUCCESS or the code of
 * P110. */
kern_return_t body_measure(struct ipc_thread *thread, struct message *message);
/* The copying pass: rights and memory move into message->descriptors. On an error what was taken so far stays
 * there, to be sunk with the message. */
kern_return_t body_copyin(struct ipc_thread *thread, struct message *message);
