/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/round_robin.h - pushes between processes (design section 5)
 *
 * Linux compares niceness inside one scheduling group: the threads of a session, where autogroup is on, or of a cgroup with a
 * CPU controller; and even there a thread that was raised waits for the end of a slice when it is woken. A chain of servers
 * pays for that at each hop. So a thread that another process pushes runs SCHED_RR, below machd and above everything with
 * a niceness, for BUDGET of CPU for each push; then its niceness counts again.
 *
 * Only root's programs get that, from a machd that may give it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct niceness;
struct process;

/* Does a push by a thread of `from` (NULL: not known) on one of the process need it? */
bool round_robin_is_needed(const struct process *process, const struct process *from);

/* The thread runs so from now on; not any more. */
void round_robin_begins(struct machd *m, struct niceness *nice);
void round_robin_ends(struct niceness *nice);

/* Looks at those that have run so for a while; O(those), at the time of round_robin_deadline(). */
void round_robin_run(struct machd *m, uint64_t now);
uint64_t round_robin_deadline(const struct machd *m);
