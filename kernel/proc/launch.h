/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/launch.h - a spawn or an exec that its library has announced (wire/process.h; F50, F58-F65, T153-T168)
 *
 * state      holds                                              leaves by
 * PREPARED   what the child inherits, its place in the table,   commit, undo, the parent's death; exec: the next image
 *            the watches that it will get
 * COMMITTED  the child, whose watches are not settled           done, undo, the parent's death (as done)
 *
 * A child may die before its parent comes to say whether it ran. What its watches took goes back only if it did not (S51).
 */
#pragma once

#include "kernel/proc/proc.h"
#include "kernel/sched/turnstile.h"
#include "kernel/sched/waitq.h"

struct thread;
struct watch;

enum launch_state { LAUNCH_PREPARED, LAUNCH_COMMITTED };

enum { LAUNCHES_PER_PROCESS = 1024 };

struct launch {
    struct list link;      /* procs.launches */
    struct list by_parent; /* proc.launches */
    enum launch_state state;
    bool is_exec;
    bool is_told; /* the parent's fork (F53) */
    uint64_t ticket;
    struct proc *parent;
    struct proc *child;      /* COMMITTED; NULL: has died */
    struct inherit *inherit; /* PREPARED */
    struct uid *counted;     /* PREPARED, not exec: where its place is reserved */
    struct account *account; /* holds a reference */
    struct waitq held;        /* COMMITTED: the child's main thread, until somebody lets it go */
    struct turnstile release; /* ... pushes on the thread that commits (F55) */
    struct list orphans;      /* COMMITTED: watches of a child that has died; they push on nobody */
    uint32_t n_watch;
    struct watch *watch[];    /* NEW; gone once they are armed */
};

/* Error numbers of POSIX, 0 for none. Names in the request are those of the thread's task. */
int launch_prepare(struct thread *thread, const struct spawn_request *request, uint64_t *ticket_p);
int launch_commit(struct thread *thread, uint64_t ticket, int32_t pid);
int launch_done(struct thread *thread, uint64_t ticket);
int launch_undo(struct thread *thread, uint64_t ticket);
/* The child of a vfork is there, and will be announced by another ticket if it gets a task of its own (F53, F75). */
int launch_forked(struct thread *thread, uint64_t ticket);

/* ---- for proc.c ---- */

/* A parent ends: what it had only announced is undone, what it had made goes on without it. */
void launches_of_dead_parent(struct proc *parent);
void launch_child_died(struct proc *child);
/* The child's main thread begins to run, or another one takes its place: it waits for its release no more. */
void launch_child_runs(struct proc *child);
/* NOTE_FORK for the parent, once: before the child's NOTE_EXEC, and also when its program cannot be run (F53, F59). */
void launch_tell_of_fork(struct launch *launch);

/* The child's program runs, whatever its parent has said so far: it may end before its parent comes to say so (F53, S51). */
void launch_has_image(struct launch *launch);

/* The newest announced exec of the process: what its image inherits (given), or NULL; and its watch ports, which push on the
 * image's main thread now. */
struct inherit *launch_take_exec(struct proc *proc);
void launch_arm_exec(struct proc *proc, struct task *task);
