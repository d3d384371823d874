/* SPDX-License-Identifier: Apache-2.0 */
/* sim/coroutine.h - stacks that take turns: one for each simulated thread
 *
 * Control moves only by coroutine_switch, from whoever runs to whoever is named; there is no scheduler here.
 * A stack that will never run again is simply dropped, in the middle of whatever it was doing: that is how a
 * simulated task is killed.
 */
#pragma once

struct coroutine;

/* Describes the stack that calls this, so that others can switch back to it. NULL when there is no memory. */
struct coroutine *coroutine_adopt(void);

/* A new stack (with an unreadable page below it) on which entry(argument) will run at the first switch to it.
 * entry must never return: it ends by switching away for good. NULL when there is no memory. */
struct coroutine *coroutine_new(void (*entry)(void *argument), void *argument);

/* Leaves `from`, which must be the one that runs, and goes on with `to`. Returns when somebody switches back. */
void coroutine_switch(struct coroutine *from, struct coroutine *to);

/* Must not be the one that runs, unless it was adopted. */
void coroutine_free(struct coroutine *coroutine);
