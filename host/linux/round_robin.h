/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/round_robin.h - pushes between scheduling groups (design section 5)
 *
 * Linux compares niceness inside one group: the threads of a session, where autogroup is on, or of a cgroup with a CPU
 * controller. A thread that is pushed from another group than its own runs SCHED_RR instead, below machd and above everything
 * with a niceness, for BUDGET of CPU for each push; then its niceness counts again.
 *
 * Only root's programs get that, from a machd that may give it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct niceness;
struct process;

void round_robin_start(struct machd *m);
/* Does a push by a thread of `from` (NULL: not known) on one of the process need it? */
bool round_robin_is_needed(const struct machd *m, struct process *process, struct process *from);

/* The thread runs so from now on; not any more. */
void round_robin_begins(struct machd *m, struct niceness *nice);
void round_robin_ends(struct niceness *nice);

/* Looks at those that have run so for a while; O(those), at the time of round_robin_deadline(). */
void round_robin_run(struct machd *m, uint64_t now);
uint64_t round_robin_deadline(const struct machd *m);
