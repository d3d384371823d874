/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/util.h - what machd holds, and a call that tells how it ended
 *
 * These programs run as Mach programs under a private machd (`machctl run`), with children as in
 * launchd/test/util.h. What machd holds is what `machctl status --json` says: the environment variable
 * MACHCTL names that program.
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stdint.h>

#include "launchd/test/util.h"

enum { CENSUS_FIELDS = 13, POOL_SLACK = 4, PATIENCE_MS = 20000 };

/* Numbers of everything that could leak, in machd's kernel and in its host. */
struct census {
    uint64_t n[CENSUS_FIELDS];
};

/* What first requests make for good is made: launchd's record of this process, libmach's reply ports. */
void warm_up(void);
struct census census_take(void);
/* Waits until machd holds what it held then, but for a thread more or less of launchd's pool, 10 s at most; else fails, with
 * the numbers that differ. */
void census_check_back(const struct census *then, const char *after_what);
/* Waits until three looks in a row, 50 ms apart, are the same. */
struct census census_at_rest(void);

/* launchd's process as machd knows it: 0 while there is none. Unlike launchd_pid() it does not wait for
 * the next one. */
pid_t launchd_pid_now(void);
pid_t machd_pid(void);
/* The most memory that it ever had, and what it has now, in bytes. */
uint64_t machd_peak(void);
uint64_t machd_resident(void);
/* Where it is attached to. */
const char *machd_socket(void);

/* Send and receive an answer on `reply`, a receive right. The id of the answer, which may be that of a
 * notification that nobody will answer any more (MACH_NOTIFY_SEND_ONCE); CALL_REFUSED when the port is
 * dead; CALL_HANGS and a failure of the test after PATIENCE_MS. */
enum { CALL_REFUSED = -1, CALL_HANGS = -2 };
int call(mach_port_t port, mach_port_t reply, int id);
/* Receives calls on this port and answers each with the id of the call + 100, for ever. */
_Noreturn void serve(mach_port_t port);

uint64_t now_ms(void);

/* A generator of one's own: rand() is shared by threads. */
uint32_t random_next(uint64_t *state);
/* HOSTILE_SEED of the environment, else another one each time. */
uint64_t random_seed(void);
