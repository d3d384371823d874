/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/show.h - what programs are told of processes (F160-F166; wire/process.h) */
#pragma once

#include "kernel/proc/proc.h"

/* Of a zombie what is left (F162). What everybody may know; the rest if `viewer` is of the same user, or root's (F160). */
void show_process(const struct proc *proc, const struct task *viewer, struct process_info *info);
/* Up to max of those behind *cursor_p (a unique id); *cursor_p: 0 when that was all. O(records). */
uint32_t show_list(const struct procs *procs, uint64_t *cursor_p, struct process_item *items, uint32_t max);
/* Up to max threads after `skip`; O(threads). */
uint32_t show_threads(const struct proc *proc, uint32_t skip, struct process_thread *threads, uint32_t max);

bool show_permits(const struct proc *proc, const struct task *viewer);
