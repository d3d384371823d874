/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/top.c - who holds and spends what of machd, live */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/screen.h"
#include "tools/machctl/usage.h"
#include "tools/machctl/verbs.h"

enum { FIRST_MS = 200, REFRESH_MS = 1000 };

struct view {
    int column;
    bool of_users;
    bool is_changed; /* what is shown: rates begin anew */
};

static int bad_usage(void)
{
    fprintf(stderr, "usage: machctl top [--once] [--json] [--users] [--sort COLUMN]\n");
    return 1;
}

/* ---- once ---- */

static int once(int fd, const struct view *view)
{
    struct usage_table table;

    if (usage_take(fd, view->of_users, &table) != 0)
        return 1;
    usage_sort(&table, view->column);
    usage_print(&table, view->column, 0, 0, "");
    usage_free(&table);
    return 0;
}

static int once_json(int fd, int column)
{
    struct usage_table users, tasks;

    if (usage_take(fd, true, &users) != 0)
        return 1;
    if (usage_take(fd, false, &tasks) != 0) {
        usage_free(&users);
        return 1;
    }
    usage_sort(&users, column);
    usage_sort(&tasks, column);
    usage_print_json(&users, &tasks);
    usage_free(&users);
    usage_free(&tasks);
    return 0;
}

/* ---- live ---- */

static void draw(const struct usage_table *table, const struct view *view)
{
    int lines, columns;

    screen_size(&lines, &columns);
    screen_home();
    printf("\033[7m%.*s\033[0m\033[K\n", columns,
           view->of_users ? "users of machd; q: quit, u: tasks, others sort (machctl top --help)"
                          : "tasks of machd; q: quit, u: users, others sort (machctl top --help)");
    usage_print(table, view->column, lines - 2, columns, "\033[K");
    screen_shown();
}

/* False: quit. */
static bool take_key(int key, struct view *view)
{
    int column = usage_column_of_key(key);

    if (column >= 0)
        view->column = column;
    if (key == 'u') {
        view->of_users = !view->of_users;
        view->is_changed = true;
    }
    return key != 'q';
}

/* False: machd has gone. */
static bool show(int fd, struct view *view, struct usage_table *last)
{
    struct usage_table table, rates;

    if (usage_take(fd, view->of_users, &table) != 0)
        return false;
    if (usage_rates(&table, last, &rates) == 0) {
        usage_sort(&rates, view->column);
        draw(&rates, view);
        usage_free(&rates);
    }
    usage_free(last);
    *last = table;
    return true;
}

static int live(int fd, struct view *view)
{
    struct usage_table last = { .is_rate = false };
    bool goes_on = true;

    view->is_changed = true;
    for (;;) {
        bool is_first = view->is_changed;

        if (is_first) {
            usage_free(&last);
            goes_on = usage_take(fd, view->of_users, &last) == 0;
        } else {
            goes_on = show(fd, view, &last);
        }
        view->is_changed = false;
        if (!goes_on || !take_key(screen_key(is_first ? FIRST_MS : REFRESH_MS), view))
            break;
    }
    usage_free(&last);
    screen_end();
    return goes_on ? 0 : 1;
}

/* ---- */

static bool take_sort(int *argc_p, char **argv, int *column_p)
{
    for (int i = 1; i + 1 < *argc_p; i++) {
        if (strcmp(argv[i], "--sort") != 0)
            continue;
        *column_p = usage_column(argv[i + 1]);
        memmove(&argv[i], &argv[i + 2], (size_t)(*argc_p - i - 1) * sizeof(*argv));
        *argc_p -= 2;
    }
    return *column_p >= 0;
}

int verb_top(int argc, char **argv)
{
    bool is_once = take_option(&argc, argv, "--once"), json = take_option(&argc, argv, "--json");
    struct view view = { .column = 0, .of_users = take_option(&argc, argv, "--users") };
    int fd, result;

    if (!take_sort(&argc, argv, &view.column) || argc > 1)
        return bad_usage();
    fd = control_open_here();
    if (fd < 0)
        return 1;
    if (json)
        result = once_json(fd, view.column);
    else if (is_once || !screen_begin())
        result = once(fd, &view);
    else
        result = live(fd, &view);
    close(fd);
    return result;
}
