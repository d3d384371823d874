/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/trace_print.c - events as lines: for people, and as JSON */
#include <mach/message.h>
#include <string.h>
#include <time.h>

#include "tools/machctl/trace.h"
#include "tools/machctl/words.h"
#include "wire/trap.h"

/* ---- for people ---- */

static void print_time(uint64_t time, int64_t to_wall_clock)
{
    int64_t wall = (int64_t)time + to_wall_clock;
    time_t seconds = (time_t)(wall / 1000000000);
    struct tm parts;

    localtime_r(&seconds, &parts);
    printf("%02d:%02d:%02d.%06lld ", parts.tm_hour, parts.tm_min, parts.tm_sec,
           (long long)(wall % 1000000000) / 1000);
}

static void print_who(const char *command, int pid, int tid)
{
    char text[TRACE_COMMAND], who[64];

    if (pid == 0)
        snprintf(who, sizeof(who), "kernel");
    else if (tid == 0 || tid == pid)
        snprintf(who, sizeof(who), "%s[%d]", plain_text(command, text, sizeof(text)), pid);
    else
        snprintf(who, sizeof(who), "%s[%d/%d]", plain_text(command, text, sizeof(text)), pid, tid);
    printf("%-22s ", who);
}

static void print_code(uint32_t code)
{
    const char *name = code_name(code);

    if (name != NULL)
        fputs(name, stdout);
    else
        printf("0x%x", code);
}

static void print_error(uint32_t error)
{
    const char *name = error != 0 ? strerrorname_np((int)error) : NULL;

    if (name != NULL)
        fputs(name, stdout);
    else
        printf("%u", error);
}

static void print_arguments(const struct trace_trap *trap)
{
    char value[32];
    const char *name;

    putchar('(');
    for (unsigned i = 0; (name = trace_argument(trap->number, i)) != NULL; i++) {
        trace_value(name, trap->arg[i], value, sizeof(value));
        printf("%s%s %s", i == 0 ? "" : ", ", name, value);
    }
    putchar(')');
}

static void print_trap(const struct trace_seen *seen)
{
    const struct trace_trap *trap = &seen->event->trap;
    const char *result = trace_result(trap->number);
    char value[32];

    if (seen->call != NULL)
        fputs(seen->call, stdout);
    else
        printf("trap %u", trap->number);
    print_arguments(trap);
    fputs(" = ", stdout);
    if (seen->is_error)
        print_error(seen->code);
    else if (seen->has_code)
        print_code(seen->code);
    else
        printf("0x%x", trap->result);
    if (result != NULL && seen->code == 0) {
        trace_value(result, trap->value[0], value, sizeof(value));
        printf(", %s %s", result, value);
    }
    if (seen->is_refused)
        printf(": %s", seen->why);
    printf("  <%.1f us>", (double)(seen->event->time - trap->began) / 1e3);
}

/* Names here, and what they were in the sender's task. */
static void print_rights(const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    for (unsigned i = 0; i < message->n_shown && i < TRACE_RIGHTS; i++) {
        const struct trace_right *right = &message->right[i];
        fputs(i == 0 ? ", rights" : ",", stdout);
        if (seen->event->kind == TRACE_RECEIVE && seen->sent != NULL && seen->sent->pid != 0)
            printf(" 0x%x there ->", seen->sent->name[i]);
        printf(" 0x%x", right->name);
        if (seen->event->kind == TRACE_SEND)
            printf(" %s", disposition_words(right->disposition));
        if (right->guard)
            fputs(right->guard & MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE ? " guarded, to stay" : " guarded",
                  stdout);
        if (right->object != 0)
            printf(" (port 0x%llx)", (unsigned long long)right->object);
    }
    if (message->n_rights > message->n_shown)
        printf(" and %u more", message->n_rights - message->n_shown);
    if (message->memory_size > 0)
        printf(", %llu bytes out of line", (unsigned long long)message->memory_size);
}

static void print_what(const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    if (seen->call != NULL)
        printf("%s (id %d)", seen->call, message->id);
    else
        printf("id %d", message->id);
    printf(", %u bytes", message->size);
}

static void print_send(const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    fputs("-> ", stdout);
    print_what(seen);
    if (seen->event->pid != 0)
        printf(", to 0x%x %s", message->remote, disposition_words(MACH_MSGH_BITS_REMOTE(message->bits)));
    printf(" (port 0x%llx", (unsigned long long)message->port);
    if (message->flags & TRACE_TO_KERNEL)
        fputs(" of the kernel", stdout);
    else if (message->peer_pid != 0)
        printf(" of %d", message->peer_pid);
    else if (message->port == 0)
        fputs(", which is dead", stdout);
    putchar(')');
    if (message->local != 0 && seen->event->pid != 0)
        printf(", reply 0x%x %s", message->local, disposition_words(MACH_MSGH_BITS_LOCAL(message->bits)));
    print_rights(seen);
}

static void print_receive(const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    fputs("<- ", stdout);
    if (seen->request != NULL) {
        printf("reply to ");
        if (seen->call == NULL)
            printf("id %d", seen->request->id);
        else
            fputs(seen->call, stdout);
        if (seen->has_code) {
            fputs(" = ", stdout);
            print_code(seen->code);
        }
        if (seen->is_refused)
            printf(": %s", seen->why);
    } else {
        print_what(seen);
    }
    if (message->peer_pid != 0)
        printf(", from %d", message->peer_pid);
    else
        fputs(", from the kernel", stdout);
    printf(", on 0x%x (port 0x%llx)", message->local, (unsigned long long)message->port);
    if (message->remote != 0)
        printf(", reply 0x%x", message->remote);
    print_rights(seen);
    if (seen->request != NULL)
        printf("  <%.1f us>", (double)seen->latency / 1e3);
    else if (seen->sent != NULL)
        printf("  <%.1f us on its way>", (double)(seen->event->time - seen->sent->time) / 1e3);
}

static bool is_told_by_messages(const struct trace_seen *seen)
{
    return seen->event->kind == TRACE_TRAP && seen->event->trap.number == TRAP_MSG && !seen->is_refused;
}

void trace_print(const struct trace_seen *seen, int64_t to_wall_clock)
{
    const struct trace_event *event = seen->event;

    if (is_told_by_messages(seen))
        return;
    print_time(event->time, to_wall_clock);
    print_who(event->command, event->pid, event->tid);
    switch (event->kind) {
    case TRACE_TRAP: print_trap(seen); break;
    case TRACE_SEND: print_send(seen); break;
    case TRACE_RECEIVE: print_receive(seen); break;
    }
    putchar('\n');
}

/* ---- for programs ---- */

static void json_trap(struct out *out, const struct trace_trap *trap)
{
    const char *name;
    uint32_t error;

    out_number(out, "began_ns", trap->began);
    out_number(out, "result", trap->result);
    out_open(out, "arguments", '{');
    for (unsigned i = 0; (name = trace_argument(trap->number, i)) != NULL; i++)
        out_number(out, name, trap->arg[i]);
    out_close(out, '}');
    if (trace_result(trap->number) != NULL && trap->result == 0)
        out_number(out, trace_result(trap->number), trap->value[0]);
    if (trace_error(trap, &error))
        out_number(out, "error", error);
}

static void json_rights(struct out *out, const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    out_open(out, "rights", '[');
    for (unsigned i = 0; i < message->n_shown && i < TRACE_RIGHTS; i++) {
        out_open(out, NULL, '{');
        out_number(out, "name", message->right[i].name);
        if (seen->sent != NULL && seen->sent->pid != 0)
            out_number(out, "name_of_sender", seen->sent->name[i]);
        out_number(out, "port", message->right[i].object);
        out_number(out, "disposition", message->right[i].disposition);
        if (message->right[i].guard)
            out_number(out, "guard_flags", message->right[i].guard & ~TRACE_IS_GUARDED);
        out_close(out, '}');
    }
    out_close(out, ']');
}

static void json_message(struct out *out, const struct trace_seen *seen)
{
    const struct trace_message *message = &seen->event->message;

    out_number(out, "message", message->number);
    out_signed(out, "msgh_id", message->id);
    out_number(out, "msgh_bits", message->bits);
    out_number(out, "size", message->size);
    out_number(out, "msgh_remote_port", message->remote);
    out_number(out, "msgh_local_port", message->local);
    out_number(out, "port", message->port);
    out_number(out, "reply_port", message->reply_port);
    out_signed(out, "peer_pid", message->peer_pid);
    out_bool(out, "to_kernel", message->flags & TRACE_TO_KERNEL);
    out_bool(out, "from_kernel", message->flags & TRACE_FROM_KERNEL);
    out_number(out, "descriptors", message->n_descriptors);
    out_number(out, "port_rights", message->n_rights);
    out_number(out, "memory_bytes", message->memory_size);
    json_rights(out, seen);
    if (seen->request != NULL) {
        out_number(out, "in_reply_to", seen->request->number);
        out_number(out, "latency_ns", seen->latency);
    }
}

void trace_print_json(const struct trace_seen *seen)
{
    static const char *const kinds[] = { "", "trap", "send", "receive" };
    const struct trace_event *event = seen->event;
    struct out out = { .file = stdout };

    out_open(&out, NULL, '{');
    out_number(&out, "time_ns", event->time);
    out_string(&out, "kind", kinds[event->kind & 3]);
    out_signed(&out, "pid", event->pid);
    out_signed(&out, "tid", event->tid);
    out_string(&out, "command", event->command);
    out_string(&out, "call", seen->call != NULL ? seen->call : "");
    if (event->kind == TRACE_TRAP)
        json_trap(&out, &event->trap);
    else
        json_message(&out, seen);
    if (seen->has_code)
        out_string(&out, "code", code_name(seen->code) != NULL ? code_name(seen->code) : "");
    if (seen->is_refused)
        out_string(&out, "why", seen->why);
    out_close(&out, '}');
    putchar('\n');
}
