/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/token_port.h - ports that say who a task is, and hold nothing of it alive (K113, K115)
 *
 * A token remembers numbers alone; whoever knows the tasks finds the one that they mean. It dies with the last send right.
 */
#pragma once

#include "kernel/ipc/port.h"

struct identity_token {
    int32_t pid;
    uint32_t pid_version; /* of the image */
    uint64_t unique_id;   /* of the process */
    struct account *account; /* pays */
};

/* A new port each time, with these numbers; the send right goes to the caller. KERN_RESOURCE_SHORTAGE. */
kern_return_t token_port_new(struct ipc *ipc, const struct identity_token *numbers, struct right *right_p);

/* The token behind a port, NULL if there is none. */
const struct identity_token *token_of_port(const struct port *port);

/* Its port dies. */
void token_port_end(struct identity_token *token);
