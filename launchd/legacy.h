/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/legacy.h - servers of the old kind, made by bootstrap_create_server (B49, B50, B131)
 *
 * Such a server is a managed job (managed.h) whose property list launchd writes itself, and which has a port of its own: a
 * request that is sent there is the job's, whoever sends it, and concerns the job's domain (B66). Its services are
 * those that are created there. As long as anybody has a send right to that port the server counts as running. The port
 * asks itself to be told when nobody has one any more. It stands in the record where anonymous jobs have their task,
 * and no send right of it is launchd's.
 */
#pragma once

#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <stdbool.h>

#include "launchd/job.h"

struct managed;

/* Refuses BOOTSTRAP_NO_MEMORY: a command that cannot be split into 1 to 100 words, or a limit. *port_p: of the new job,
 * which holds the receive right. */
kern_return_t legacy_create(struct domain *domain, const char *command, uid_t uid,
                            bool on_demand, mach_port_t *port_p);

bool legacy_is(const struct managed *m);
/* The job whose own port this is; NULL: it is none. */
struct managed *legacy_find(mach_port_t port);

/* Somebody has a right to its port: it counts as running. */
bool legacy_is_held(const struct managed *m);
/* It has no service, or its last instance ended without having checked one in: there is nothing more to it. */
bool legacy_is_over(const struct managed *m);

/* After another launchd: what comes to its port is served again. */
void legacy_take_over(struct managed *m);
/* The port ends with the job. */
void legacy_end(struct managed *m);

/* A notification of a server's own port: true, it was one, and is done with. */
bool legacy_take(mach_msg_header_t *message);
