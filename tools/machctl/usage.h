/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/usage.h - who holds and spends what of machd: a table in an order, or JSON */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tools/machctl/look.h"

struct usage_table {
    struct look_usages rows;
    uint64_t taken_ns; /* when; CLOCK_MONOTONIC */
    bool is_rate;      /* steps and traps are those of a second */
};

/* A column by its name, as in the table's head but in small letters, or by its key; -1 if there is none. */
int usage_column(const char *name);
int usage_column_of_key(int key);

/* Tasks, or users. 0, or -1 after one line on standard error. */
int usage_take(int fd, bool of_users, struct usage_table *table);
/* A copy of the table with the steps and traps of one second since `before`; a row that was not there counts from 0. Both
 * as they were taken. 0, or -1 without memory. */
int usage_rates(const struct usage_table *table, const struct usage_table *before, struct usage_table *rates);
void usage_free(struct usage_table *table);

/* Largest first; equal ones by uid and pid. */
void usage_sort(struct usage_table *table, int column);
/* At most `lines` lines, cut at `columns` characters (0: neither), with the escape `clear` at the end of each. */
void usage_print(const struct usage_table *table, int column, int lines, int columns, const char *clear);
/* {"users":[..],"tasks":[..]}, each with what it used and its limits; what has none is left out there. */
void usage_print_json(const struct usage_table *users, const struct usage_table *tasks);
