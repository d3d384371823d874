/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why.c - machctl why: what a process, a thread or a port waits for, and what that pushes */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/out.h"
#include "tools/machctl/verbs.h"
#include "tools/machctl/why.h"

/* By enum push_reason (kernel/sched/turnstile.h), which is never renumbered. */
static const struct {
    const char *words, *rule;
} reasons[] = {
    [1] = { "the thread that checks in with it", "T64 reason 1" },
    [2] = { "its receive right is in a message: the queue which that is for", "T64 reason 2" },
    [3] = { "the process that was started to serve it", "T64 reason 3" },
    [4] = { "the right came out through a knote: its workloop", "T64 reason 4" },
    [5] = { "the right came out behind another one: the knote", "T64 reason 5" },
    [6] = { "the thread that got the right in answer to its check-in", "T64 reason 6" },
    [7] = { "the workloop that monitors it", "T64 reason 7" },
    [8] = { "the port that the request was sent to", "T75" },
    [9] = { "the request came out through a knote: its workloop", "T75" },
    [10] = { "the request came out behind another right: the knote", "T75" },
    [11] = { "the thread that holds the reply right", "held by receiver" },
    [12] = { "the thread that owns it", "T140" },
    [13] = { "the thread that serves it", "T140" },
    [14] = { "the pool of threads, which was asked for one", "T140" },
    [15] = { "the thread that starts it", "F55" },
};
enum { N_REASONS = sizeof(reasons) / sizeof(reasons[0]) };

const char *push_words(unsigned reason)
{
    return reason < N_REASONS && reasons[reason].words != NULL ? reasons[reason].words : "";
}

const char *push_rule(unsigned reason)
{
    return reason < N_REASONS && reasons[reason].rule != NULL ? reasons[reason].rule : "";
}

/* ---- what was asked for ---- */

/* Also whom it waits for, and so on. */
static void choose(const struct why *why, struct why_thread *thread)
{
    while (thread != NULL && !thread->is_chosen) {
        const struct look_hop *end = why_end(thread);

        thread->is_chosen = true;
        if (end != NULL && end->next == LOOK_NEXT_THREAD)
            thread = why_thread_of(why, end->next_pid, end->next_tid);
        else
            thread = why_stuck_behind(why, thread);
    }
}

static bool passes(const struct why_thread *thread, uint64_t object)
{
    if (thread->wait.object == object)
        return true;
    for (size_t i = 0; i < thread->n_hops; i++) {
        if (thread->hop[i].object == object && thread->hop[i].thing < LOOK_KNOTE)
            return true;
    }
    return false;
}

/* A decimal number is a process, or else a thread; 0x... is a port as machctl lsmp shows it. NULL: everything. */
static bool choose_named(struct why *why, const char *word)
{
    char *rest = NULL;
    unsigned long long number = word != NULL ? strtoull(word, &rest, 0) : 0;
    bool is_port = word != NULL && strncmp(word, "0x", 2) == 0, is_any = false;
    bool is_process = word != NULL && !is_port && why_task_of(why, (int)number) != NULL;

    if (word != NULL && (rest == word || *rest != 0))
        return false;
    for (size_t i = 0; i < why->n; i++) {
        struct why_thread *thread = &why->thread[i];
        bool is_it = word == NULL ? true
                     : is_port    ? passes(thread, number)
                     : is_process ? thread->wait.pid == (int)number
                                  : thread->wait.tid == (int)number;
        if (is_it)
            choose(why, thread);
        is_any |= is_it;
    }
    return is_any || word == NULL || is_process;
}

/* ---- for people ---- */

static void print_name(const struct look_wait *wait, const struct look_task *task)
{
    char command[LOOK_COMMAND], name[LOOK_THREAD_NAME];

    printf("%s(%d) thread %d", plain_text(task->command, command, sizeof(command)), wait->pid, wait->tid);
    if (wait->thread_name[0] != 0)
        printf(" \"%s\"", plain_text(wait->thread_name, name, sizeof(name)));
}

static void print_timeout(const struct look_wait *wait)
{
    struct timespec now;
    double left;

    if (!(wait->flags & LOOK_HAS_TIMEOUT)) {
        printf(", for ever");
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    left = ((double)wait->deadline - (double)now.tv_sec * 1e9 - (double)now.tv_nsec) / 1e9;
    printf(", %.3f s more", left > 0 ? left : 0);
}

static void print_waiting(const struct look_wait *wait)
{
    switch ((enum look_waiting)wait->waiting) {
    case LOOK_RUNS: printf("does not wait"); return;
    case LOOK_SENDS: printf("waits for room to send message %d", wait->id); break;
    case LOOK_RECEIVES: printf("waits for a message at port 0x%x", wait->name); break;
    case LOOK_RECEIVES_SET: printf("waits for a message at port set 0x%x", wait->name); break;
    case LOOK_AT_SEMAPHORE: printf("waits for a semaphore"); break;
    case LOOK_SLEEPS: printf("sleeps"); break;
    case LOOK_AWAITS_EVENT: printf("waits for events"); break;
    case LOOK_AWAITS_HANDLER: printf("waits for the handler of its exception"); break;
    }
    print_timeout(wait);
}

static const char *thing_words(const struct look_hop *hop)
{
    switch ((enum look_thing)hop->thing) {
    case LOOK_QUEUE: return "port";
    case LOOK_PORT: return "reply port";
    case LOOK_SPECIAL_REPLY_PORT: return "special reply port";
    case LOOK_KNOTE: return "knote";
    case LOOK_WORKLOOP: return "workloop";
    }
    return "object";
}

static void print_thing(const struct look_hop *hop)
{
    char command[LOOK_COMMAND];

    printf("    %s 0x%llx", thing_words(hop), (unsigned long long)hop->object);
    if (hop->thing == LOOK_QUEUE && hop->holder_pid != 0)
        printf(" of %s(%d), there 0x%x", plain_text(hop->command, command, sizeof(command)), hop->holder_pid,
               hop->holder_name);
    if ((hop->thing == LOOK_KNOTE || hop->thing == LOOK_WORKLOOP) && hop->holder_pid != 0)
        printf(" of %s(%d)", plain_text(hop->command, command, sizeof(command)), hop->holder_pid);
    if (hop->carrier_id != 0)
        printf(", in transit in message %d", hop->carrier_id);
    if (hop->thing == LOOK_QUEUE && hop->n_messages > 0)
        printf(", %u message%s, the oldest %d from (%d)", hop->n_messages, hop->n_messages == 1 ? "" : "s",
               hop->head_id, hop->head_pid);
}

static void print_task_hop(const struct look_hop *hop)
{
    char command[LOOK_COMMAND];

    printf("\n        %s: any thread of %s(%d); pushes on nobody\n",
           hop->thing == LOOK_QUEUE ? "has to receive it" : "holds the reply right",
           plain_text(hop->command, command, sizeof(command)), hop->holder_pid);
}

static void print_push(const struct look_hop *hop)
{
    printf("\n        pushes with %u on ", hop->priority);
    if (hop->next == LOOK_NEXT_THREAD)
        printf("(%d) thread %d: ", hop->next_pid, hop->next_tid);
    printf("%s (%s)\n", push_words(hop->reason), push_rule(hop->reason));
}

static void print_hop(const struct look_hop *hop)
{
    print_thing(hop);
    if (hop->reason != 0)
        print_push(hop);
    else if (hop->next == LOOK_NEXT_TASK)
        print_task_hop(hop);
    else if (hop->next == LOOK_NEXT_HOP)
        printf("\n        its request is in a queue; pushes on nobody\n");
    else
        printf(hop->flags & LOOK_HIDDEN ? "\n        another user's\n"
                                        : "\n        anybody may write to it\n");
}

static void print_thread(const struct why_thread *thread)
{
    const struct look_wait *wait = &thread->wait;

    print_name(wait, thread->task);
    printf(": priority %u", wait->priority);
    if (wait->push != 0)
        printf(", pushed with %u", wait->push);
    printf("; ");
    print_waiting(wait);
    putchar('\n');
    for (size_t i = 0; i < thread->n_hops; i++)
        print_hop(&thread->hop[i]);
}

static void print_cycle(const struct why *why, struct why_thread *first, bool *is_told)
{
    struct why_thread *at = first;

    printf("DEADLOCK: ");
    do {
        print_name(&at->wait, at->task);
        printf(" -> ");
        is_told[at - why->thread] = true;
        at = why_stuck_behind(why, at);
    } while (at != first);
    print_name(&first->wait, first->task);
    putchar('\n');
}

static void print_deadlocks(const struct why *why)
{
    bool *is_told = calloc(why->n + 1, sizeof(*is_told));
    size_t behind = 0;

    for (size_t i = 0; is_told != NULL && i < why->n; i++) {
        struct why_thread *thread = &why->thread[i];

        if (thread->is_chosen && thread->is_in_cycle && !is_told[i])
            print_cycle(why, thread, is_told);
        behind += thread->is_stuck && !thread->is_in_cycle;
    }
    if (behind > 0)
        printf("%zu more thread%s for these\n", behind, behind == 1 ? " waits" : "s wait");
    free(is_told);
}

void why_print(const struct why *why)
{
    for (size_t i = 0; i < why->n; i++) {
        if (why->thread[i].is_chosen)
            print_thread(&why->thread[i]);
    }
    print_deadlocks(why);
}

/* ---- the verb ---- */

/* Looks again only if there is something to confirm. */
static int look(int fd, struct why *why)
{
    struct why again;
    bool is_any = false;

    if (why_look(fd, why) != 0)
        return -1;
    why_find_stuck(why);
    for (size_t i = 0; i < why->n; i++)
        is_any |= why->thread[i].is_stuck;
    if (!is_any)
        return 0;
    if (why_look(fd, &again) != 0)
        return -1;
    why_find_stuck(&again);
    why_confirm(why, &again);
    why_free(&again);
    return 0;
}

int verb_why(int argc, char **argv)
{
    bool json = take_option(&argc, argv, "--json"), dot = take_option(&argc, argv, "--dot");
    struct why why;
    int fd;

    if (argc > 2 || (json && dot)) {
        fprintf(stderr, "usage: machctl why [PID | TID | PORT] [--json | --dot]\n");
        return 1;
    }
    fd = control_open_here();
    if (fd < 0 || look(fd, &why) != 0)
        return 1;
    close(fd);
    if (!choose_named(&why, argc == 2 ? argv[1] : NULL)) {
        fprintf(
            stderr, "machctl: %s is no process or thread that waits or is pushed, and no port that somebody waits at\n",
            argv[1]);
        return 1;
    }
    if (json)
        why_json(&why);
    else if (dot)
        why_dot(&why);
    else
        why_print(&why);
    why_free(&why);
    return 0;
}
