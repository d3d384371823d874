/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/inherit.h - what a child gets from its parent, taken at the moment when it is announced (F31, F42, F65) */
#pragma once

#include "kernel/proc/proc.h"

struct inherit {
    struct list link;        /* procs.inherits */
    struct account *account; /* the parent's task's; holds a reference */
    struct task_slots slots;
    bool is_fork; /* its parent is told of the child when that is made (F53); spawn tells by itself */
    int32_t parent;
    uint32_t parent_pid_version;
    uint64_t parent_unique_id;
    enum sched_kind kind;
    enum sched_role role; /* DEFAULT but for exec (F37) */
    bool is_sugid;
    uint8_t clamp;        /* enum sched_qos; NONE: none (F38) */
    struct proc_kept kept;
};

/* NULL: limit or no memory. */
struct inherit *inherit_new(struct procs *procs, struct task *parent);
/* What its slots held has been moved or released. */
void inherit_discard(struct inherit *inherit);
void inherit_free(struct procs *procs, struct inherit *inherit);
