/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/inquire.h - what processes and the machine use, found out on a thread of its own
 *
 * Reading takes as long as a process has threads and the machine processors, so machd's thread only asks: questions go to the
 * helper through one pipe, answers come back through another, which epoll looks at. The helper is made when somebody first
 * asks, knows nothing of machd, and runs like any program.
 */
#pragma once

#include <stdbool.h>

struct machd;
struct task;

/* host_ops.task_usage, .machine_usage */
bool inquire_task(void *host, struct task *task);
bool inquire_machine(void *host);

/* Answers have come. */
void inquire_answer(struct machd *m);
void inquire_fini(struct machd *m);
