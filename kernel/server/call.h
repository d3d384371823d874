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
};

/* Inside a call only. */
const struct call *call_now(void);

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
