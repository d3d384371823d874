/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double median(double *values, unsigned n)
{
    qsort(values, n, sizeof(*values), compare);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* ---- JSON ---- */

static const char *separator;

void json_begin(void)
{
    separator = "{";
}

void json_number(const char *name, double value)
{
    if (isnan(value))
        return;
    printf("%s\"%s\": %.6g", separator, name, value);
    separator = ", ";
}

void json_end(void)
{
    printf("%s}\n", *separator == '{' ? "{" : "");
    fflush(stdout);
}

/* ---- the command line ---- */

static void usage(FILE *out, const char *name, const char *about)
{
    fprintf(out,
            "usage: %s [--json] [--quick]\n"
            "%s Run it by `machctl run`.\n"
            "  --json   print one flat JSON object on one line after the table\n"
            "  --quick  a fraction of the calls: shows that it works, not how fast\n",
            name, about);
}

struct bench_options bench_parse(int argc, char **argv, const char *about)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' },
                                             { "quick", no_argument, NULL, 'q' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    struct bench_options chosen = { 0 };
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'j': chosen.json = true; break;
        case 'q': chosen.quick = true; break;
        case 'h': usage(stdout, argv[0], about); exit(0);
        default: usage(stderr, argv[0], about); exit(1);
        }
    }
    return chosen;
}
