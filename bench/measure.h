/* SPDX-License-Identifier: Apache-2.0 */
/* bench/measure.h - clocks, medians, and one flat JSON object on one line */
#pragma once

#include <stdbool.h>
#include <stdint.h>

double now_us(void);
/* Sorts the values. n > 0. */
double median(double *values, unsigned n);

/* A value that was not measured is NAN, and is not printed. */
void json_begin(void);
void json_number(const char *name, double value);
void json_end(void);

struct bench_options {
    bool json, quick;
};

/* Exits on --help and on options that are not known. `about`: a sentence for --help. */
struct bench_options bench_parse(int argc, char **argv, const char *about);
