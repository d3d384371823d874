/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/wake.h - publishing results, and who makes the wake-ups
 *
 * A thread whose wait is completed as an effect of another's trap is woken by that other one when it may be:
 * at most two per trap, of the same uid, while the trapper is awake to do it. Such a wake is outstanding
 * until the woken thread's own page shows that it saw the number (`seen`); 50 us later machd makes it itself,
 * and before it sleeps it makes all. One that woke a whole crowd stays outstanding: others wait on that word, and
 * its own thread may stand behind them.
 *
 * A sender that a full queue has let go on is woken by machd 100 us later: one wake for many messages.
 *
 *   wake_begin(t) - kernel_trap: wake_done() for t and for others - wake_finish()
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct trap_thread;

#define STREAM_GAP (20 * MICROSECOND) /* at most, between the sends of a stream */

/* The kernel is about to carry out a request of t. */
void wake_begin(struct machd *m, struct trap_thread *t);
/* The reply of t's last request stands in its page. host_ops.thread_done. */
void wake_done(struct machd *m, struct trap_thread *t);
/* t, which waits, is to look at its page; its word stays as it is. While the kernel works for a trap. */
void wake_hint(struct machd *m, struct trap_thread *t);
/* Publishes what the trap of wake_begin came to: its wake lines, then accepted or the word. */
void wake_finish(struct machd *m);
/* Publishes t's word as it is, outside any trap: an abort that found the request complete. */
void wake_publish(struct machd *m, struct trap_thread *t);

/* Makes the outstanding wakes that are due, or all. */
void wake_run(struct machd *m, uint64_t now);
void wake_run_all(struct machd *m);
/* When the first of them is due; KERNEL_NO_DEADLINE: there are none. */
uint64_t wake_deadline(const struct machd *m);
/* t was heard of: its outstanding wake, if any, has done its work. */
void wake_seen(struct trap_thread *t);

/* t's client is ended: it finds its word gone back, and runs if it sleeps. */
void wake_lost(struct trap_thread *t);
