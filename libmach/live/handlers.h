/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/handlers.h - the library's own handlers: of faults, of crashes, of what a kqueue watches; and the program's behind
 * them */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Installs the handlers that serve the fault guard (libmach/message/guard.h), exceptions (fault.h) and stops (park.h). */
void handlers_begin(void);

/* A kqueue begins or ceases to watch a signal; counted. Meanwhile signal_seen is told of each that is delivered. */
void handlers_watch(int signal, bool begin);
/* Of filter_signal.c: called in handlers. */
void signal_seen(int signal);

/* Advances whenever such a signal interrupts the calling thread for which the program has no handler: a wait then goes on. */
uint32_t handlers_n_silent(void);

/* Whether the caller is a handler on top of a sigsuspend; then the mask that the thread had before that (F79). */
bool handlers_mask_before_suspension(sigset_t *mask);
/* In between, it has none: for threads that are given a mask of the library's choice. */
const void *handlers_hide_suspension(void);
void handlers_show_suspension(const void *hidden);

/* What the program ignores although a handler of ours is there. Safe wherever system calls are. */
bool handlers_ignored(int signal);
/* Around an exec: the next program ignores what this one does. */
void handlers_before_exec(void);
void handlers_after_exec(void);

/* In a fork child: a thread of the parent may have been inside. */
void handlers_forget(void);
