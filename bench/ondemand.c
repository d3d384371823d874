/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand.c - the first call to a service that is not running: launchd, a super-server as inetd is one, D-Bus activation
 *
 * Each call finds nobody, starts the service, and is answered by it; then the service ends, which is waited for and not counted.
 * Rounds of the ways are interleaved. The caller has no priority to lend.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "ondemand.h"

enum { ROUNDS = 5, N_WAYS = 3 };

static struct way *const ways[N_WAYS] = { &way_mach, &way_inetd, &way_dbus };
static const char *missing[N_WAYS];
static double rounds[N_WAYS][ROUNDS];
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

static void start_all(const char *scratch)
{
    char self[4000];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    for (int i = 0; i < N_WAYS; i++)
        missing[i] = ways[i]->start(self, scratch);
}

static bool run_round(int way, int round)
{
    double *values = calloc(n_calls, sizeof(double));
    bool good = true;
    for (unsigned i = 0; i < n_calls && good; i++) {
        double begin = now_us();
        good = ways[way]->call();
        values[i] = now_us() - begin;
        ways[way]->wait();
    }
    rounds[way][round] = median(values, n_calls);
    free(values);
    return good;
}

static bool run_all(void)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int way = 0; way < N_WAYS; way++)
            if (missing[way] == NULL && !run_round(way, round)) {
                fprintf(stderr, "bench-ondemand: a call over %s failed\n", ways[way]->name);
                return false;
            }
    return true;
}

static void show(bool json)
{
    double shown[N_WAYS];
    printf("first call to a service that is not running, microseconds, median of %d interleaved rounds\n\n",
           ROUNDS);
    for (int way = 0; way < N_WAYS; way++) {
        shown[way] = missing[way] == NULL ? median(rounds[way], ROUNDS) : NAN;
        if (missing[way] == NULL)
            printf("%-28s%12.0f\n", ways[way]->name, shown[way]);
        else
            printf("%-28s%12s  %s\n", ways[way]->name, "-", missing[way]);
    }
    printf("\ntime of machd divided by time of the other\n");
    for (int way = 1; way < N_WAYS; way++)
        printf("  ondemand_over_%-12s%.3f\n", ways[way]->key, shown[0] / shown[way]);
    if (!json)
        return;
    json_begin();
    json_number("ondemand_us", shown[0]);
    json_number("ondemand_over_inetd", shown[0] / shown[1]);
    json_number("ondemand_over_dbus", shown[0] / shown[2]);
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv, "The first call to a service that is not running, beside inetd and D-Bus.");
    char scratch[] = "/tmp/bench-ondemand-XXXXXX";
    if (options.quick)
        n_calls = 5;
    if (mkdtemp(scratch) == NULL)
        return 1;
    start_all(scratch);
    if (missing[0] != NULL)
        fprintf(stderr, "bench-ondemand: %s\n", missing[0]);
    bool good = missing[0] == NULL && run_all();
    for (int i = 0; i < N_WAYS; i++)
        if (missing[i] == NULL)
            ways[i]->stop();
    rmdir(scratch);
    if (good)
        show(options.json);
    return good ? 0 : 1;
}
