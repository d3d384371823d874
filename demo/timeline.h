/* SPDX-License-Identifier: Apache-2.0 */
/* demo/timeline.h - what happens between a call to a service that is not running and its answer: when, and at which priority
 *
 * Steps are in the order of time; each is told on the terminal as a line, and two launches beside each other as a picture.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

enum step {
    STEP_CALL,     /* the client sends and waits */
    STEP_START,    /* launchd makes the process */
    STEP_FIRST,    /* its first instructions: a constructor */
    STEP_MAIN,
    STEP_CHECK_IN, /* it has the receive right */
    STEP_RECEIVE,  /* it has the call */
    STEP_ANSWER,   /* the client has the answer */
    STEP_AFTER,    /* the process, when it has answered */
    N_STEPS,
};

struct moment {
    uint64_t ns; /* CLOCK_BOOTTIME */
    int priority; /* Mach's, of who acts */
};

struct launch {
    struct moment at[N_STEPS];
};

static inline double launch_ms(const struct launch *launch, enum step step)
{
    return (double)(int64_t)(launch->at[step].ns - launch->at[STEP_CALL].ns) / 1e6;
}

void timeline_tell(const struct launch *launch);
/* As SVG: with the caller's priority, and without; both on one scale. */
void timeline_draw(FILE *out, const struct launch *with, const struct launch *without);
