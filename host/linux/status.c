/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/status.c - machd about itself, as one JSON object
 *
 * {"mode","pid","version","uptime_ns","launchd":{..},"census":{..},"host":{..},"polling":{..},"counters":{..},"tasks":[..]}
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "host/linux/machd.h"
#include "host/linux/priority.h"
#include "host/linux/rank.h"
#include "host/linux/status.h"
#include "machd-config.h"

struct writer {
    FILE *out;
    bool first;
};

static void put_number(struct writer *w, const char *name, uint64_t value)
{
    fprintf(w->out, "%s\"%s\":%" PRIu64, w->first ? "" : ",", name, value);
    w->first = false;
}

static void put_bool(struct writer *w, const char *name, bool value)
{
    fprintf(w->out, "%s\"%s\":%s", w->first ? "" : ",", name, value ? "true" : "false");
    w->first = false;
}

/* Bytes that JSON or a terminal would mind are escaped one by one: a command name need not be UTF-8. */
static void put_string(struct writer *w, const char *name, const char *value)
{
    fprintf(w->out, "%s\"%s\":\"", w->first ? "" : ",", name);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\')
            fprintf(w->out, "\\u%04x", *c);
        else
            fputc(*c, w->out);
    }
    fputc('"', w->out);
    w->first = false;
}

static void open_object(struct writer *w, const char *name)
{
    fprintf(w->out, "%s\"%s\":{", w->first ? "" : ",", name);
    w->first = true;
}

static void close_object(struct writer *w)
{
    fputc('}', w->out);
    w->first = false;
}

static void put_census(struct writer *w, const struct kernel_census *census)
{
    open_object(w, "census");
    put_number(w, "tasks", census->tasks);
    put_number(w, "threads", census->threads);
    put_number(w, "spaces", census->spaces);
    put_number(w, "names", census->names);
    put_number(w, "ports", census->ports);
    put_number(w, "port_sets", census->port_sets);
    put_number(w, "messages", census->messages);
    put_number(w, "message_bytes", census->message_bytes);
    put_number(w, "memory_objects", census->memory_objects);
    put_number(w, "requests", census->requests);
    close_object(w);
}

static void put_host(struct writer *w, const struct machd *m)
{
    uint64_t descriptors = 0;
    list_for_each(node, &m->users) descriptors +=
        list_entry(node, struct user, link)->account->used[ACCOUNT_DESCRIPTORS];
    open_object(w, "host");
    put_number(w, "processes", m->n_processes);
    put_number(w, "connections", m->n_connections);
    put_number(w, "client_descriptors", descriptors);
    put_number(w, "lent_segments", m->n_lent);
    put_number(w, "heap_bytes", alloc_census().bytes);
    close_object(w);
}

static void put_polling(struct writer *w, const struct machd *m)
{
    const struct polling *p = &m->polling;
    open_object(w, "polling");
    put_bool(w, "allowed", !m->options.no_polling && p->n_cpus >= 2);
    put_bool(w, "held_back", m->now < p->not_before);
    put_number(w, "usable_cpus", p->n_cpus);
    put_number(w, "hot_threads", m->n_hot);
    put_number(w, "window_ns", m->config.polling_window);
    close_object(w);
}

static void put_counters(struct writer *w, const struct machd_counters *c)
{
    open_object(w, "counters");
    put_number(w, "traps", c->traps);
    put_number(w, "aborts", c->aborts);
    put_number(w, "polls", c->polls);
    put_number(w, "sleeps", c->sleeps);
    put_number(w, "rings", c->rings);
    put_number(w, "empty_rings", c->empty_rings);
    put_number(w, "quarantines", c->quarantines);
    put_number(w, "delegated_wakes", c->delegated);
    put_number(w, "deferred_wakes", c->deferred);
    put_number(w, "wakes", c->wakes);
    put_number(w, "late_wakes", c->late_wakes);
    put_number(w, "attached", c->attached);
    put_number(w, "refused", c->refused);
    put_number(w, "broken", c->broken);
    put_number(w, "died", c->died);
    put_number(w, "execs", c->execs);
    put_number(w, "preempted", c->preempted);
    put_number(w, "moves", c->moves);
    put_number(w, "reniced", c->reniced);
    close_object(w);
}

static void put_launchd(struct writer *w, const struct launchd *l)
{
    open_object(w, "launchd");
    put_bool(w, "wanted", l->wanted);
    put_number(w, "pid", (uint64_t)l->pid);
    put_number(w, "starts", l->n_starts);
    close_object(w);
}

static void put_task(void *context, const struct kernel_task_view *view)
{
    struct writer *w = context;
    fprintf(w->out, "%s{", w->first ? "" : ",");
    w->first = true;
    put_number(w, "pid", (uint64_t)view->identity->pid);
    put_number(w, "uid", view->identity->uid);
    put_string(w, "command", view->identity->command);
    put_bool(w, "privileged", view->identity->privileged);
    put_number(w, "threads", view->threads);
    put_number(w, "names", view->names);
    put_number(w, "ports", view->ports);
    put_number(w, "messages", view->messages);
    close_object(w);
}

static void put_all(struct writer *w, struct machd *m)
{
    kernel_catch_up(m->kernel);
    struct kernel_census census = kernel_census(m->kernel);
    put_string(w, "mode", m->uid == 0 ? "system" : "user");
    put_number(w, "pid", (uint64_t)m->pid);
    put_string(w, "version", MACHD_VERSION);
    put_number(w, "uid", m->uid);
    put_number(w, "uptime_ns", clock_now() - m->started);
    put_string(w, "rank", rank_name());
    put_string(w, "priorities", priority_policy());
    put_launchd(w, &m->launchd);
    put_census(w, &census);
    put_host(w, m);
    put_polling(w, m);
    put_counters(w, &m->count);
    fputs(",\"tasks\":[", w->out);
    w->first = true;
    kernel_each_task(m->kernel, put_task, w);
    fputs("]", w->out);
}

char *status_text(struct machd *m)
{
    char *text = NULL;
    size_t size;
    struct writer w = { .out = open_memstream(&text, &size), .first = true };
    if (!w.out)
        return NULL;
    fputc('{', w.out);
    put_all(&w, m);
    fputs("}\n", w.out);
    if (fclose(w.out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
