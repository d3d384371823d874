/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/scene.h - an honest pair beside whatever a test makes, and many children of it
 *
 * The counts of a test run are small; LOAD=n in the environment makes each n times as large. What the longest honest call took
 * is printed, not checked.
 */
#pragma once

#include "bench/pairs.h"
#include "tests/hostile/util.h"

struct scene {
    struct census before;
    struct pairs pairs;
    uint64_t begun, resident;
};

/* n, LOAD times. */
unsigned loads(unsigned n);

void scene_begin(struct scene *s);
/* What the part of the test that now ends meant to the pair, which must go on and be wronged by nobody. */
void tell(struct scene *s, const char *what);
/* Also that machd holds what it held before, and has given the machine its memory back. */
void scene_end(struct scene *s, const char *what);

enum { CHILDREN_MAX = 2100 };

extern struct child children[CHILDREN_MAX];
extern unsigned n_children;

void start_one(void (*fn)(struct child *parent, const char *argument), const char *argument);
void start_many(unsigned n, void (*fn)(struct child *parent, const char *argument));
/* A word of each, which must be KERN_SUCCESS. */
void hear_all(void);
/* All at once, and only then is anybody waited for. */
void kill_all(void);

/* As call(), without a limit of time. */
int call_for_ever(mach_port_t port, mach_port_t reply, int id);
