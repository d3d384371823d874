/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - choosing the cases, running them, and the table at the end (H1, H2, H11) */
#include "internal.h"

#include <getopt.h>
#include <time.h>

enum { AT_ONCE_MAX = 4, LOOK_US = 2000 };

struct dt_state dt;

static struct dt_case **end_of_cases = &dt.cases;

void dt_register(struct dt_case *one)
{
    *end_of_cases = one;
    end_of_cases = &one->next;
}

void dt_register_defaults(struct dt_defaults *defaults)
{
    defaults->next = dt.defaults;
    dt.defaults = defaults;
}

struct dt_case *dt_find(const char *name)
{
    struct dt_case *one = dt.cases;
    while (one != NULL && strcmp(one->name, name) != 0)
        one = one->next;
    return one;
}

double dt_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- which ---- */

static void list(void)
{
    for (const struct dt_case *one = dt.cases; one != NULL; one = one->next)
        if (!one->is_helper)
            printf("%s\n", one->name);
}

static size_t choose(struct dt_run *runs, char **names, size_t n_names)
{
    size_t n = 0;
    for (struct dt_case *one = dt.cases; n_names == 0 && one != NULL; one = one->next)
        if (!one->is_helper)
            runs[n++].one = one;
    for (size_t i = 0; i < n_names; i++) {
        runs[n].one = dt_find(names[i]);
        if (runs[n++].one == NULL) {
            fprintf(stderr, "%s: no case %s\n", dt.program, names[i]);
            exit(2);
        }
    }
    return n;
}

/* ---- running ---- */

static bool is_running(const struct dt_run *run)
{
    return run->pid > 0;
}

/* A case that is not marked runs alone; marked ones a few at a time. */
static bool may_begin(const struct dt_run *runs, size_t next)
{
    size_t n_running = 0;
    bool alone = false;
    for (size_t i = 0; i < next; i++) {
        n_running += is_running(&runs[i]);
        alone |= is_running(&runs[i]) && !runs[i].is_concurrent;
    }
    return n_running == 0 || (!alone && runs[next].is_concurrent && n_running < AT_ONCE_MAX);
}

static void run_all(struct dt_run *runs, size_t n)
{
    size_t n_over = 0, next = 0;
    while (n_over < n) {
        while (next < n && may_begin(runs, next))
            dt_run_begin(&runs[next++]);
        for (size_t i = 0; i < next; i++)
            if (is_running(&runs[i]) && dt_run_is_over(&runs[i]))
                runs[i].pid = 0;
        n_over = 0;
        for (size_t i = 0; i < next; i++)
            n_over += !is_running(&runs[i]);
        if (n_over < next)
            usleep(LOOK_US);
    }
}

static int tell(const struct dt_run *runs, size_t n)
{
    static const char *const words[] = { [DT_PASS] = "PASS", [DT_FAIL] = "FAIL", [DT_SKIP] = "SKIP" };
    int count[3] = { 0 };
    for (size_t i = 0; i < n; i++) {
        const char *reason = runs[i].result != DT_PASS ? runs[i].verdict->reason : "";
        dt_print("%s %s%s%s", words[runs[i].result], runs[i].one->name, *reason ? ": " : "", reason);
        count[runs[i].result]++;
    }
    dt_print("%d passed, %d failed, %d skipped", count[DT_PASS], count[DT_FAIL], count[DT_SKIP]);
    return count[DT_FAIL] != 0;
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: %s [-l] [-u] [-n NAME]... [-- ARGUMENT...]\n", dt.program);
    exit(2);
}

int main(int argc, char **argv)
{
    char **names = calloc((size_t)argc, sizeof(*names));
    size_t n_names = 0, n_cases = 0;
    int option;
    dt.program = argv[0];
    while ((option = getopt(argc, argv, "lun:")) != -1) {
        if (option == 'l')
            return free(names), list(), 0;
        if (option == 'u')
            dt.any_user = true;
        else if (option == 'n')
            names[n_names++] = optarg;
        else
            usage();
    }
    dt.argc = argc - optind;
    dt.argv = argv + optind;
    const struct dt_case *helper = n_names == 1 ? dt_find(names[0]) : NULL;
    if (helper != NULL && helper->is_helper)
        return dt_helper_main(helper);
    for (const struct dt_case *one = dt.cases; one != NULL; one = one->next)
        n_cases++;
    struct dt_run *runs = calloc(n_cases + n_names + 1, sizeof(*runs));
    size_t n = choose(runs, names, n_names);
    run_all(runs, n);
    int status = tell(runs, n);
    for (size_t i = 0; i < n; i++)
        dt_verdict_free(runs[i].verdict);
    free(runs);
    free(names);
    return status;
}
