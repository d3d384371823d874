/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/check.h - the invariants of P4, over everything there is: O(all), for simulations
 *
 * Usage: check_begin; check_right for each naked right that the layers above hold; check_end, which asserts.
 */
#pragma once

#include "kernel/ipc/port.h"

void check_begin(struct ipc *ipc);
void check_right(struct right right);
void check_end(struct ipc *ipc);
