/* SPDX-License-Identifier: Apache-2.0 */
/* tests/harness/main.c - runs the registered tests as one cmocka group with TAP output
 *
 * cmocka counts and prints; the verdict is ours. Its signal handlers are taken out around each body: they
 * jump back to the runner, and in a forked child that would run the remaining tests a second time. In their
 * place a handler says which test was hit and lets the signal have its usual effect. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/internal.h"

/* By this scripts/run_tests.py knows a program that understands --list and a filter. */
__attribute__((used)) static const char marker[] = "machd-test-harness-v1";

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT };
#define N_FATAL (sizeof(fatal_signals) / sizeof(fatal_signals[0]))

void (*test_census_hook)(const struct test *test, bool after);
struct test_verdict *test_verdict;
const struct test *test_running;
pid_t test_main_pid;
pid_t test_main_tid;
char *test_stack_base;
jmp_buf test_end;

static struct sigaction dispositions[N_FATAL];
static struct test *first, **last = &first;
static int n_registered;
static struct CMUnitTest *units;

void test_register(struct test *test)
{
    *last = test;
    last = &test->next;
    n_registered++;
}

const struct test *test_current(void)
{
    return test_running;
}

/* Returning makes a fault happen again, now with its usual effect (SA_RESETHAND); a signal that was sent is
 * sent again. */
static void on_fatal(int sig, siginfo_t *info, void *context)
{
    static const char text[] = "\n# FAIL a signal ended the test program in ";

    if (getpid() == test_main_pid && test_running != NULL) {
        if (write(STDOUT_FILENO, text, sizeof(text) - 1) > 0 &&
            write(STDOUT_FILENO, test_running->name, strlen(test_running->name)) > 0)
            (void)!write(STDOUT_FILENO, "\n", 1);
    }
    if (info->si_code <= 0 || sig == SIGSYS)
        raise(sig);
}

/* A sanitizer's handler says more than ours: keep it. */
static void note_dispositions(void)
{
    struct sigaction ours = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER };

    for (size_t i = 0; i < N_FATAL; i++) {
        sigaction(fatal_signals[i], NULL, &dispositions[i]);
        if (!(dispositions[i].sa_flags & SA_SIGINFO) && dispositions[i].sa_handler == SIG_DFL)
            dispositions[i] = ours;
    }
}

static void run_body(const struct test *test)
{
    struct sigaction cmockas[N_FATAL];

    for (size_t i = 0; i < N_FATAL; i++)
        sigaction(fatal_signals[i], &dispositions[i], &cmockas[i]);
    if (test_census_hook != NULL)
        test_census_hook(test, false);
    test_running = test;
    if (setjmp(test_end) == 0)
        test->body();
    test_running = NULL;
    if (test_census_hook != NULL && atomic_load(&test_verdict->skips) == 0)
        test_census_hook(test, true);
    for (size_t i = 0; i < N_FATAL; i++)
        sigaction(fatal_signals[i], &cmockas[i], NULL);
}

/* cmocka prints `not ok N # SKIP` for a skipped test, which readers of TAP that know no directive take for a failure. So
 * it passes, under a name that ends in the directive. */
static void show_as_skipped(const struct test *test)
{
    struct CMUnitTest *unit = units;
    char *name;

    while (unit->initial_state != test)
        unit++;
    if (asprintf(&name, "%s # SKIP %s", test->name, test_verdict->skip_reason) > 0)
        unit->name = name; /* printed when the test has returned; freed with the units */
}

static void run_unit(void **state)
{
    const struct test *test = *state;

    test_stack_base = __builtin_frame_address(0);
    atomic_store(&test_verdict->failures, 0);
    atomic_store(&test_verdict->skips, 0);
    fflush(NULL);
    run_body(test);
    fflush(NULL);
    if (test_has_failed())
        fail();
    if (atomic_load(&test_verdict->skips) > 0)
        show_as_skipped(test);
}

/* Does it name this rule ("T23"), or one of this family ("S")? */
static bool cites(const struct test *test, const char *rule)
{
    size_t size = strlen(rule);

    for (const char *at = test->rules; (at = strstr(at, rule)) != NULL; at += size) {
        bool begins = at == test->rules || at[-1] == ' ';
        bool ends = at[size] < '0' || at[size] > '9' || rule[size - 1] > '9';
        if (begins && ends)
            return true;
    }
    return false;
}

static int collect(const char *filter, const char *rule)
{
    int n = 0;

    for (struct test *t = first; t != NULL; t = t->next) {
        if (rule != NULL ? cites(t, rule) : filter == NULL || strstr(t->name, filter) != NULL)
            units[n++] = (struct CMUnitTest){ .name = t->name, .test_func = run_unit, .initial_state = t };
    }
    return n;
}

static void free_units(int n)
{
    for (int i = 0; i < n; i++) {
        const struct test *test = units[i].initial_state;
        if (units[i].name != test->name)
            free((char *)units[i].name);
    }
    free(units);
}

int main(int argc, char **argv)
{
    const char *filter = argc > 1 ? argv[1] : NULL;
    const char *rule = argc > 2 && strcmp(filter, "--rule") == 0 ? argv[2] : NULL;
    int n;

    if (filter != NULL && strcmp(filter, "--list") == 0) {
        for (struct test *t = first; t != NULL; t = t->next)
            printf("%s\t%s\t%s:%d\n", t->name, t->rules, t->file, t->line);
        return 0;
    }
    units = calloc((size_t)n_registered + 1, sizeof(*units));
    n = collect(filter, rule);
    if (n == 0) {
        printf("1..0 # SKIP no test of that name\n");
        return 0;
    }
    test_verdict =
        mmap(NULL, sizeof(*test_verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (test_verdict == MAP_FAILED)
        abort();
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_main_pid = getpid();
    test_main_tid = (pid_t)syscall(SYS_gettid);
    note_dispositions();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int n_failed = _cmocka_run_group_tests("machd", units, (size_t)n, NULL, NULL);
    free_units(n);
    return n_failed > 0 ? 1 : 0;
}
