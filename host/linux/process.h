/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/process.h - processes that machd knows: birth, exec, adoption, death
 *
 * A process is its pidfd, not its number (F10). Its death is the pidfd's word alone; a hang-up of its
 * connection is a death in progress or an exec, which the flags of its stat file tell apart (F99).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/task/identity.h"

struct account;
struct connection;
struct inherit;
struct machd;
struct process;
struct user;

/* Why an attach is refused: what Mach calls of that process answer, and a sentence. NULL sentence: not
 * refused. */
struct refusal {
    int kern_return;
    const char *why;
};

bool process_is_dead(const struct process *process);
/* Its effective uid; what it holds is charged to the user that it was when its image began. */
uint32_t process_uid(const struct process *process);

/* The record of a process of this user, without its pidfd and without a task; NULL: limit or no memory. */
struct process *process_make(struct machd *m, int32_t pid, struct user *user, struct account *account);
/* Nothing is left of it. */
void process_free(struct machd *m, struct process *process);
/* Who it is: effective ids as given, the others from the host's files where those agree. */
struct task_identity process_identity(const struct process *process, uint32_t uid, uint32_t gid, bool privileged);

/* Makes the record and the task of the process at the other end of the connection. Consumes inherit. */
struct process *process_new(struct machd *m, struct connection *connection, struct inherit *inherit, struct refusal *refusal);
/* Another image runs in it, of this uid: its task dies, and a bare one stands ready (F99). False: there is no
 * task now. */
bool process_exec(struct machd *m, struct process *process, uint32_t uid);
/* Gives an ENDED process whose image has changed a task again. Consumes inherit. */
bool process_revive(struct machd *m, struct process *process, uint32_t uid, struct inherit *inherit);
/* What the nearest ancestor of the same uid has now; NULL if there is none (F155). */
struct inherit *process_adopt(struct machd *m, int32_t pid, uint32_t uid);
/* That ancestor; NULL. */
struct process *process_ancestor(struct machd *m, int32_t pid, uint32_t uid);

/* Its last connection hung up. */
void process_hung_up(struct machd *m, struct process *process);
/* It broke the protocol: it is ended as soon as no kernel call is in progress. host_ops.task_broken. */
void process_break(struct machd *m, struct process *process, const char *why);
/* Ends those that broke the protocol. */
void processes_end_broken(struct machd *m);
void process_died(struct machd *m, struct process *process);
