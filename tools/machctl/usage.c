/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/usage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/machctl/out.h"

enum { STEPS, TRAPS, CHARGES };

/* key    column; charges in the order of enum look_charge */
static const struct column {
    const char *name;
    char key;
    int width; /* 0: only to sort by, and in JSON */
} columns[] = {
    { "steps", 's', 8 },        { "traps", 'r', 8 },  { "ports", 'p', 7 },    { "names", 'n', 7 },
    { "messages", 'm', 8 },     { "bytes", 'b', 7 },  { "segments", 'e', 0 }, { "segment-bytes", 'g', 13 },
    { "threads", 't', 7 },      { "timers", 'i', 6 }, { "tasks", 'k', 0 },    { "connections", 'c', 0 },
    { "descriptors", 'd', 11 },
};

#define N_COLUMNS ((int)(sizeof(columns) / sizeof(columns[0])))

_Static_assert(sizeof(columns) / sizeof(columns[0]) == CHARGES + LOOK_N_CHARGES, "one for each charge");

int usage_column(const char *name)
{
    for (int i = 0; i < N_COLUMNS; i++) {
        if (strcmp(columns[i].name, name) == 0)
            return i;
    }
    return -1;
}

int usage_column_of_key(int key)
{
    for (int i = 0; i < N_COLUMNS; i++) {
        if (columns[i].key == key)
            return i;
    }
    return -1;
}

static uint64_t value(const struct look_usage *row, int column)
{
    switch (column) {
    case STEPS: return row->steps;
    case TRAPS: return row->traps;
    default: return row->used[column - CHARGES];
    }
}

/* ---- taking ---- */

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_id(const void *a, const void *b)
{
    const struct look_usage *x = a, *y = b;

    if (x->uid != y->uid)
        return x->uid < y->uid ? -1 : 1;
    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static void sort_by_id(struct usage_table *table)
{
    if (table->rows.n > 0)
        qsort(table->rows.usage, table->rows.n, sizeof(*table->rows.usage), by_id);
}

int usage_take(int fd, bool of_users, struct usage_table *table)
{
    *table = (struct usage_table){ .taken_ns = now_ns() };
    if (look_usage(fd, of_users ? LOOK_USERS : LOOK_USAGE, &table->rows) != 0) {
        usage_free(table);
        return -1;
    }
    sort_by_id(table);
    return 0;
}

void usage_free(struct usage_table *table)
{
    free(table->rows.usage);
    table->rows = (struct look_usages){ NULL, 0 };
}

static uint64_t rate(uint64_t now, uint64_t before, uint64_t ns)
{
    if (now < before) /* another process with that number */
        before = 0;
    return ns > 0 ? (uint64_t)((double)(now - before) * 1e9 / (double)ns + 0.5) : 0;
}

static const struct look_usage *find(const struct usage_table *table, const struct look_usage *row)
{
    if (table->rows.n == 0)
        return NULL;
    return bsearch(row, table->rows.usage, table->rows.n, sizeof(*row), by_id);
}

int usage_rates(const struct usage_table *table, const struct usage_table *before, struct usage_table *rates)
{
    uint64_t ns = table->taken_ns - before->taken_ns;

    *rates = (struct usage_table){ .taken_ns = table->taken_ns, .is_rate = true };
    rates->rows.usage = calloc(table->rows.n + 1, sizeof(*rates->rows.usage));
    if (rates->rows.usage == NULL)
        return -1;
    rates->rows.n = table->rows.n;
    for (size_t i = 0; i < table->rows.n; i++) {
        struct look_usage *row = &rates->rows.usage[i];
        const struct look_usage *old = find(before, &table->rows.usage[i]);

        *row = table->rows.usage[i];
        row->steps = rate(row->steps, old != NULL ? old->steps : 0, ns);
        row->traps = rate(row->traps, old != NULL ? old->traps : 0, ns);
    }
    return 0;
}

/* ---- order ---- */

static int sorted_by;

static int by_column(const void *a, const void *b)
{
    uint64_t x = value(a, sorted_by), y = value(b, sorted_by);

    return x != y ? (x < y ? 1 : -1) : by_id(a, b);
}

void usage_sort(struct usage_table *table, int column)
{
    sorted_by = column;
    if (table->rows.n > 0)
        qsort(table->rows.usage, table->rows.n, sizeof(*table->rows.usage), by_column);
}

/* ---- as a table ---- */

/* Five characters at most: 12345, 123K, 1.2M. */
static const char *short_number(uint64_t number, char text[32])
{
    static const char suffixes[] = " KMGTPE";
    double scaled = (double)number;
    int suffix = 0;

    if (number < 100000) {
        snprintf(text, 32, "%" PRIu64, number);
        return text;
    }
    while (scaled >= 999.5) {
        scaled /= 1024;
        suffix++;
    }
    snprintf(text, 32, scaled < 9.95 ? "%.1f%c" : "%.0f%c", scaled, suffixes[suffix]);
    return text;
}

static void print_line(const char *line, int width, const char *clear)
{
    if (width > 0)
        printf("%.*s%s\n", width, line, clear);
    else
        printf("%s%s\n", line, clear);
}

static int head(char *line, size_t size, int sorted, bool is_rate)
{
    int at = snprintf(line, size, "%8s %8s %-16s", "PID", "UID", "COMMAND");

    for (int i = 0; i < N_COLUMNS; i++) {
        char name[24];
        int n = snprintf(name, sizeof(name), "%s%s%s", i == sorted ? ">" : "", columns[i].name,
                         is_rate && i < CHARGES ? "/s" : "");

        for (char *c = name; *c != 0; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        if (columns[i].width > 0 || i == sorted)
            at += snprintf(line + at, size - (size_t)at, " %*s", columns[i].width > n ? columns[i].width : n,
                           name);
    }
    return at;
}

/* As wide as the head made each column. */
static void body(const struct look_usage *row, char *line, size_t size, int sorted, bool is_rate)
{
    char command[LOOK_COMMAND], text[32], pid[16];
    int at;

    snprintf(pid, sizeof(pid), row->pid != 0 ? "%d" : "-", row->pid);
    at = snprintf(line, size, "%8s %8u %-16s", pid, row->uid,
                  plain_text(row->command, command, sizeof(command)));
    for (int i = 0; i < N_COLUMNS; i++) {
        int name = (int)strlen(columns[i].name) + (i == sorted) + (is_rate && i < CHARGES ? 2 : 0);

        if (columns[i].width > 0 || i == sorted)
            at += snprintf(line + at, size - (size_t)at, " %*s",
                           columns[i].width > name ? columns[i].width : name,
                           short_number(value(row, i), text));
    }
    if (row->is_pressed)
        snprintf(line + at, size - (size_t)at, " near its limits");
}

void usage_print(const struct usage_table *table, int column, int lines, int width, const char *clear)
{
    char line[512];

    head(line, sizeof(line), column, table->is_rate);
    print_line(line, width, clear);
    for (size_t i = 0; i < table->rows.n && (lines == 0 || (int)i < lines - 1); i++) {
        body(&table->rows.usage[i], line, sizeof(line), column, table->is_rate);
        print_line(line, width, clear);
    }
}

/* ---- as JSON ---- */

static void put_charges(struct out *out, const char *name, const uint64_t *numbers, bool of_limits)
{
    out_open(out, name, '{');
    for (int i = 0; i < LOOK_N_CHARGES; i++) {
        if (!of_limits || numbers[i] != UINT64_MAX)
            out_number(out, columns[CHARGES + i].name, numbers[i]);
    }
    out_close(out, '}');
}

static void put_row(struct out *out, const struct look_usage *row)
{
    out_open(out, NULL, '{');
    if (row->pid != 0) {
        out_signed(out, "pid", row->pid);
        out_string(out, "command", row->command);
        out_number(out, "traps", row->traps);
    }
    out_number(out, "uid", row->uid);
    out_number(out, "steps", row->steps);
    out_bool(out, "near_limits", row->is_pressed != 0);
    put_charges(out, "used", row->used, false);
    put_charges(out, "limits", row->limit, true);
    out_close(out, '}');
}

static void put_table(struct out *out, const char *name, const struct usage_table *table)
{
    out_open(out, name, '[');
    for (size_t i = 0; i < table->rows.n; i++)
        put_row(out, &table->rows.usage[i]);
    out_close(out, ']');
}

void usage_print_json(const struct usage_table *users, const struct usage_table *tasks)
{
    struct out out = { .file = stdout };

    out_open(&out, NULL, '{');
    put_table(&out, "users", users);
    put_table(&out, "tasks", tasks);
    out_close(&out, '}');
    putchar('\n');
}
