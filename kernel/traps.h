/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps.h - the traps that are not messages: self ports, reply ports, and the short cuts of
 * mach_port_* on one's own task (abi: mach_traps.h; P2, K34-K41) */
#pragma once

#include "kernel/task/thread.h"

/* Fills thread->ipc.reply from the private copy of the request. An unknown number answers KERN_NOT_SUPPORTED. */
void trap_simple(struct thread *thread, const struct trap_request *request);

/* For traces; NULL for an unknown number. */
const char *trap_name(uint32_t number);
