/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/call.h - what handlers may ask about the call that they serve
 *
 * Their parameters are those of the description; who calls, and in which system, is not among them. The
 * kernel serves one call at a time, so it stands in one place, and only while server_call() runs.
 */
#pragma once

#include "kernel/server/mig_kernel.h"
#include "kernel/task/task.h"
#include "kernel/task/thread.h"

struct call {
    struct system *system;
    struct thread *caller;
    const struct port *port; /* that the request was sent to */
    bool is_again;           /* it had to wait, and need not any more */
    const struct errand *errand; /* what it had to wait for; NULL: there is none */
};

/* Inside a call only. */
const struct call *call_now(void);

/* What the call answers with is the port itself, whoever gets it (K73). */
void call_answers_as_it_is(void);
/* What the call answers with is a right that stays in this space, wherever the answer goes (P201). */
void call_answers_only(const struct space *space);

/* A handler that must wait (deferred.c) asks first whether it may (false: limit or no memory), and then returns what
 * call_defer() gives. waiting: whose list it stands on until then. What it has made already goes along, and is given back by
 * call_result(), or released if the call is never carried out. */
bool call_may_defer(void);
kern_return_t call_defer(struct list *waiting);
kern_return_t call_defer_with(struct list *waiting, struct right result);
struct right call_result(void);
kern_return_t call_defer_errand(struct list *waiting, struct errand *errand); /* consumes it */

/* For handlers that need task->usage or system->usage: KERN_SUCCESS when that is fresh; else what the handler returns, which
 * is that it waits, or KERN_FAILURE or KERN_RESOURCE_SHORTAGE. */
kern_return_t call_task_usage(struct task *task);
kern_return_t call_machine_usage(struct system *system);

static inline struct ipc *call_ipc(void)
{
    return &call_now()->system->ipc;
}

static inline struct system *system_of_host(struct host_object *host)
{
    return (struct system *)host;
}

/* A number that names the kernel object behind a port, the same for all its ports and unlike all others; 0
 * for ordinary ports and for objects that are gone (K125). */
uint64_t object_id(const struct port *port);
