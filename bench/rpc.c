/* SPDX-License-Identifier: Apache-2.0 */
/* bench/rpc.c - 64 bytes there and 64 back: machd beside what Linux has, in one run
 *
 * Hot: calls follow each other without a pause; the figure of a round is the mean. Idle: 2 ms of sleep before each call; the figure is
 * the median. Each peer is measured in five rounds that interleave with those of the others, and the median of the rounds
 * is what is shown. Unpinned: the scheduler places both sides. Pinned: both on one CPU (machd itself is never pinned).
 */
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "peer.h"

enum { ROUNDS = 5, N_PEERS = 6, IDLE_PAUSE_US = 2000 };
enum mode { HOT, IDLE, N_MODES };
enum place { UNPINNED, PINNED, N_PLACES };

static struct peer *const peers[N_PEERS] = { &peer_futex, &peer_pipe, &peer_mq,
                                             &peer_unix,  &peer_dbus, &peer_mach };

static struct result {
    double round[N_PLACES][N_MODES][ROUNDS]; /* microseconds; NAN: not measured */
    const char *skipped;
} results[N_PEERS];

static unsigned hot_calls = 10000, idle_calls = 100;

static double measure_hot(struct peer *peer)
{
    for (unsigned i = 0; i < hot_calls / 10; i++)
        if (!peer->call(peer))
            return NAN;
    double begin = now_us();
    for (unsigned i = 0; i < hot_calls; i++)
        if (!peer->call(peer))
            return NAN;
    return (now_us() - begin) / hot_calls;
}

static double measure_idle(struct peer *peer)
{
    double *took = calloc(idle_calls, sizeof(*took));
    unsigned n = 0;
    for (; took && n < idle_calls; n++) {
        usleep(IDLE_PAUSE_US);
        double begin = now_us();
        if (!peer->call(peer))
            break;
        took[n] = now_us() - begin;
    }
    double result = took && n == idle_calls ? median(took, n) : NAN;
    free(took);
    return result;
}

static void measure(unsigned p, enum place place, unsigned round)
{
    struct peer *peer = peers[p];
    struct result *result = &results[p];
    int cpu = place == PINNED ? sched_getcpu() : -1;
    result->round[place][HOT][round] = result->round[place][IDLE][round] = NAN;
    if (result->skipped || (peer->floor && place == UNPINNED))
        return;
    pin_to(cpu);
    result->skipped = peer->start(peer, cpu);
    if (!result->skipped) {
        result->round[place][HOT][round] = measure_hot(peer);
        result->round[place][IDLE][round] = measure_idle(peer);
        peer->stop(peer);
    }
    pin_to(-1);
}

static double figure(unsigned p, enum place place, enum mode mode)
{
    return results[p].skipped ? NAN : median(results[p].round[place][mode], ROUNDS);
}

static void run(bool quiet)
{
    for (unsigned round = 0; round < ROUNDS; round++)
        for (int place = 0; place < N_PLACES; place++)
            for (unsigned p = 0; p < N_PEERS; p++) {
                if (!quiet)
                    fprintf(stderr, "\rround %u of %d: %-24s", round + 1, ROUNDS, peers[p]->name);
                measure(p, place, round);
            }
    if (!quiet)
        fprintf(stderr, "\r%-50s\r", "");
}

/* ---- telling ---- */

static void print_cell(double value)
{
    if (isnan(value))
        printf("  %10s", "-");
    else
        printf("  %10.2f", value);
}

static void print_table(void)
{
    printf("64-byte round trip, microseconds, median of %d interleaved rounds\n\n", ROUNDS);
    printf("%-24s  %10s  %10s  %10s  %10s\n", "", "hot", "idle 2 ms", "hot pinned", "idle pinned");
    for (unsigned p = 0; p < N_PEERS; p++) {
        printf("%-24s", peers[p]->name);
        for (int place = 0; place < N_PLACES; place++)
            for (int mode = 0; mode < N_MODES; mode++)
                print_cell(figure(p, place, mode));
        printf("%s%s\n", results[p].skipped ? "  skipped: " : "",
               results[p].skipped ? results[p].skipped : "");
    }
}

static unsigned find(const struct peer *peer)
{
    unsigned p = 0;
    while (peers[p] != peer)
        p++;
    return p;
}

static void print_ratio(const char *name, double a, double b, bool as_json)
{
    if (isnan(a / b))
        return;
    if (as_json)
        json_number(name, a / b);
    else
        printf("  %-22s %8.3f\n", name, a / b);
}

/* A peer that was skipped has no ratio: a figure that was not measured is not printed. */
static void print_ratios(bool as_json)
{
    double hot = figure(find(&peer_mach), UNPINNED, HOT), idle = figure(find(&peer_mach), UNPINNED, IDLE);
    print_ratio("rpc_hot_over_futex", hot, figure(find(&peer_futex), PINNED, HOT), as_json);
    print_ratio("rpc_hot_over_pipe", hot, figure(find(&peer_pipe), UNPINNED, HOT), as_json);
    print_ratio("rpc_hot_over_mq", hot, figure(find(&peer_mq), UNPINNED, HOT), as_json);
    print_ratio("rpc_hot_over_unix", hot, figure(find(&peer_unix), UNPINNED, HOT), as_json);
    print_ratio("rpc_hot_over_dbus", hot, figure(find(&peer_dbus), UNPINNED, HOT), as_json);
    print_ratio("rpc_idle_over_unix", idle, figure(find(&peer_unix), UNPINNED, IDLE), as_json);
    print_ratio("rpc_idle_over_dbus", idle, figure(find(&peer_dbus), UNPINNED, IDLE), as_json);
}

static void print_json(void)
{
    static const char *const suffix[N_PLACES][N_MODES] = { { "hot_us", "idle_us" },
                                                           { "hot_pinned_us", "idle_pinned_us" } };
    json_begin();
    for (unsigned p = 0; p < N_PEERS; p++)
        for (int place = 0; place < N_PLACES; place++)
            for (int mode = 0; mode < N_MODES; mode++) {
                char name[64];
                const char *key = peers[p] == &peer_mach ? "rpc" : peers[p]->key;
                snprintf(name, sizeof(name), "%s_%s", key, suffix[place][mode]);
                json_number(name, figure(p, place, mode));
            }
    print_ratios(true);
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv, "Measures 64-byte round trips through machd and its peers.");
    if (options.quick) {
        hot_calls /= 10;
        idle_calls /= 10;
    }
    pin_to(-1);
    run(!isatty(STDERR_FILENO));
    print_table();
    printf("\ntime of machd divided by time of the peer (both unpinned; the futex floor is pinned to one "
           "CPU)\n");
    print_ratios(false);
    if (options.json)
        print_json();
    fflush(stdout);
    return isnan(figure(find(&peer_mach), UNPINNED, HOT));
}
