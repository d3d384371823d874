/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/check.h - the invariants of P4, over everything there is: O(all), for simulations
 *
 * Usage: check_begin; check_right for each naked right that the layers above hold, check_reference for each
 * other pointer of theirs to a port, check_thread for each thread; check_end. All of them assert.
 */
#pragma once

#include "kernel/ipc/port.h"

struct ipc_thread;

void check_begin(struct ipc *ipc);
void check_right(struct right right);
void check_reference(struct port *port); /* NULL is fine */
void check_thread(const struct ipc_thread *thread);
void check_end(struct ipc *ipc);
