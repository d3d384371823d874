/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/cpu.h - on which CPU machd runs, and whom it keeps from running there
 *
 * Each request says on which CPU it was made (trap_page.cpu), and machd knows its own. Where both are one, machd had
 * better not poll: as long as it looks for the next request, whoever would make it cannot run. It sleeps instead, and the
 * scheduler goes straight from machd to the client: four switches on one CPU for a round trip, and no interrupt to
 * another CPU, which costs 20 to 30 us where a hypervisor has put that CPU to sleep.
 *
 * In a burst of requests machd polls in any case. Whoever is on its CPU is pushed off by that, to where the others are,
 * and there, beside a machd that polls, hand-offs are fastest; a machd that made room would leave client and server on
 * two CPUs for good, an interrupt apart. Requests that come later than machd polls are no burst: a server that works
 * for a while before each answer would find machd in its client's way, or its own, where every other CPU has a hog.
 *
 * Two moves follow from it, both rare:
 *   follow      requests keep coming from one other CPU, each ending a sleep: machd goes there before it sleeps
 *   step aside  requests keep coming from our CPU without a pause: machd goes to another one and polls
 *
 * What a client says of its CPU is a hint. A lie costs what a wrong guess costs: a sleep, or 50 us of polling.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct trap_thread;

struct cpu_place {
    bool is_ours;      /* whoever is waited for runs where machd runs */
    bool is_shared;    /* ... and there is no burst */
    bool has_slept;    /* no request came since */
    uint32_t n_burst;  /* requests without a pause between them */
    uint32_t n_busy;   /* requests without a lull between them */
    uint32_t n_shared; /* requests in a row from our own CPU, close to each other */
    uint32_t n_away;   /* sleeps in a row that a request from CPU `away` ended */
    uint32_t away;
    uint64_t heard_at, moved_at; /* ns */
};

/* Where the page says that t made its last request: 1 + the number of a CPU, 0: nowhere yet. A hint. */
uint32_t cpu_of(const struct trap_thread *t);
/* A request of t is about to be carried out. */
void cpu_heard(struct machd *m, const struct trap_thread *t);
/* machd itself has woken t, which will run where it ran last, or near. */
void cpu_woke(struct machd *m, const struct trap_thread *t);

/* machd is about to poll: if those whom it serves have run on its CPU for some time, it goes to another one first (true). */
bool cpu_step_aside(struct machd *m);
/* machd is about to sleep, with nothing left to do. */
void cpu_sleeps(struct machd *m);
