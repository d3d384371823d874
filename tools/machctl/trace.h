/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/trace.h - events of wire/trace.h, each put together with those before it
 *
 * A message is one number in two events, its sending and its arrival; a reply comes to the port that its request named.
 * Both are found in tables of fixed size, which forget the oldest: a trace may run for days.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/machctl/out.h"
#include "wire/trace.h"

/* The sending of a message that arrives now, or the request that is answered now. */
struct trace_sent {
    uint64_t number, time, port, reply_port;
    int32_t pid, tid, id;
    char command[TRACE_COMMAND];
    const char *routine; /* NULL: not known */
    uint32_t name[TRACE_RIGHTS], disposition[TRACE_RIGHTS];
};

struct trace_seen {
    const struct trace_event *event;
    const char *call;              /* the trap or the routine; NULL: a message of no known interface */
    const struct trace_sent *sent; /* of an arrival; NULL: it was not seen */
    const struct trace_sent *request; /* of a reply that arrives */
    uint64_t latency;              /* nanoseconds since that request was sent */
    bool has_code;
    uint32_t code;                 /* of a trap, or of a reply made by mig */
    bool is_error;                 /* the code is an error number */
    bool is_refused;
    char why[400];                 /* if it was refused: in words */
};

struct trace_filter {
    int pid;           /* 0: all */
    bool below_pid;    /* and those that it started */
    const char *call;  /* a routine, a trap, or a msgh_id; NULL: all */
    bool has_port;
    uint64_t port;     /* a name or an object */
    bool refused_only;
};

/* Looks at every event, in their order, also at those that a filter takes out. *seen lives until the next. */
void trace_look(const struct trace_event *event, struct trace_seen *seen);
bool trace_passes(const struct trace_filter *filter, const struct trace_seen *seen);
/* A message between a process of the filter and another one. */
bool trace_is_with_peer(const struct trace_filter *filter, const struct trace_event *event);

/* Names of the arguments of a trap, in their order; NULL at the end. */
const char *trace_argument(uint32_t trap, unsigned i);
/* One argument or result as people write it. */
void trace_value(const char *name, uint64_t value, char *text, size_t size);
/* What the trap gives beside its code; NULL: nothing. */
const char *trace_result(uint32_t trap);
/* The trap's result is a name, no code. */
bool trace_result_is_name(uint32_t trap);
/* Whether it answers an error number, and which. */
bool trace_error(const struct trace_trap *trap, uint32_t *error_p);

/* ---- the ways to show it ---- */

/* A line for people. Traps of mach_msg that succeeded are left out: their messages tell. */
void trace_print(const struct trace_seen *seen, int64_t to_wall_clock);
/* A line that is one JSON object. */
void trace_print_json(const struct trace_seen *seen);

/* The file that Perfetto opens (the JSON format of Chrome's traces). */
void perfetto_begin(FILE *file);
/* is_peer: not of the processes that are traced; of those only the slices that an arrow touches are put down. */
void perfetto_event(FILE *file, const struct trace_seen *seen, bool is_peer);
void perfetto_end(FILE *file, uint64_t n_lost);
