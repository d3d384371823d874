/* SPDX-License-Identifier: Apache-2.0 */
/* bench/service.h - a child that serves a port, and its parent with a send right to it */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>

#include "peer.h"

/* In the child: makes a port and sends the parent a right to it; MACH_PORT_NULL if that fails. */
mach_port_t service_make(void);
/* In the parent: forks a child that runs serve(peer), and waits for its right. NULL, or why it failed. */
const char *service_fork(struct peer *peer, int cpu, void (*serve)(struct peer *peer), mach_port_t *service_p);
