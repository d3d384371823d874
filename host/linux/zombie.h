/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/zombie.h - processes that have ended and wait to be collected (F21, F162), and how a process ended
 *
 * The pidfd tells of the collection too (POLLHUP, Linux 6.9); before that we look when the kernel asks, which it does before
 * somebody would notice the difference.
 */
#pragma once

#include "base/list.h"
#include "host/linux/watch.h"

struct account;
struct machd;
struct proc;
struct process;

struct zombie {
    struct list link; /* machd.zombies */
    struct watch watch;
    struct account *account; /* pays for it; holds a reference */
    struct proc *proc;       /* the kernel's; NULL while that is told of the death */
};

/* The process's task has ended with it. Takes its pidfd if it waits to be collected. */
void zombie_end_task(struct machd *m, struct process *process);

/* host_ops.process_is_collected */
bool zombie_is_collected(void *host, void *zombie);
/* Its pidfd has an event. */
void zombie_look(struct machd *m, struct zombie *zombie);
/* machd ends. */
void zombies_fini(struct machd *m);
