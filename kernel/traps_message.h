/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_message.h - the trap that sends and receives messages (P98-P128, P139-P157) */
#pragma once

#include "kernel/task/thread.h"

/* True: the reply is complete. False: the thread waits. O(size of the message); its cost goes to ipc->steps. A payload that
 * says it is larger than its place is a broken protocol, and ends the task. */
bool trap_message(struct thread *thread, const struct trap_request *request);
