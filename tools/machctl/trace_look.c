/* SPDX-License-Identifier: Apache-2.0 */
#include <mach/kern_return.h>
#include <mach/mach_error.h>
#include <mach/message.h>
#include <mach/port.h>
#include <stdlib.h>
#include <string.h>

#include "tools/machctl/trace.h"
#include "tools/machctl/words.h"
#include "wire/trap.h"

#define REMEMBERED 4096u
#define REPLY_ID 100

static struct trace_sent messages[REMEMBERED]; /* by number */
static struct trace_sent requests[REMEMBERED]; /* by reply port */

/* ---- what came before ---- */

static const struct trace_sent *find_message(uint64_t number)
{
    const struct trace_sent *sent = &messages[number % REMEMBERED];

    return number != 0 && sent->number == number ? sent : NULL;
}

static struct trace_sent *find_request(uint64_t port)
{
    struct trace_sent *sent = &requests[port % REMEMBERED];

    return port != 0 && sent->reply_port == port ? sent : NULL;
}

static void remember(const struct trace_event *event, const char *routine)
{
    const struct trace_message *message = &event->message;
    struct trace_sent *sent = &messages[message->number % REMEMBERED];

    *sent = (struct trace_sent){ .number = message->number,
                                 .time = event->time,
                                 .port = message->port,
                                 .reply_port = message->reply_port,
                                 .pid = event->pid,
                                 .tid = event->tid,
                                 .id = message->id,
                                 .routine = routine };
    memcpy(sent->command, event->command, sizeof(sent->command));
    for (unsigned i = 0; i < message->n_shown && i < TRACE_RIGHTS; i++) {
        sent->name[i] = message->right[i].name;
        sent->disposition[i] = message->right[i].disposition;
    }
    if (message->reply_port != 0)
        requests[message->reply_port % REMEMBERED] = *sent;
}

/* ---- what it is ---- */

static const char *routine_of(const struct trace_message *message, bool *is_reply_p)
{
    return routine_name(message->id, message->flags & (TRACE_TO_KERNEL | TRACE_FROM_KERNEL), is_reply_p);
}

static const char *any_routine(const struct trace_message *message, bool *is_reply_p)
{
    const char *name = routine_of(message, is_reply_p);

    /* notifications come from the kernel, but are no answers of its objects */
    return name != NULL ? name : routine_name(message->id, false, is_reply_p);
}

static void say_refusal(struct trace_seen *seen)
{
    const struct refused *refused = &seen->event->refused;
    char why[256], argument[64];

    if (seen->is_error) {
        snprintf(seen->why, sizeof(seen->why), "%s", strerror((int)seen->code));
        return;
    }
    if (refused->number == 0) {
        snprintf(seen->why, sizeof(seen->why), "%s", mach_error_string((int)seen->code));
        return;
    }
    refusal_words(refused, why, sizeof(why));
    argument_words(refused, argument, sizeof(argument));
    snprintf(seen->why, sizeof(seen->why), "%s%s%s%s%s%s", argument, argument[0] ? ": " : "", why,
             refusal_rules(refused->reason)[0] ? " (" : "", refusal_rules(refused->reason),
             refusal_rules(refused->reason)[0] ? ")" : "");
}

/* A trap for the own task, asked for another: the library sends the message of that routine next. */
static bool is_left_to_message(const struct trace_event *event)
{
    return event->trap.number != TRAP_MSG && event->trap.result == MACH_SEND_INVALID_DEST &&
           event->refused.number == 0;
}

static void look_at_trap(struct trace_seen *seen)
{
    const struct trace_trap *trap = &seen->event->trap;

    seen->call = trap_words(trap->number);
    seen->has_code = !trace_result_is_name(trap->number);
    seen->is_error = trace_error(trap, &seen->code);
    seen->is_refused = seen->has_code && seen->code != 0 && !is_left_to_message(seen->event);
}

static void look_at_sending(struct trace_seen *seen)
{
    bool is_reply;

    seen->call = any_routine(&seen->event->message, &is_reply);
    remember(seen->event, is_reply ? NULL : seen->call);
}

static void look_at_arrival(struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;
    struct trace_sent *request = find_request(message->port);
    bool is_reply;

    seen->call = any_routine(message, &is_reply);
    seen->sent = find_message(message->number);
    if (request == NULL || request->pid != seen->event->pid)
        return;
    seen->request = request;
    seen->latency = seen->event->time - request->time;
    if (request->routine == NULL)
        return;
    seen->call = request->routine;
    seen->has_code = message->id == request->id + REPLY_ID;
    seen->code = message->flags & TRACE_HAS_WORD ? message->word : 0;
    seen->is_refused = seen->has_code && seen->code != 0;
}

void trace_look(const struct trace_event *event, struct trace_seen *seen)
{
    *seen = (struct trace_seen){ .event = event };
    switch (event->kind) {
    case TRACE_TRAP: look_at_trap(seen); break;
    case TRACE_SEND: look_at_sending(seen); break;
    case TRACE_RECEIVE: look_at_arrival(seen); break;
    }
    if (seen->is_refused)
        say_refusal(seen);
}

/* ---- values ---- */

static const char *right_kind(uint64_t right)
{
    static const char *const words[] = { "send", "receive", "send-once", "port-set", "dead-name" };

    return right < sizeof(words) / sizeof(words[0]) ? words[right] : "unknown";
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(name, *names) != 0)
        names++;
    return *names != NULL;
}

void trace_value(const char *name, uint64_t value, char *text, size_t size)
{
    static const char *const decimal[] = { "delta",       "pid",      "qlimit",  "sync",     "id",
                                           "send_size",   "rcv_size", "timeout", "strict",   "seconds",
                                           "nanoseconds", "flags",    "class",   "relative", "begins",
                                           "role",        "size",     NULL };

    if (strcmp(name, "right") == 0)
        snprintf(text, size, "%s", right_kind(value));
    else if (strcmp(name, "disposition") == 0)
        snprintf(text, size, "%s", disposition_words((uint32_t)value));
    else if (is_one_of(name, decimal))
        snprintf(text, size, "%d", (int32_t)value);
    else
        snprintf(text, size, "0x%llx", (unsigned long long)value);
}

/* ---- filters ---- */

static int parent_of(int pid)
{
    char path[64], line[512];
    FILE *stat;
    const char *at;
    int parent = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    stat = fopen(path, "re");
    if (stat != NULL && fgets(line, sizeof(line), stat) != NULL && (at = strrchr(line, ')')) != NULL)
        sscanf(at + 1, " %*c %d", &parent);
    if (stat != NULL)
        fclose(stat);
    return parent;
}

/* Asked once for each process: one that has ended meanwhile cannot be asked again. */
static bool is_below(int pid, int root)
{
    static struct {
        int pid;
        bool is_below;
    } known[1024];
    unsigned slot = (unsigned)pid % (sizeof(known) / sizeof(known[0]));
    int at = pid;

    if (known[slot].pid == pid && pid != 0)
        return known[slot].is_below;
    for (int i = 0; i < 64 && at > 1 && at != root; i++)
        at = parent_of(at);
    known[slot].pid = pid;
    known[slot].is_below = at == root;
    return at == root;
}

static bool is_of(const struct trace_filter *filter, int pid)
{
    return filter->pid == pid || (filter->below_pid && pid > 0 && is_below(pid, filter->pid));
}

static bool is_about_process(const struct trace_filter *filter, const struct trace_event *event)
{
    if (filter->pid == 0 || is_of(filter, event->pid))
        return true;
    return event->kind == TRACE_SEND && event->pid == 0 && is_of(filter, event->message.peer_pid);
}

bool trace_is_with_peer(const struct trace_filter *filter, const struct trace_event *event)
{
    return event->kind != TRACE_TRAP && event->message.peer_pid != 0 && is_of(filter, event->message.peer_pid);
}

static bool is_call(const struct trace_seen *seen, const char *call)
{
    const struct trace_event *event = seen->event;
    char id[16];

    if (seen->call != NULL && strcmp(call, seen->call) == 0)
        return true;
    if (event->kind == TRACE_TRAP)
        return false;
    snprintf(id, sizeof(id), "%d", event->message.id);
    return strcmp(call, id) == 0 || strcmp(call, "mach_msg") == 0;
}

static bool has_argument(const struct trace_trap *trap, uint64_t port)
{
    for (unsigned i = 0; i < 7; i++) {
        const char *name = trace_argument(trap->number, i);
        if (name != NULL && strcmp(name, "task") != 0 && trap->arg[i] == port)
            return true;
    }
    return trace_result_is_name(trap->number) ? trap->result == port : trap->value[0] == port;
}

static bool has_port(const struct trace_event *event, uint64_t port)
{
    const struct trace_message *message = &event->message;

    if (event->refused.number != 0 && event->refused.name == port)
        return true;
    if (event->kind == TRACE_TRAP)
        return has_argument(&event->trap, port);
    for (unsigned i = 0; i < message->n_shown && i < TRACE_RIGHTS; i++) {
        if (message->right[i].name == port || message->right[i].object == port)
            return true;
    }
    return message->port == port || message->reply_port == port || message->remote == port ||
           message->local == port;
}

bool trace_passes(const struct trace_filter *filter, const struct trace_seen *seen)
{
    return is_about_process(filter, seen->event) && (filter->call == NULL || is_call(seen, filter->call)) &&
           (!filter->has_port || has_port(seen->event, filter->port)) &&
           (!filter->refused_only || seen->is_refused);
}
