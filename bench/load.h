/* SPDX-License-Identifier: Apache-2.0 */
/* bench/load.h - what the CPUs do besides, one process on each
 *
 * A figure under load is divided by one that was taken while processes of policy SCHED_IDLE keep the CPUs awake: waking a CPU
 * that sleeps costs more than some of what is measured here, and a hog saves that.
 */
#pragma once

#include <stdbool.h>

enum load { LOAD_AWAKE, LOAD_HOGS };

/* Returns when they have settled. `apart`: each in a session of its own, as programs of others are. They end with the caller. */
void load_start(enum load load, bool apart);
void load_stop(void);

/* Uses so much CPU. */
void load_compute(unsigned us);

struct loaded { /* microseconds; NAN: a call failed */
    double unloaded; /* the median while the CPUs are only kept awake */
    double p50, p99, worst; /* beside the hogs */
};

/* n calls in each condition; `took` has room for n. A call that answers false ends it. */
struct loaded load_compare(bool (*call)(void *argument), void *argument, bool apart, double *took, unsigned n);
