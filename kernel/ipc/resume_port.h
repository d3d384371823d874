/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/resume_port.h - the port through which suspensions of a task are given back (K129-K133)
 *
 * A token is a send-once right to it and stands for one suspension wherever it is; a send right stands for somebody who
 * suspends without tokens. Used or destroyed, what becomes of them is counted here, on ipc->resumes, until the layer that
 * knows tasks looks.
 */
#pragma once

#include "kernel/ipc/port.h"

struct resume_port {
    struct list link;    /* ipc->resumes, while something happened */
    struct port *port;   /* a reference; NULL: nobody asked for it yet */
    uint32_t n_returned; /* tokens that are no more */
    bool is_unsent;      /* the last send right is gone */
};

/* The port, made when it is first wanted; false: limit or no memory. */
bool resume_port_make(struct ipc *ipc, struct account *account, struct resume_port *resume);
/* K139: detached; what still happens to tokens means nothing. */
void resume_port_disable(struct resume_port *resume);
void resume_port_end(struct ipc *ipc, struct resume_port *resume);

/* What a port stands for; NULL: it is no resume port, or disabled. */
struct resume_port *resume_of_port(const struct port *port);

/* A token, or the last send right, of such a port is no more. */
void resume_port_token_gone(struct ipc *ipc, struct port *port);
void resume_port_unsent(struct ipc *ipc, struct port *port);
