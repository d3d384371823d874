/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why_not.c - the last call of a thread that was refused, and why */
#include <mach/kern_return.h>
#include <mach/mach_error.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/out.h"
#include "tools/machctl/verbs.h"
#include "tools/machctl/words.h"
#include "wire/attach.h"
#include "wire/trap.h"

/* The process of a thread; 0: there is no such thread. */
static int process_of(int tid)
{
    char path[64], line[256];
    FILE *status;
    int pid = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", tid);
    status = fopen(path, "re");
    while (status != NULL && pid == 0 && fgets(line, sizeof(line), status) != NULL)
        sscanf(line, "Tgid: %d", &pid);
    if (status != NULL)
        fclose(status);
    return pid;
}

static double seconds_since(uint64_t when)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - when) / 1e9;
}

static bool is_message(const struct refused *r)
{
    return r->trap == TRAP_MSG && r->id != 0;
}

/* The routine, if the id is known; one of a kernel object if there is one. */
static const char *routine_of(const struct refused *r)
{
    bool is_reply;
    const char *name = routine_name(r->id, true, &is_reply);

    if (name == NULL || is_reply)
        name = routine_name(r->id, false, &is_reply);
    return is_message(r) && !is_reply ? name : NULL;
}

static void print_call(const struct refused *r)
{
    const char *trap = trap_words(r->trap), *routine = routine_of(r);

    if (trap == NULL)
        printf("trap %u", r->trap);
    else
        fputs(trap, stdout);
    if (is_message(r))
        printf(" with message %d%s%s%s", r->id, routine != NULL ? " (" : "", routine != NULL ? routine : "",
               routine != NULL ? ")" : "");
}

static void print_refused(int tid, int pid, const struct refused *r)
{
    char why[256], argument[64];
    const char *code = code_name(r->code), *rules = refusal_rules(r->reason);

    if (r->number == 0) {
        printf("thread %d of process %d: no call of it has been refused\n", tid, pid);
        return;
    }
    refusal_words(r, why, sizeof(why));
    argument_words(r, argument, sizeof(argument));
    printf("thread %d of process %d: ", tid, pid);
    print_call(r);
    printf(" refused with %s (0x%x, %s)\n", code != NULL ? code : "an unknown code", r->code,
           mach_error_string((int)r->code));
    printf("  why   %s%s%s%s%s%s\n", argument, argument[0] ? ": " : "", why, rules[0] ? " (" : "", rules,
           rules[0] ? ")" : "");
    printf("  when  %.3f s ago; refusals of this thread so far: %llu\n", seconds_since(r->when),
           (unsigned long long)r->number);
}

static void json_refused(int tid, int pid, const struct refused *r)
{
    struct out out = { .file = stdout };
    char why[256], argument[64];

    refusal_words(r, why, sizeof(why));
    argument_words(r, argument, sizeof(argument));
    out_open(&out, NULL, '{');
    out_signed(&out, "tid", tid);
    out_signed(&out, "pid", pid);
    out_number(&out, "refusals", r->number);
    if (r->number != 0) {
        out_string(&out, "call", trap_words(r->trap) != NULL ? trap_words(r->trap) : "");
        if (is_message(r))
            out_signed(&out, "msgh_id", r->id);
        if (routine_of(r) != NULL)
            out_string(&out, "routine", routine_of(r));
        out_number(&out, "code", r->code);
        out_string(&out, "code_name", code_name(r->code) != NULL ? code_name(r->code) : "");
        out_string(&out, "argument", argument);
        out_number(&out, "name", r->name);
        out_string(&out, "why", why);
        out_string(&out, "rules", refusal_rules(r->reason));
        out_number(&out, "when_ns", r->when);
    }
    out_close(&out, '}');
    putchar('\n');
}

static int complain(int tid, int kr)
{
    fprintf(stderr, "machctl: thread %d: %s\n", tid,
            kr == KERN_NO_ACCESS      ? "it belongs to another user"
            : kr == KERN_INVALID_TASK ? "machd knows no task of its process"
                                      : "it has made no Mach call");
    return 1;
}

int verb_why_not(int argc, char **argv)
{
    bool json = take_option(&argc, argv, "--json");
    struct attach_packet answer;
    int tid = argc == 2 ? atoi(argv[1]) : 0, pid, fd;

    if (tid <= 0) {
        fprintf(stderr, "usage: machctl why-not TID [--json]\n");
        return 1;
    }
    pid = process_of(tid);
    if (pid == 0) {
        fprintf(stderr, "machctl: there is no thread %d\n", tid);
        return 1;
    }
    fd = control_open_here();
    if (fd < 0)
        return 1;
    if (control_look(fd, LOOK_REFUSED, pid, (uint64_t)tid, &answer) != 0) {
        fprintf(stderr, "machctl: machd does not answer\n");
        return 1;
    }
    close(fd);
    if (answer.looked.kern_return != KERN_SUCCESS)
        return complain(tid, answer.looked.kern_return);
    if (json)
        json_refused(tid, pid, &answer.looked.refused);
    else
        print_refused(tid, pid, &answer.looked.refused);
    return 0;
}
