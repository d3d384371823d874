/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/fair.h - whose request is carried out next
 *
 * Deficit round robin by the steps that traps took: users in turn, of a user its processes, of a process its
 * threads. A process with a thousand threads, or one with expensive traps, gets one process's share. A
 * process whose last trap is still being drained is passed over.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct process;
struct trap_thread;

/* t has a request to take. Nothing if it is queued already. */
void fair_add(struct machd *m, struct trap_thread *t);
/* t, or every thread of a process, waits no longer (it died). */
void fair_remove_thread(struct machd *m, struct trap_thread *t);
void fair_remove_process(struct machd *m, struct process *process);

/* When the first of those with requests has had its rest. */
uint64_t fair_rest_ends(const struct machd *m);
bool fair_is_empty(const struct machd *m);
/* Carries out at most n requests; the result is how many. */
uint32_t fair_serve(struct machd *m, uint32_t n);
