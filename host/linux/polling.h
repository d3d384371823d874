/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/polling.h - the hot list, and when machd may poll it
 *
 * A few recently active threads have `hot` set in their pages: they need not ring, machd looks at their
 * request words in every pass. Between requests it goes on looking for a while (design section 4) as a guest:
 * with two usable CPUs at least, at most 50 us past the last request, and not for 10 ms after somebody else
 * wanted machd's CPU. With a hog on every core polling makes latency many times worse; the scheduler then
 * takes machd off exactly when a request comes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct trap_thread;

void polling_start(struct machd *m);
void polling_stop(struct machd *m);

/* t made a request: onto the list, in the place of the one that was idle longest. */
void polling_warm(struct machd *m, struct trap_thread *t);
/* Off the list; a request that was made without a ring meanwhile is queued. */
void polling_cool(struct machd *m, struct trap_thread *t);
/* Queues the hot threads that have a request; returns how many. */
uint32_t polling_look(struct machd *m);

/* Until one of them has a request, or for a moment. */
void polling_spin(struct machd *m);

/* True if machd will poll after the request at hand: it is not about to sleep, and nobody waits for its CPU. */
bool polling_is_likely(const struct machd *m);
/* True if machd may go on polling, `last` being the time of the last request. */
bool polling_may_wait(struct machd *m, uint64_t now, uint64_t last);
/* In each pass, carried out once in a while: was machd preempted, or did it wait for a CPU? */
void polling_check_guest(struct machd *m, uint64_t now);
