/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/world.h - a kernel with three tasks of two threads each, driven by the bytes of one input
 *
 * The world is the host of the kernel: pages are blocks of the heap (so that an access behind one is seen),
 * time is a number, segments are those of sim/segment.c. What the input asks for is done at once, without
 * coroutines. The first task has a port, to which the others have send rights as their bootstrap port; the
 * second is a launchd, so that privileged routines are reached too.
 *
 *   world_begin();
 *   while (input_left(&in)) ...  world_trap(), world_kill() ...
 *   world_end();                 everything dies; the kernel asserts that nothing is left
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/input.h"
#include "kernel/door.h"

enum { WORLD_TASKS = 3, WORLD_THREADS = 2, WORLD_NAMES = 32 };

struct world_thread {
    struct thread *thread; /* NULL: has died */
    struct trap_page *page;
    int32_t tid;
    bool is_done; /* the last trap */
};

struct world_task {
    struct task *task; /* NULL: has died */
    struct task_identity identity;
    struct world_thread thread[WORLD_THREADS];
    uint32_t name[WORLD_NAMES]; /* that its traps returned, the newest over the oldest */
    uint32_t n_names;
    bool is_broken;
};

void world_begin(void);
void world_end(void);

struct kernel *world_kernel(void);
struct world_task *world_task(unsigned index);     /* modulo */
void world_task_die(struct world_task *task);
/* Another task in its place, inheriting from `parent` if that lives. */
void world_task_again(struct world_task *task, struct world_task *parent);
void world_thread_again(struct world_task *task, struct world_thread *thread);

/* Carries out the request in the thread's page, unless it waits: then its wait is taken back. */
void world_trap(struct world_task *task, struct world_thread *thread);
void world_pass_time(uint64_t nanoseconds);
void world_work(void);
/* A segment of the task's: its id. */
uint32_t world_segment(struct world_task *task, const void *bytes, size_t size);

/* A name that the input chooses: one that the task knows, null, dead, or any. */
uint32_t input_name(struct input *in, const struct world_task *task);
