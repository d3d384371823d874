/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/live.h - what the glue of a real process needs of its transport */
#pragma once

#include <mach/port.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lib_thread;

/* Registers the calling thread if the process is attached, else does nothing. */
void live_thread_begin(void);
/* Whether it is registered, without seeing to it. */
bool live_thread_is_known(void);
/* Tells machd that the calling thread ends. It may make traps again, and is registered anew then. */
void live_thread_end(void);

/* fork. request: false if machd refuses; nonce 0 if the process is not attached. abort: the fork did not come
 * about after all. child: in the child, before anything of the program runs; attaches it as the child that
 * the request announced. */
bool live_fork_request(uint64_t *nonce_p);
void live_fork_abort(uint64_t nonce);
void live_fork_child(uint64_t nonce);

/* The process's ids have changed: returns when machd goes by them. */
void live_tell_ids(void);

/* Returns when machd has done what the death of pid does (decision 2). At once if not attached. */
void live_settle(pid_t pid);

/* The calling thread's record if it is registered, else NULL; nothing is tried. */
struct lib_thread *live_thread(void);

/* Whether the process has a machd now; nothing is tried to get one. */
bool live_is_attached(void);

/* The constructor's attempt: silent when there is no machd. */
void live_begin(void);

/* Called with signals blocked after the process attached: sets the variables that name its ports. */
void names_set(void);
/* In a fork child: none is known yet. */
void names_forget(void);
