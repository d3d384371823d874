/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/drain.h - carrying out what operations have only recorded: notes, deaths, threads that go on
 *
 * The one place where causes meet their effects, and a loop, not a recursion: each step does one bounded
 * thing and may put more on the lists. A million ports nested in messages die on a flat stack.
 */
#pragma once

#include "kernel/ipc/wait.h"

enum { DRAIN_BUDGET = 512 };

/* Sends all notes posted so far; O(1) each. */
void ipc_send_notes(struct ipc *ipc);

/* Works until nothing is left, or `budget` steps of reaping are spent. Threads whose reply is complete end up
 * on ipc->finished. */
void ipc_drain(struct ipc *ipc, uint32_t budget);

static inline bool ipc_has_work(const struct ipc *ipc)
{
    return !list_is_empty(&ipc->reap) || !list_is_empty(&ipc->notes) || !list_is_empty(&ipc->resumed);
}
