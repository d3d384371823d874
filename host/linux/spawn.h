/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/spawn.h - taking hold of processes that do not come by themselves: their parents announce them before they run
 * (wire/process.h, SPAWN_COMMIT), or somebody asks for them (F159)
 *
 * An announced child waits in its parent's memory while its parent's trap is carried out, so nothing here can be raced by
 * it. It is bare until its program attaches, if it does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;
struct process;
struct task;
struct task_identity;

/* host_ops */
int process_claim(void *host, struct task *parent, int32_t pid, struct task_identity *identity, void **record_p);
int process_discover(void *host, struct task *asker, int32_t pid, struct task_identity *identity, struct task **ancestor_p,
                     void **record_p);
void process_born(void *host, void *record, struct task *task);
void process_unborn(void *host, struct task *task);
bool process_permits(void *host, struct task *asker, struct task *target);
void process_command(void *host, struct task *task, char *command);

/* Its first program has attached. */
void spawn_image_begins(struct machd *m, struct process *process);
/* A bare process has ended: whether a program ran, of which nobody has told. */
void spawn_image_has_ended(struct machd *m, struct process *process);
