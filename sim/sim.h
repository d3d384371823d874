/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sim.h - a whole machine of Mach tasks in one process, repeatable from a seed
 *
 * The kernel runs under a simulated host: time is a number, tasks are records, threads are coroutines,
 * segments are blocks of the heap. A simulated thread runs until it makes a trap; there it gives up control,
 * and what happens next is drawn from the seed: some thread's trap is carried out, some thread whose trap is
 * done goes on, the kernel drains a bit of its work, time passes when nothing else can. So one seed is one
 * history, and the same seed is always the same history.
 *
 *   sim_begin(seed);        the caller becomes the first thread of the root task
 *   ... Mach calls, sim_task_spawn, sim_thread_spawn, sim_kill ...
 *   sim_end();              every task dies; asserts that the kernel holds nothing any more
 *
 * There is one simulation at a time. After every trap the kernel's invariants (P4) are checked, and
 * every priority against an oracle (oracle.h): each time while little exists, now and then when much does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/door.h"
#include "libmach/message/transport.h"

struct sim_task;
struct sim_thread;

/* A stream of numbers that depends on nothing but its seed (xorshift64*). */
struct sim_random {
    uint64_t state;
};
void sim_random_seed(struct sim_random *random, uint64_t seed);
uint64_t sim_random_next(struct sim_random *random);
uint32_t sim_random_below(struct sim_random *random, uint32_t n); /* n > 0 */

/* Do plain receivers inherit from their callers (decision 16)? Read by sim_begin; true unless set. */
extern bool sim_boosts_receivers;
/* Do waiting clients push on the service that is being started (D15)? Likewise. */
extern bool sim_prioritizes_launch;
/* Are violations of guards exceptions (P204)? Likewise, but false unless set: most tests want to see the error. */
extern bool sim_raises_guards;
extern bool sim_relaxed_host_ports; /* whether any holder of host-priv may set the ports of services (K101) */
/* The guard word of tasks without a parent (K212); 0 unless set. */
extern uint32_t sim_guard_default;
/* Whether control ports stay with their task (K68); 0 unless set. */
extern uint32_t sim_control_port_options;

void sim_begin(uint64_t seed);
void sim_end(void);

struct kernel *sim_kernel(void);
uint64_t sim_now(void); /* nanoseconds since sim_begin */

/* Pids and tids are given in turn, from 100 to 99998 and then again but for those in use (F26). This one was the last. */
void sim_set_last_id(int32_t id);

/* ---- tasks ---- */

/* A child of the running thread's task that inherits from it as by fork (P168) and runs body(argument) on its
 * first thread. What body returns is the exit value. Never NULL: no memory ends the simulation. The record
 * stays readable until sim_end. */
struct sim_task *sim_task_spawn(int (*body)(void *argument), void *argument);
/* A child in two steps, as a spawn announces it: its pid is there for TRAP_SPAWN_COMMIT, and when that is done it goes and
 * runs body(argument). */
struct sim_task *sim_task_announce(void);
void sim_task_go(struct sim_task *task, int (*body)(void *argument), void *argument);
/* Its next image is of this user. */
void sim_task_set_uid(struct sim_task *task, uint32_t uid);
/* The same for the real id too. */
void sim_task_become(struct sim_task *task, uint32_t uid);
/* The running thread's task becomes another image, whose main thread runs body(argument). */
_Noreturn void sim_task_exec(int (*body)(void *argument), void *argument);
/* The task vanishes with all its threads, as by kill -9: at once, wherever they are. Killing one's own does
 * not return. */
void sim_kill(struct sim_task *task);
_Noreturn void sim_task_exit(int value);
/* Waits until the task is gone. Its exit value; -1 if it was killed. */
int sim_task_wait(struct sim_task *task);
struct sim_task *sim_task_self(void);
struct task *sim_task_kernel(struct sim_task *task); /* NULL when it died */
int32_t sim_task_pid(const struct sim_task *task);
struct sim_task *sim_task_of_pid(int32_t pid); /* NULL: no task has it */
struct lib_task *sim_task_library(struct sim_task *task);
/* A word of the task's own, for what a real program would keep in a static variable. */
uintptr_t *sim_task_word(struct sim_task *task, unsigned index);
enum { SIM_TASK_WORDS = 4 };

/* ---- threads ---- */

struct sim_thread *sim_thread_spawn(void *(*body)(void *argument), void *argument);
void *sim_thread_join(struct sim_thread *thread);
struct sim_thread *sim_thread_self(void);
struct thread *sim_thread_kernel(struct sim_thread *thread); /* NULL when it ended */
_Noreturn void sim_thread_exit(void *result);
/* What a signal does to a thread that waits in the kernel; nothing to others. */
void sim_thread_interrupt(struct sim_thread *thread);

/* ---- waiting ---- */

void sim_sleep(uint64_t nanoseconds);
/* Until the thread waits in the kernel, or for another thread, or is gone. */
void sim_wait_until_blocked(struct sim_thread *thread);
/* Until nothing can happen any more without the running thread or the clock. */
void sim_settle(void);

/* ---- killing at every step ---- */

/* Called before each thing that happens: a trap, a thread that goes on, a bit of the kernel's work, time. NULL: nothing is.
 * May look at everything, and doom. */
extern void (*sim_before_step)(void);
/* The n-th in the order of birth, those that are gone included; NULL: there were not so many. */
struct sim_task *sim_task_nth(unsigned n);
struct sim_thread *sim_thread_nth(unsigned n);
/* It ends before the next thing happens, wherever it is: the task as by kill -9, the thread alone. Not the first ones. */
void sim_task_doom(struct sim_task *task);
void sim_thread_doom(struct sim_thread *thread);

/* ---- for sim/transport.c ---- */

struct lib_thread *sim_thread_library(struct sim_thread *thread);
/* Hands the request in the running thread's page to the kernel and waits until it is done. */
void sim_trap(void);
uint32_t sim_segment_give(const void *bytes, uint64_t size);
/* The bytes of a segment that a reply named; the segment is gone with sim_segment_discard. NULL if there is
 * none. */
const void *sim_segment_bytes(uint32_t id, uint64_t *size_p);
void sim_segment_discard(uint32_t id);
/* The bytes of one that was lent; NULL if there is none. */
void *sim_segment_to_write(uint32_t id);
/* A descriptor for the memory of an entry, the caller's to close; -1 if there is none. */
int sim_segment_file(uint32_t id);

/* ---- trouble ---- */

/* Called on the stack that called sim_begin when nothing can ever happen again (with who waits for what, one
 * per line), and should not return. Without it the process ends. */
extern void (*sim_deadlock_hook)(const char *who_waits);

/* Called before control moves from one task to another and after it: libraries that keep per-process
 * variables outside struct lib_task save and load them here. Either may be NULL. */
extern void (*sim_leave_task_hook)(struct sim_task *task);
extern void (*sim_enter_task_hook)(struct sim_task *task);
