/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/actors.h - tasks that do as they are told, over a pipe, one letter at a time, and answer with a letter
 *
 * An actor's function begins with actor_hello, goes on while next_letter gives one, and says one for each.
 */
#pragma once

#include "tests/ports/util.h"

enum { SIZE = 200000 };

/* SIZE bytes out of line, all of this value. */
kern_return_t send_bytes(mach_port_t to, uint32_t how, int byte);
bool is_all(const uint8_t *memory, int byte);

struct actor {
    int line[2]; /* [0]: the test's end */
    world_task *task;
    mach_port_t port; /* the test's send right to the actor's port */
};

void actor_start(struct actor *actor, int (*fn)(void *argument));
/* The same with `home` as its parent's port, which it may go on using. */
void actor_start_at(struct actor *actor, int (*fn)(void *argument), mach_port_t home);
void actor_end(struct actor *actor);
/* Sends one letter and waits for the answer. */
int tell(struct actor *actor, char letter);

/* ---- in the actor ---- */

extern mach_port_t own_port;

/* Its own end of the line. */
int actor_hello(void *argument);
/* False: it is to end. */
bool next_letter(int line, char *letter);
void say_letter(int line, int letter);
