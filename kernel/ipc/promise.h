/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/promise.h - the next messages of a queue, shown to their receiver ahead of time
 *
 * A thread that has received from a port finds behind its message copies of plain ones that follow in the queue, and takes
 * them one by one without a trap: by counting up in a word of its page (wire/trap.h). To the kernel they stand in the queue
 * until somebody could notice, and then promise_end() reads how far the thread has come, drops what was taken and takes the
 * rest of the promise back, in one atomic operation. So each message is received once and in order, whoever receives,
 * and what nobody took is still there when the thread dies.
 *
 * A promise ends before anything that would see the difference:
 *   a call that names the receive right, a set that serves it    space_lookup()
 *   a send that finds the queue full                             queue_admission()
 *   the right leaves its space, the port dies                    port_leave_space()
 *   the thread is promised something else, or ends               promise_make(), thread_disable()
 *
 * What can be seen of other ports when a message is received must not be late, so the messages and the port are plain:
 * nothing but inline bytes and the sender's send right, and nobody who waits for that right's end. How many are promised
 * follows how many of the last ones were taken.
 */
#pragma once

#include "kernel/ipc/wait.h"

enum { PROMISE_AT_FIRST = 2 };

/* The thread has just received from the port, by name; its reply is written. O(messages promised), counted. */
void promise_make(struct ipc_thread *thread, struct port *port);
/* Nothing is promised of the port afterwards. O(messages taken), counted. */
void promise_end(struct ipc *ipc, struct port *port);

/* What was taken by now stands in the queue no more. Before each trap of the thread, which has something promised; and of
 * all threads, before somebody looks at what the kernel holds. */
void promise_look(struct ipc *ipc, struct ipc_thread *thread);
void promise_look_at_all(struct ipc *ipc);

static inline void promise_end_any(struct ipc *ipc, struct port *port)
{
    if (port->promised_to)
        promise_end(ipc, port);
}
