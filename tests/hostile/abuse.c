/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/abuse.c - four honest pairs beside a hostile client (bench/abuser.c, offences.c): they do not notice but the delay
 *
 * SECONDS says for how long, HOSTILE_SEED repeats the choices, OFFENCE takes one of the offences only.
 */
#include <mach/mach_traps.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/pairs.h"
#include "tests/hostile/util.h"

/* What one hostile client may make machd hold at most is what limits.conf says of bytes; the rest of it
 * (records of the host, trap areas, what the heap keeps) is bounded by as much again, and one that has
 * just died is still being taken apart. */
enum { PAIRS = 4, CHARGED_MAX = 32 << 20, MEMORY_MAX = 4 * CHARGED_MAX };

static unsigned seconds(void)
{
    const char *given = getenv("SECONDS");

    return given != NULL ? (unsigned)atoi(given) : 6;
}

static void check_errors(const struct pairs *pairs)
{
    const char *what;

    if (pairs_errors(pairs, &what) > 0)
        FAIL("an honest pair is wronged: %s", what);
}

/* Each pair makes calls in each second. */
static void watch_pairs(const struct pairs *pairs)
{
    for (unsigned s = 0; s < seconds() && !test_has_failed(); s++) {
        uint64_t before[PAIRS];
        for (unsigned i = 0; i < PAIRS; i++)
            before[i] = pair_calls(pairs, i);
        sleep_ms(1000);
        for (unsigned i = 0; i < PAIRS; i++)
            CHECK_GT(pair_calls(pairs, i), before[i]);
        check_errors(pairs);
    }
}

/* The hostile client asks for them, too; machd knows a process of its user's until that ends, once somebody has asked (F159). */
static void ask_for_first_processes(void)
{
    mach_port_t task;

    for (int pid = 1; pid < 300; pid++)
        if (task_for_pid(mach_task_self(), pid, &task) == KERN_SUCCESS)
            mach_port_deallocate(mach_task_self(), task);
}

TEST(honest_pairs_beside_a_hostile_client_are_served_and_never_wronged, "F10 F99 P124")
{
    struct census before;
    struct pairs pairs;
    uint64_t seed = random_seed(), resident;
    pid_t hostile;

    printf("# HOSTILE_SEED=%llu\n", (unsigned long long)seed);
    warm_up();
    ask_for_first_processes();
    before = census_at_rest();
    REQUIRE(pairs_begin(&pairs, PAIRS));
    resident = machd_resident();
    hostile = abuse_begin(machd_socket(), seed, getenv("OFFENCE"));
    watch_pairs(&pairs);
    printf("# %llu honest calls in %u s; machd had at most %llu KB, %llu KB before\n",
           (unsigned long long)pairs_calls(&pairs), seconds(), (unsigned long long)machd_peak() / 1024,
           (unsigned long long)resident / 1024);
    if (!getenv("MACHD_SANITIZER")) /* which keeps what is freed */
        CHECK_LT(machd_peak() - resident, MEMORY_MAX);
    abuse_end(hostile);
    check_errors(&pairs);
    pairs_end(&pairs);
    census_check_back(&before, "the hostile client");
}
