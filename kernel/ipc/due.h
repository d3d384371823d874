/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/due.h - what happens when its time has come */
#pragma once

#include "kernel/ipc/ipc.h"

/* The earliest deadline, or TIMERS_NO_DEADLINE. */
uint64_t ipc_next_deadline(const struct ipc *ipc);

/* Carries out what is due at ipc->now, at most as much as fits one pass: what is left stays due. */
void ipc_expire(struct ipc *ipc);
