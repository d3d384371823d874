/* SPDX-License-Identifier: Apache-2.0 */
/* sim/oracle.h - what every thread's priority must be, computed from scratch (T176)
 *
 * The oracle reads what programs have asked for and where everything is: which thread waits where, which message carries
 * which right, which knote is on which port. From that it draws the graph of T64, T75 and T140 anew and computes the least
 * solution of T30 and T18. Nothing of kernel/sched's own arithmetic is used: neither its trees nor its walks, nor what a
 * port or a workloop says of its inheritor, nor policy.c. Then it asserts that the kernel's edges, their numbered reasons,
 * and every B, U and priority of a turnstile are the same.
 *
 * Two inheritors are remembered by nothing but their edge: the thread that received a right (reason 6) and the one that
 * holds a reply right (decision 16). Of those it asserts that the thread lives and has what it is pushed for. In a circle
 * of waits old maxima may stay (T42): there each value must follow from its neighbours, and be no less than the least one.
 */
#pragma once

struct sched_thread;
struct system;

/* O(w + e): waiting threads, turnstiles, ports, knotes, each a few times. An assertion fails where anything differs. */
void oracle_check(const struct system *system);

/* B by T2 to T21, of a thread that inherits `push`. */
int oracle_base(const struct sched_thread *thread, int push);
