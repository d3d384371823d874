/* SPDX-License-Identifier: Apache-2.0 */
/* tests/world.h - what a test needs beside the Mach calls, the same in the simulator and in real life
 *
 * A test body is written once and linked into two programs: with sim/world.c, where tasks are records and
 * threads are coroutines (sim/sim.h), and with tests/live/world.c, where tasks are processes under a private
 * machd. To hold in both, a body shares no memory with the tasks it spawns: what goes in is the argument, as
 * it is at the moment of the spawn, what comes back are messages and the exit value. CHECK works everywhere.
 *
 *     static int child(void *argument)
 *     {
 *         send_something(world_parent_port());
 *         return 7;
 *     }
 *     ...
 *     world_task *task = world_task_spawn(child, &argument, port);
 *     CHECK_EQ(world_task_wait(task), 7);
 */
#pragma once

#include <mach/port.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct world_task world_task;
typedef struct world_thread world_thread;

bool world_is_live(void);

/* A child that inherits like one of fork (P168) and runs fn. `port` is the name of a send or receive right of
 * the caller, or MACH_PORT_NULL: the child gets a send right to it, made or copied, as world_parent_port().
 * When this returns, the child has told its task port. Ends the test when there is no child to be had. */
world_task *world_task_spawn(int (*fn)(void *argument), void *argument, mach_port_t port);
/* In a child: the right that was given along, MACH_PORT_NULL if none was. */
mach_port_t world_parent_port(void);
/* The name, in the spawner's space, of a send right to the child's task port; it stays the world's. */
mach_port_t world_task_port_of(world_task *task);

/* Ends the task as kill -9 does, and waits until everything that its death does has been done. */
void world_task_kill(world_task *task);
/* Waits for the end, and until all that it does has been done. What fn returned (0 to 127); -1 if it was
 * killed. Either of the two must be called exactly once for every task, and forgets it. */
int world_task_wait(world_task *task);
/* In a child: ends it here. */
_Noreturn void world_task_exit(int value);

world_thread *world_thread_spawn(void *(*fn)(void *argument), void *argument);
void *world_thread_join(world_thread *thread);
/* What a signal with a handler does to a thread that waits in a Mach call. */
void world_thread_interrupt(world_thread *thread);

/* Returns when the thread waits in the kernel or is finished. Exact in the simulator; in real life a short
 * wait. */
void world_yield_until_blocked(world_thread *thread);
/* Returns when every other thread and task waits. Exact in the simulator; in real life a short wait. */
void world_settle(void);
void world_sleep_ms(uint32_t milliseconds);

/* mach_host_self() is the privileged port from now on; false: this user cannot have it. */
bool world_become_privileged(void);

/* Reads 64 bits at an address, with the address in the register of the first argument. One that is not mapped is a fault:
 * a Mach handler may put another address there; without one the task dies of it. */
uint64_t world_fault(uint64_t address);

/* The exit value of a child whose own checks decide: those are counted wherever they are made. */
enum { WORLD_OK = 0 };
