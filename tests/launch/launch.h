/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/launch.h - tasks that are made as posix_spawn makes them (wire/process.h), the same in both worlds
 *
 *     struct spawn_request request = launch_request();
 *     request.watch[request.n_watch++] = port;
 *     struct launched *child;
 *     REQUIRE_EQ(launch_begin(&request, body, argument, &child), 0);    it is there and waits
 *     launch_go(child);                                                 it runs, and there is no way back
 *     CHECK_EQ(launch_wait(child), 7);
 *
 * or, after begin, launch_take_back. In real life the child is a copy of the program that has not used libmach yet.
 */
#pragma once

#include "tests/push/common.h"
#include "wire/process.h"

struct launched;

/* A request that asks for nothing. */
struct spawn_request launch_request(void);
/* One with these watch ports. */
struct spawn_request launch_watching(const mach_port_t *ports, uint32_t n);

/* 0, or an error number, and then nothing is left. */
int launch_begin(const struct spawn_request *request, int (*fn)(void *argument), void *argument, struct launched **child_p);
void launch_go(struct launched *child);
/* It never runs fn, and is forgotten. */
void launch_take_back(struct launched *child);
int launch_pid(const struct launched *child);
/* As those of world_task; each forgets it. */
int launch_wait(struct launched *child);
/* In the simulator alone: its program begins, and has ended before its parent says that it runs. */
void launch_live_fast(struct launched *child);
/* ... and nobody saw it begin: what its parent says then, or undoes. */
void launch_live_unseen(struct launched *child, bool has_run);
void launch_kill(struct launched *child);

/* The calling thread ends, and only that. */
_Noreturn void launch_thread_exit(void);

/* In the simulator alone: the calling task becomes another image that runs fn, as by exec. */
_Noreturn void launch_exec(int (*fn)(void *argument), void *argument);

/* One that nobody of the test's is the parent of any more. */
void launch_kill_pid(int pid);

/* The base priority of the child's main thread, by its pid. */
int launch_base(const struct launched *child);

/* Of the calling thread. */
int own_base(void);
/* Polls until the own base priority is not `base`, and returns what it is then. */
int own_base_after(int base);
