/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand.c - the first call to a service that is not running: launchd, a super-server as inetd is one, D-Bus activation
 *
 * Each call finds nobody, starts the service, and is answered by it; then the service ends, which is waited for and not counted.
 * Rounds of the ways are interleaved. The caller is urgent: of class USER_INTERACTIVE in the focal role, which is niceness -10
 * where that is allowed, for all ways. It is measured on CPUs with nothing to do, on such as are kept awake, and beside a hog on
 * each of them (load.h), once in the caller's session, as started from its shell, and once in a session of its own: where
 * autogroup is on, Linux is fair between sessions first, and launchd's jobs have one each.
 */
#include <math.h>
#include <pthread/qos.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launch.h"
#include "load.h"
#include "measure.h"
#include "ondemand.h"

enum { ROUNDS = 5, N_WAYS = 3 };
enum condition { IDLE, AWAKE, LOADED, APART, N_CONDITIONS };

static const char *const condition_names[N_CONDITIONS] = { "idle", "awake", "hogs", "hogs apart" };
static struct way *const ways[N_WAYS] = { &way_mach, &way_inetd, &way_dbus };
static const char *missing[N_WAYS];
static double rounds[N_WAYS][N_CONDITIONS][ROUNDS];
static unsigned n_calls = 20;

const char *way_path(const char *directory, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

bool way_write(const char *path, const char *format, ...)
{
    FILE *out = fopen(path, "w");
    va_list args;
    if (out == NULL)
        return false;
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    return fclose(out) == 0;
}

static bool run_round(int way, enum condition condition, int round)
{
    double *values = calloc(n_calls, sizeof(double));
    bool good = true;
    for (unsigned i = 0; i < n_calls && good; i++) {
        double begin = now_us();
        good = ways[way]->call();
        values[i] = now_us() - begin;
        ways[way]->wait();
    }
    rounds[way][condition][round] = median(values, n_calls);
    free(values);
    if (!good)
        fprintf(stderr, "bench-launch: a call over %s failed\n", ways[way]->name);
    return good;
}

static bool run_ways(enum condition condition, int round)
{
    bool good = true;
    if (condition != IDLE)
        load_start(condition == AWAKE ? LOAD_AWAKE : LOAD_HOGS, condition == APART);
    for (int way = 0; way < N_WAYS && good; way++)
        if (missing[way] == NULL)
            good = run_round(way, condition, round);
    if (condition != IDLE)
        load_stop();
    return good;
}

static bool run_all(void)
{
    bool good = true;
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
    for (int round = 0; round < ROUNDS && good; round++)
        for (enum condition condition = IDLE; condition < N_CONDITIONS && good; condition++)
            good = run_ways(condition, round);
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_DEFAULT);
    return good;
}

bool ondemand_measure(const char *directory, bool quick)
{
    char scratch[] = "/tmp/bench-ondemand-XXXXXX";
    if (quick)
        n_calls = 5;
    if (mkdtemp(scratch) == NULL)
        return false;
    for (int i = 0; i < N_WAYS; i++)
        missing[i] = ways[i]->start(directory, scratch);
    if (missing[0] != NULL)
        fprintf(stderr, "bench-launch: %s\n", missing[0]);
    bool good = missing[0] == NULL && run_all();
    for (int i = 0; i < N_WAYS; i++)
        if (missing[i] == NULL)
            ways[i]->stop();
    rmdir(scratch);
    return good;
}

/* ---- telling ---- */

static double shown(int way, enum condition condition)
{
    return missing[way] == NULL ? median(rounds[way][condition], ROUNDS) : NAN;
}

static double slowdown(int way, enum condition condition)
{
    return shown(way, condition) / shown(way, AWAKE);
}

static void show_way(int way)
{
    printf("%-24s", ways[way]->name);
    if (missing[way] != NULL) {
        printf("%12s  %s\n", "-", missing[way]);
        return;
    }
    for (enum condition condition = IDLE; condition < N_CONDITIONS; condition++)
        printf("%12.0f", shown(way, condition));
    printf("%14.2f%14.2f\n", slowdown(way, LOADED), slowdown(way, APART));
}

void ondemand_show(void)
{
    printf("first call to a service that is not running, microseconds, median of %d interleaved rounds\n\n"
           "%-24s",
           ROUNDS, "");
    for (enum condition condition = IDLE; condition < N_CONDITIONS; condition++)
        printf("%12s", condition_names[condition]);
    printf("%14s%14s\n", "hogs/awake", "apart/awake");
    for (int way = 0; way < N_WAYS; way++)
        show_way(way);
    printf("\n  %-36s%.3f\n", "launch_loaded_over_unloaded", slowdown(0, LOADED));
    printf("time of launchd divided by time of the other\n");
    for (int way = 1; way < N_WAYS; way++)
        printf("  launch_over_%-24s%.3f\n  launch_loaded_over_%-17s%.3f\n", ways[way]->key,
               shown(0, IDLE) / shown(way, IDLE), ways[way]->key, shown(0, LOADED) / shown(way, LOADED));
}

void ondemand_json(void)
{
    json_number("launch_us", shown(0, IDLE));
    json_number("launch_loaded_us", shown(0, LOADED));
    json_number("launch_loaded_over_unloaded", slowdown(0, LOADED));
    json_number("launch_over_dbus_activation", shown(0, IDLE) / shown(2, IDLE));
    json_number("launch_loaded_over_dbus_activation", shown(0, LOADED) / shown(2, LOADED));
    json_number("launch_over_super_server", shown(0, IDLE) / shown(1, IDLE));
    json_number("launch_loaded_apart_over_unloaded", slowdown(0, APART));
    json_number("dbus_activation_loaded_over_unloaded", slowdown(2, LOADED));
}
