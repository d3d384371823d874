/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/run.c - the grinder as a program: many schedules in children, finds made short
 *
 *   grind --seeds N [--first M] [--jobs J]    schedules M ... M + N - 1
 *   grind --seed N                            one of them, told in words
 *
 * A child runs some hundred schedules; what ends it is a find. The parent then looks for the fewest steps that still end a
 * child in the same way, and tells those. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/grind/grind.h"

enum { BATCH = 250, MAX_JOBS = 64, MAX_FINDS = 5, PATIENCE_SECONDS = 10, REASON_SIZE = 256 };

/* How a child says where it is, and why it ends. */
struct report {
    uint64_t number;
    uint32_t step;
    char reason[REASON_SIZE];
};

static struct report *report; /* the child's own */

static void on_assert(const char *expression, const char *file, int line)
{
    report->step = grind_step_now;
    snprintf(report->reason, REASON_SIZE, "%s:%d: %s", file, line, expression);
    fflush(stdout);
    _exit(1);
}

static struct report *report_new(void)
{
    void *memory =
        mmap(NULL, sizeof(struct report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("grind: mmap");
        exit(2);
    }
    return memory;
}

/* ---- children ---- */

struct child {
    pid_t pid; /* 0: none */
    struct report *report;
};

/* Of the processor: on a machine with other work a schedule may well stand still for longer. */
static void limit_time(void)
{
    setitimer(ITIMER_PROF, &(struct itimerval){ .it_value.tv_sec = PATIENCE_SECONDS }, NULL);
}

static void start(struct child *child, uint64_t first, uint64_t n, const uint8_t *keep, bool is_told)
{
    fflush(stdout);
    *child->report = (struct report){ .number = first };
    child->pid = fork();
    if (child->pid < 0) {
        perror("grind: fork");
        exit(2);
    }
    if (child->pid > 0)
        return;
    report = child->report;
    assert_set_hook(on_assert);
    for (uint64_t i = 0; i < n; i++) {
        limit_time();
        report->number = first + i;
        grind_schedule(first + i, keep, is_told);
    }
    fflush(stdout);
    _exit(0);
}

/* Whether it found something; then reason is said. */
static bool judge(struct child *child, int status)
{
    child->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return false;
    if (child->report->reason[0])
        return true;
    if (WIFSIGNALED(status))
        snprintf(child->report->reason, REASON_SIZE, "%s",
                 WTERMSIG(status) == SIGPROF ? "it hangs" : strsignal(WTERMSIG(status)));
    else
        snprintf(child->report->reason, REASON_SIZE, "exit status %d", WEXITSTATUS(status));
    return true;
}

static bool run_one(struct child *child, uint64_t number, const uint8_t *keep, bool is_told)
{
    int status;
    start(child, number, 1, keep, is_told);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return judge(child, status);
}

/* ---- making a find short ---- */

/* Leaves out halves, quarters ... single steps as long as the same thing is found. */
static void minimise(struct child *child, uint64_t number, uint8_t keep[MAX_STEPS])
{
    char reason[REASON_SIZE];
    uint8_t without[MAX_STEPS];
    uint32_t n = grind_n_steps(number);
    memcpy(reason, child->report->reason, sizeof(reason));
    for (uint32_t size = n / 2; size > 0; size /= 2) {
        for (uint32_t at = 0; at < n; at += size) {
            memcpy(without, keep, n);
            memset(without + at, 0, at + size > n ? n - at : size);
            if (memcmp(without, keep, n) != 0 && run_one(child, number, without, false) &&
                strcmp(child->report->reason, reason) == 0)
                memcpy(keep, without, n);
        }
    }
}

static void tell_find(struct child *child, uint64_t number)
{
    uint8_t keep[MAX_STEPS];
    memset(keep, 1, sizeof(keep));
    printf("FOUND by schedule %llu: %s\n", (unsigned long long)number, child->report->reason);
    if (!run_one(child, number, NULL, false)) {
        printf("  not again when it runs alone\n");
        return;
    }
    minimise(child, number, keep);
    run_one(child, number, keep, true);
    printf("\n  here: %s\n  again: ./dev grind --seed %llu\n", child->report->reason,
           (unsigned long long)number);
}

/* ---- all of them ---- */

static struct child children[MAX_JOBS];

static struct child *child_of(pid_t pid)
{
    for (int i = 0; i < MAX_JOBS; i++)
        if (children[i].pid == pid)
            return &children[i];
    return NULL;
}

static struct child *wait_for_one(bool *has_found_p)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, 0)) < 0 && errno == EINTR)
        ;
    struct child *child = child_of(pid);
    *has_found_p = child && judge(child, status);
    return child;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void show_progress(uint64_t done, uint64_t n, int n_finds, double since)
{
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r%llu of %llu schedules, %.0f a second, %d finds ", (unsigned long long)done,
            (unsigned long long)n, (double)done / (seconds() - since + 1e-9), n_finds);
}

/* A child that found something did what came before; what is left of its batch is run after it. */
static int run_all(uint64_t first, uint64_t n, int n_jobs)
{
    struct child scratch = { .report = report_new() };
    uint64_t next = first, end = first + n, done = 0;
    int n_running = 0, n_finds = 0;
    double since = seconds();
    for (int i = 0; i < n_jobs; i++)
        children[i].report = report_new();
    while ((next < end && n_finds < MAX_FINDS) || n_running > 0) {
        struct child *child = next < end && n_finds < MAX_FINDS && n_running < n_jobs ? child_of(0) : NULL;
        if (child) {
            uint64_t batch = end - next < BATCH ? end - next : BATCH;
            start(child, next, batch, NULL, false);
            next += batch;
            n_running++;
            continue;
        }
        bool has_found;
        child = wait_for_one(&has_found);
        n_running--;
        done += BATCH;
        if (has_found) {
            n_finds++;
            memcpy(scratch.report, child->report, sizeof(*scratch.report));
            tell_find(&scratch, scratch.report->number);
        }
        show_progress(done > n ? n : done, n, n_finds, since);
    }
    fprintf(stderr, "%s", isatty(STDERR_FILENO) ? "\n" : "");
    printf("%llu schedules in %.1f s, %d finds\n", (unsigned long long)(next - first), seconds() - since,
           n_finds);
    return n_finds;
}

static int run_told(uint64_t number)
{
    struct child child = { .report = report_new() };
    if (!run_one(&child, number, NULL, true)) {
        printf("schedule %llu finds nothing\n", (unsigned long long)number);
        return 0;
    }
    printf("\n");
    tell_find(&child, number);
    return 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: grind --seeds N [--first M] [--jobs J] | --seed N\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },
        { "seeds", required_argument, NULL, 'n' },
        { "first", required_argument, NULL, 'f' },
        { "jobs", required_argument, NULL, 'j' },
        { 0 },
    };
    uint64_t first = 1, n = 10000, seed = 0;
    long n_jobs = sysconf(_SC_NPROCESSORS_ONLN);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 's': seed = strtoull(optarg, NULL, 0); break;
        case 'n': n = strtoull(optarg, NULL, 0); break;
        case 'f': first = strtoull(optarg, NULL, 0); break;
        case 'j': n_jobs = strtol(optarg, NULL, 0); break;
        default: return usage();
        }
    }
    if (optind != argc || n_jobs < 1)
        return usage();
    if (seed)
        return run_told(seed);
    return run_all(first, n, n_jobs > MAX_JOBS ? MAX_JOBS : (int)n_jobs) > 0;
}
