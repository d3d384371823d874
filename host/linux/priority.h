/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/priority.h - Mach priorities of threads, applied as niceness (design section 5)
 *
 * A thread is left alone until its base priority first differs from the default. Raising happens at once, so
 * before the wake that it is meant for; lowering waits until no delegated wake is outstanding, because the
 * lowered thread may be the one that has to make it. Nothing is lowered that could not be raised again, and
 * threads that chose a scheduling policy of their own stay with it.
 *
 * The main thread of a process without libmach is one as well: process.main.
 *
 * A thread that another process pushes runs round robin for a while instead (round_robin.h).
 *
 * Programs of other users than root are kept at niceness 0 or above, whatever their Mach priority.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct process;
struct niceness;

/* The base priority of the thread is another one now, by the urgency of a thread of `from` (host_ops.thread_priority; NULL:
 * not known whose). */
void priority_changed(struct machd *m, struct niceness *nice, int base, struct process *from);
/* It has run round robin for as long as one push permits: its niceness counts from now on. */
void priority_spent(struct machd *m, struct niceness *nice);
/* Lowers some of what waits to be lowered, if no wake is outstanding. True: there is more. */
bool priority_run(struct machd *m);
/* The thread goes. */
void priority_forget(struct niceness *nice);

/* The thread may have the niceness of another one, which machd had given it: it is what was applied last. */
void priority_found(struct niceness *nice);
/* The same thread under another record. */
void priority_hand_over(struct machd *m, struct niceness *from, struct niceness *to);

/* In words, for status: what is applied to programs, and what would permit more. */
const char *priority_policy(void);
