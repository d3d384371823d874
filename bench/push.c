/* SPDX-License-Identifier: Apache-2.0 */
/* bench/push.c - what it costs to carry a caller's priority
 *
 * Three tables: a hot round trip with a reply port that carries nothing, with a special reply port and nothing to carry, and
 * with a caller that is more urgent than its server; an urgent client before 1 to 16 background servers that ask each other,
 * beside a hog on every CPU (as bench/inversion.c has it); and the turnstiles by themselves, in counted steps and in time.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/kernel/propagation.h"
#include "chain.h"
#include "load.h"
#include "measure.h"

enum { ROUNDS = 5, WORK_US = 100 };

static unsigned hot_calls = 10000, loaded_calls = 500;

static void be_background(void)
{
    pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0);
}

static void work(void)
{
    load_compute(WORK_US);
}

static void be_urgent(bool on)
{
    setpriority(PRIO_DARWIN_ROLE, 0, on ? PRIO_DARWIN_ROLE_UI_FOCAL : PRIO_DARWIN_ROLE_DEFAULT);
}

/* ---- a hot round trip ---- */

enum way { NO_LINK, EQUAL, PUSHED, N_WAYS };

static const char *const way_names[N_WAYS] = { "ordinary reply port", "special reply port, equals",
                                               "special reply port, a push" };
static double hot[N_WAYS][ROUNDS];

static double measure_hot(enum way way)
{
    struct chain chain;
    double result = NAN;
    peer_works = NULL;
    peer_begins = way == PUSHED ? be_background : NULL;
    if (chain_start(&chain, 1))
        return NAN;
    chain.reply = way == NO_LINK ? mach_reply_port() : thread_get_special_reply_port();
    be_urgent(way == PUSHED);
    unsigned n = hot_calls + hot_calls / 10, i = 0;
    double begin = 0;
    for (; i < n && chain_call(&chain); i++)
        if (i == n - hot_calls)
            begin = now_us();
    if (i == n)
        result = (now_us() - begin) / hot_calls;
    be_urgent(false);
    chain_stop(&chain);
    return result;
}

static void measure_all_hot(void)
{
    for (unsigned round = 0; round < ROUNDS; round++)
        for (int way = 0; way < N_WAYS; way++)
            hot[way][round] = measure_hot((enum way)way);
    printf("hot round trip, microseconds, median of %d interleaved rounds\n\n", ROUNDS);
    for (int way = 0; way < N_WAYS; way++)
        printf("%-28s  %8.2f\n", way_names[way], median(hot[way], ROUNDS));
}

/* ---- servers behind each other ---- */

static const unsigned hops[] = { 1, 2, 4, 8, 16 };
enum { N_HOPS = sizeof(hops) / sizeof(hops[0]) };
static struct loaded loaded[N_HOPS];

static struct loaded measure_hops(unsigned n, double *took)
{
    struct chain chain;
    struct loaded result = { NAN, NAN, NAN, NAN };
    peer_works = work;
    peer_begins = be_background;
    if (chain_start(&chain, n))
        return result;
    chain.reply = thread_get_special_reply_port();
    be_urgent(true);
    result = load_compare(chain_call, &chain, false, took, loaded_calls);
    be_urgent(false);
    chain_stop(&chain);
    return result;
}

static void measure_all_hops(double *took)
{
    printf("\nurgent client, 0.1 ms of work behind so many background servers, a hog on every CPU; us, %u "
           "calls\n\n",
           loaded_calls);
    printf("%6s  %10s  %10s  %10s  %9s  %9s\n", "hops", "unloaded", "median", "p99", "p50/unl.", "p99/unl.");
    for (unsigned i = 0; i < N_HOPS; i++) {
        const struct loaded *l = &loaded[i];
        loaded[i] = measure_hops(hops[i], took);
        printf("%6u  %10.1f  %10.1f  %10.1f  %9.2f  %9.2f\n", hops[i], l->unloaded, l->p50, l->p99,
               l->p50 / l->unloaded, l->p99 / l->unloaded);
    }
}

/* ---- turnstiles alone ---- */

static const unsigned sizes[] = { 2, 10, 100, 1000, 10000 };
enum { N_SIZES = sizeof(sizes) / sizeof(sizes[0]) };
static struct cost chains[N_SIZES], raising[N_SIZES], others[N_SIZES];

static void measure_propagation(void)
{
    printf("\na push and its end, of one that comes to wait: counted steps and microseconds of the kernel's, "
           "for each of both\n\n");
    printf("%8s  %20s  %26s  %26s\n", "", "so long a chain", "so many waiters, a maximum",
           "... and no maximum");
    for (unsigned i = 0; i < N_SIZES; i++) {
        chains[i] = propagation_chain(sizes[i]);
        raising[i] = propagation_waiter(sizes[i], true);
        others[i] = propagation_waiter(sizes[i], false);
        printf("%8u  %10.1f %9.2f  %16.1f %9.2f  %16.1f %9.2f\n", sizes[i], chains[i].steps, chains[i].us,
               raising[i].steps, raising[i].us, others[i].steps, others[i].us);
    }
}

/* ---- telling ---- */

static void put(const char *format, unsigned n, double value)
{
    char name[64];
    snprintf(name, sizeof(name), format, n);
    json_number(name, value);
}

static void print_json(void)
{
    double without = median(hot[NO_LINK], ROUNDS);
    json_begin();
    json_number("push_none_us", without);
    json_number("push_equal_us", median(hot[EQUAL], ROUNDS));
    json_number("push_us", median(hot[PUSHED], ROUNDS));
    json_number("push_equal_over_none", median(hot[EQUAL], ROUNDS) / without);
    json_number("push_over_none", median(hot[PUSHED], ROUNDS) / without);
    for (unsigned i = 0; i < N_HOPS; i++) {
        put("push_%u_hops_p50_over_unloaded", hops[i], loaded[i].p50 / loaded[i].unloaded);
        put("push_%u_hops_p99_over_unloaded", hops[i], loaded[i].p99 / loaded[i].unloaded);
    }
    for (unsigned i = 0; i < N_SIZES; i++) {
        put("push_chain_%u_steps", sizes[i], chains[i].steps);
        put("push_chain_%u_us", sizes[i], chains[i].us);
        put("push_waiters_%u_steps", sizes[i], raising[i].steps);
        put("push_waiters_%u_us", sizes[i], raising[i].us);
        put("push_waiters_%u_unchanged_steps", sizes[i], others[i].steps);
        put("push_waiters_%u_unchanged_us", sizes[i], others[i].us);
    }
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv,
                    "Measures what it costs to carry a caller's priority to those whom it waits for.");
    if (options.quick) {
        hot_calls /= 20;
        loaded_calls /= 10;
    }
    double *took = calloc(loaded_calls, sizeof(*took));
    if (!took)
        return 1;
    measure_all_hot();
    measure_all_hops(took);
    measure_propagation();
    if (options.json)
        print_json();
    free(took);
    return isnan(hot[PUSHED][0]) || isnan(loaded[N_HOPS - 1].p50);
}
