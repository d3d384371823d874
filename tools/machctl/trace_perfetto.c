/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/trace_perfetto.c - a trace as Perfetto opens it
 *
 * The JSON format of Chrome's traces: a slice for each trap on its thread's track, and an arrow from the trap in which
 * a message was sent to the one in which it arrived. Times are microseconds.
 */
#include <string.h>

#include "tools/machctl/trace.h"
#include "tools/machctl/words.h"
#include "wire/trap.h"

#define THREADS 4096u

/* What the thread has sent in the trap that it is in, to give the slice a name. */
static struct thread_state {
    int32_t tid;
    bool is_named;
    bool has_arrow; /* begins or ends in it */
    const char *sent, *received;
} threads[THREADS];

static struct thread_state *state_of(int32_t tid)
{
    struct thread_state *state = &threads[(uint32_t)tid % THREADS];

    if (state->tid != tid)
        *state = (struct thread_state){ .tid = tid };
    return state;
}

static void begin(FILE *file, struct out *out, const char *phase, const char *name,
                  const struct trace_event *event, uint64_t time)
{
    static bool any;

    fputs(any ? ",\n" : "\n", file);
    any = true;
    *out = (struct out){ .file = file };
    out_open(out, NULL, '{');
    out_string(out, "ph", phase);
    out_string(out, "name", name);
    out_string(out, "cat", "mach");
    out_signed(out, "pid", event->pid);
    out_signed(out, "tid", event->tid);
    fprintf(file, ",\"ts\":%llu.%03llu", (unsigned long long)(time / 1000), (unsigned long long)(time % 1000));
}

static void name_process(FILE *file, const struct trace_event *event)
{
    struct thread_state *state = state_of(event->tid);
    struct out out;

    if (state->is_named)
        return;
    state->is_named = true;
    begin(file, &out, "M", "process_name", event, 0);
    out_open(&out, "args", '{');
    out_string(&out, "name", event->command);
    out_close(&out, '}');
    out_close(&out, '}');
}

static void slice_name(const struct trace_seen *seen, char *name, size_t size)
{
    const struct thread_state *state = state_of(seen->event->tid);
    const char *call = seen->call != NULL ? seen->call : "trap";

    if (state->sent != NULL)
        snprintf(name, size, "%s %s", call, state->sent);
    else if (state->received != NULL)
        snprintf(name, size, "%s <- %s", call, state->received);
    else
        snprintf(name, size, "%s", call);
}

static void put_arguments(struct out *out, const struct trace_seen *seen)
{
    const struct trace_trap *trap = &seen->event->trap;
    const char *name;
    char value[32];

    out_open(out, "args", '{');
    for (unsigned i = 0; (name = trace_argument(trap->number, i)) != NULL; i++) {
        trace_value(name, trap->arg[i], value, sizeof(value));
        out_string(out, name, value);
    }
    if (seen->has_code)
        out_string(out, "result", code_name(seen->code) != NULL ? code_name(seen->code) : "");
    if (seen->is_refused)
        out_string(out, "refused", seen->why);
    out_close(out, '}');
}

static void put_slice(FILE *file, const struct trace_seen *seen)
{
    const struct trace_event *event = seen->event;
    uint64_t length = event->time - event->trap.began;
    struct thread_state *state = state_of(event->tid);
    char name[96];
    struct out out;

    slice_name(seen, name, sizeof(name));
    begin(file, &out, "X", name, event, event->trap.began);
    fprintf(file, ",\"dur\":%llu.%03llu", (unsigned long long)(length / 1000),
            (unsigned long long)(length % 1000));
    put_arguments(&out, seen);
    out_close(&out, '}');
    state->sent = state->received = NULL;
    state->has_arrow = false;
}

/* The kernel has no track of its own, so what it sends or is sent has no arrow. */
static bool has_two_ends(const struct trace_event *event)
{
    return !(event->message.flags & (TRACE_TO_KERNEL | TRACE_FROM_KERNEL)) && event->message.port != 0;
}

/* bp e: the arrow ends at the slice around its time, not at the next one. */
static void put_arrow(FILE *file, const struct trace_seen *seen)
{
    const struct trace_event *event = seen->event;
    bool is_start = event->kind == TRACE_SEND;
    struct out out;

    begin(file, &out, is_start ? "s" : "f", "message", event, event->time);
    out_number(&out, "id", event->message.number);
    if (!is_start)
        out_string(&out, "bp", "e");
    out_close(&out, '}');
}

void perfetto_begin(FILE *file)
{
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", file);
}

void perfetto_event(FILE *file, const struct trace_seen *seen, bool is_peer)
{
    const struct trace_event *event = seen->event;
    struct thread_state *state = state_of(event->tid);

    if (event->pid == 0 || event->tid == 0)
        return;
    if (event->kind == TRACE_TRAP && is_peer && !state->has_arrow)
        return;
    name_process(file, event);
    if (event->kind == TRACE_TRAP) {
        put_slice(file, seen);
        return;
    }
    if (event->kind == TRACE_SEND)
        state->sent = seen->call;
    else
        state->received = seen->call;
    if (!has_two_ends(event))
        return;
    state->has_arrow = true;
    put_arrow(file, seen);
}

void perfetto_end(FILE *file, uint64_t n_lost)
{
    fprintf(file, "\n],\"otherData\":{\"lost_events\":\"%llu\"}}\n", (unsigned long long)n_lost);
}
