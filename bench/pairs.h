/* SPDX-License-Identifier: Apache-2.0 */
/* bench/pairs.h - honest programs: a client and a server each, that check every message
 *
 * A call is 64 bytes there and 64 back, numbered; each 64th brings memory out of line and a port right, which
 * the server uses up. Counts stand in memory that the caller shares with them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PAIRS_MAX = 8 };

struct pair {
    pid_t server, client;
};

struct pairs {
    struct pair pair[PAIRS_MAX];
    unsigned n;
    struct pair_counts *counts; /* of each, shared */
};

/* Starts n pairs and waits until each has made a call. False, after saying why: not all could. */
bool pairs_begin(struct pairs *pairs, unsigned n);
/* Ends them all, and waits. */
void pairs_end(struct pairs *pairs);

uint64_t pairs_calls(const struct pairs *pairs);      /* of all together, so far */
uint64_t pair_calls(const struct pairs *pairs, unsigned i);
/* How long the longest call of all took since this was last asked, in microseconds. */
uint64_t pairs_worst_us(struct pairs *pairs);
/* What a message held that it should not, a call that was not answered: 0 unless something is broken. The
 * first one is described in *what_p. */
uint64_t pairs_errors(const struct pairs *pairs, const char **what_p);

/* One process with as many threads as a pair, which calls itself as fast as it can: what a hostile process is
 * compared with. Ends with its parent. */
pid_t busy_begin(void);

/* The program of abuser.c (ABUSER in the environment names it) at this socket of machd; ends with its parent.
 * offence: the name of the only one to commit; NULL: all. */
pid_t abuse_begin(const char *socket, uint64_t seed, const char *offence);
/* Ends it and everybody that it left behind. */
void abuse_end(pid_t pid);
