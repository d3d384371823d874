/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why_out.c - the graph of waiting for programs: JSON, and the language of Graphviz */
#include <stdlib.h>

#include "tools/machctl/out.h"
#include "tools/machctl/why.h"

/* ---- JSON ---- */

static const char *waiting_key(uint32_t waiting)
{
    switch ((enum look_waiting)waiting) {
    case LOOK_RUNS: return "nothing";
    case LOOK_SENDS: return "room";
    case LOOK_RECEIVES: return "message";
    case LOOK_RECEIVES_SET: return "message-of-set";
    case LOOK_AT_SEMAPHORE: return "semaphore";
    case LOOK_SLEEPS: return "time";
    case LOOK_AWAITS_EVENT: return "event";
    case LOOK_AWAITS_HANDLER: return "handler";
    }
    return "";
}

static const char *thing_key(uint32_t thing)
{
    switch ((enum look_thing)thing) {
    case LOOK_QUEUE: return "queue";
    case LOOK_PORT: return "reply-port";
    case LOOK_SPECIAL_REPLY_PORT: return "special-reply-port";
    case LOOK_KNOTE: return "knote";
    case LOOK_WORKLOOP: return "workloop";
    }
    return "";
}

static void json_holder(struct out *out, const struct look_hop *hop)
{
    static const char *const keys[] = { [LOOK_QUEUE] = "receiver",
                                        [LOOK_PORT] = "reply_right_of",
                                        [LOOK_SPECIAL_REPLY_PORT] = "reply_right_of",
                                        [LOOK_KNOTE] = "of",
                                        [LOOK_WORKLOOP] = "of" };

    out_open(out, hop->thing <= LOOK_WORKLOOP && keys[hop->thing] != NULL ? keys[hop->thing] : "of", '{');
    out_signed(out, "pid", hop->holder_pid);
    out_string(out, "command", hop->command);
    if (hop->thing == LOOK_QUEUE)
        out_number(out, "name", hop->holder_name);
    out_close(out, '}');
}

static void json_hop(struct out *out, const struct look_hop *hop)
{
    out_open(out, NULL, '{');
    out_string(out, "kind", thing_key(hop->thing));
    out_number(out, "object", hop->object);
    out_number(out, "priority", hop->priority);
    if (hop->holder_pid != 0)
        json_holder(out, hop);
    if (hop->thing == LOOK_QUEUE) {
        out_number(out, "messages", hop->n_messages);
        if (hop->n_messages > 0) {
            out_signed(out, "oldest_id", hop->head_id);
            out_signed(out, "oldest_from", hop->head_pid);
        }
    }
    if (hop->carrier_id != 0)
        out_signed(out, "in_transit_in", hop->carrier_id);
    out_number(out, "reason", hop->reason);
    if (hop->reason != 0) {
        out_string(out, "pushes_on", push_words(hop->reason));
        out_string(out, "rule", push_rule(hop->reason));
    }
    if (hop->next == LOOK_NEXT_THREAD) {
        out_open(out, "thread", '{');
        out_signed(out, "pid", hop->next_pid);
        out_signed(out, "tid", hop->next_tid);
        out_close(out, '}');
    }
    out_close(out, '}');
}

static void json_thread(struct out *out, const struct why_thread *thread)
{
    const struct look_wait *wait = &thread->wait;

    out_open(out, NULL, '{');
    out_signed(out, "pid", wait->pid);
    out_signed(out, "tid", wait->tid);
    out_string(out, "command", thread->task->command);
    out_string(out, "name", wait->thread_name);
    out_string(out, "waits_for", waiting_key(wait->waiting));
    out_number(out, "priority", wait->priority);
    out_number(out, "pushed_with", wait->push);
    out_number(out, "object", wait->object);
    out_bool(out, "has_timeout", wait->flags & LOOK_HAS_TIMEOUT);
    out_bool(out, "stuck", thread->is_stuck);
    out_bool(out, "in_cycle", thread->is_in_cycle);
    out_open(out, "path", '[');
    for (size_t i = 0; i < thread->n_hops; i++)
        json_hop(out, &thread->hop[i]);
    out_close(out, ']');
    out_close(out, '}');
}

static void json_cycle(struct out *out, const struct why *why, struct why_thread *first, bool *is_told)
{
    struct why_thread *at = first;

    out_open(out, NULL, '[');
    do {
        out_signed(out, NULL, at->wait.tid);
        is_told[at - why->thread] = true;
        at = why_stuck_behind(why, at);
    } while (at != first);
    out_close(out, ']');
}

void why_json(const struct why *why)
{
    struct out out = { .file = stdout };
    bool *is_told = calloc(why->n + 1, sizeof(*is_told));

    out_open(&out, NULL, '{');
    out_open(&out, "threads", '[');
    for (size_t i = 0; i < why->n; i++) {
        if (why->thread[i].is_chosen)
            json_thread(&out, &why->thread[i]);
    }
    out_close(&out, ']');
    out_open(&out, "deadlocks", '[');
    for (size_t i = 0; is_told != NULL && i < why->n; i++) {
        if (why->thread[i].is_chosen && why->thread[i].is_in_cycle && !is_told[i])
            json_cycle(&out, why, &why->thread[i], is_told);
    }
    out_close(&out, ']');
    out_close(&out, '}');
    putchar('\n');
    free(is_told);
}

/* ---- Graphviz ---- */

/* A command may contain anything; plain_text leaves quotes and backslashes. */
static void dot_text(const char *text, size_t size)
{
    char plain[64];

    text = plain_text(text, plain, size < sizeof(plain) ? size : sizeof(plain));
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

static void dot_thread(const struct why_thread *thread)
{
    const struct look_wait *wait = &thread->wait;

    printf("  \"t%d\" [shape=ellipse%s, label=\"", wait->tid, thread->is_in_cycle ? ", color=red" : "");
    dot_text(thread->task->command, LOOK_COMMAND);
    printf(" (%d)\\nthread %d", wait->pid, wait->tid);
    if (wait->thread_name[0] != 0) {
        printf(" ");
        dot_text(wait->thread_name, LOOK_THREAD_NAME);
    }
    printf("\\npriority %u", wait->priority);
    if (wait->push != 0)
        printf(", pushed with %u", wait->push);
    printf("\"];\n");
}

/* Ports have numbers of their own; the ids of workloops and knotes are those of a process. */
static void dot_id(const struct look_hop *hop)
{
    bool is_of_process = hop->thing == LOOK_KNOTE || hop->thing == LOOK_WORKLOOP;

    printf("\"%s%d-%llx\"", is_of_process ? thing_key(hop->thing) : "port",
           is_of_process ? hop->holder_pid : 0, (unsigned long long)hop->object);
}

static void dot_hop_node(const struct look_hop *hop)
{
    printf("  ");
    dot_id(hop);
    printf(" [shape=box, label=\"%s 0x%llx", thing_key(hop->thing), (unsigned long long)hop->object);
    if (hop->thing == LOOK_QUEUE && hop->n_messages > 0)
        printf("\\n%u message%s", hop->n_messages, hop->n_messages == 1 ? "" : "s");
    printf("\"];\n");
}

static void dot_hop_edge(const struct look_hop *hop, const struct look_hop *next)
{
    if (hop->next == LOOK_NEXT_ANYBODY)
        return;
    printf("  ");
    dot_id(hop);
    printf(" -> ");
    if (next != NULL)
        dot_id(next);
    else if (hop->next == LOOK_NEXT_THREAD)
        printf("\"t%d\"", hop->next_tid);
    else
        printf("\"p%d\"", hop->holder_pid);
    if (hop->reason != 0)
        printf(" [label=\"reason %u, %u\"];\n", hop->reason, hop->priority);
    else
        printf(" [style=dashed];\n");
    if (hop->next == LOOK_NEXT_TASK && next == NULL) {
        printf("  \"p%d\" [shape=folder, label=\"", hop->holder_pid);
        dot_text(hop->command, LOOK_COMMAND);
        printf(" (%d)\"];\n", hop->holder_pid);
    }
}

static void dot_path(const struct why_thread *thread)
{
    if (thread->n_hops == 0)
        return;
    printf("  \"t%d\" -> ", thread->wait.tid);
    dot_id(&thread->hop[0]);
    printf(";\n");
    for (size_t i = 0; i < thread->n_hops; i++) {
        dot_hop_node(&thread->hop[i]);
        dot_hop_edge(&thread->hop[i], i + 1 < thread->n_hops ? &thread->hop[i + 1] : NULL);
    }
}

/* A wait behind a process leads on to the thread of it that is stuck. */
static void dot_stuck(const struct why *why, const struct why_thread *thread)
{
    const struct look_hop *end = why_end(thread);
    const struct why_thread *next = why_stuck_behind(why, thread);

    if (next != NULL && end->next == LOOK_NEXT_TASK)
        printf("  \"p%d\" -> \"t%d\" [color=red];\n", next->wait.pid, next->wait.tid);
}

void why_dot(const struct why *why)
{
    printf("strict digraph waits {\n  rankdir=LR;\n");
    for (size_t i = 0; i < why->n; i++) {
        if (!why->thread[i].is_chosen)
            continue;
        dot_thread(&why->thread[i]);
        dot_path(&why->thread[i]);
        dot_stuck(why, &why->thread[i]);
    }
    printf("}\n");
}
