/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why.h - who waits for whom: the pieces of wire/look.h put together into a graph
 *
 *   why_look(fd, &why)        all threads that wait or are pushed, each with its path
 *   why_find_stuck(&why)      those of them that nobody can help any more
 *   why_confirm(&why, &again) only those that were so a moment later too
 *
 * The graph is read in pieces, so it may never have been like this as a whole; a deadlock stays, and is seen twice.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "tools/machctl/look.h"

struct why_thread {
    struct look_wait wait;
    const struct look_task *task;
    struct look_hop *hop; /* the path: allocated */
    size_t n_hops;
    bool is_stuck;    /* everybody who could end this wait is stuck too */
    bool is_in_cycle; /* and waits for this thread */
    bool is_chosen;   /* by the command line, or on the way from one that is */
};

struct why {
    struct look_tasks tasks;
    struct why_thread *thread;
    size_t n;
};

/* 0, or -1 after one line on standard error. */
int why_look(int fd, struct why *why);
void why_free(struct why *why);

void why_find_stuck(struct why *why);
/* Only what is stuck in `again` too, in the same call, stays so. */
void why_confirm(struct why *why, const struct why *again);
/* A stuck thread that this one waits for; NULL if it is not stuck. */
struct why_thread *why_stuck_behind(const struct why *why, const struct why_thread *thread);

/* The thread, if it is among them. */
struct why_thread *why_thread_of(const struct why *why, int pid, int tid);
const struct look_task *why_task_of(const struct why *why, int pid);
/* Who can end the wait, as far as the path tells: the last hop, or NULL if the thread waits for nobody in particular. */
const struct look_hop *why_end(const struct why_thread *thread);

/* Why a turnstile pushes on what is next, in words, and the rule; "" for 0. */
const char *push_words(unsigned reason);
const char *push_rule(unsigned reason);

/* Of the chosen threads. */
void why_print(const struct why *why);
void why_json(const struct why *why);
void why_dot(const struct why *why);
