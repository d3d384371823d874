/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/launch.c - services that are started for each call, while clients, their processes and launchd are killed
 *
 * Each service's process answers one call and ends, so nearly every call is a launch. Clients, half of which lend their
 * priority, call random services, one call after the other; the test kills a client, a process that serves, or launchd, at
 * random moments. Whatever is killed, every other client's call is answered, or fails because who had taken it died: within
 * its time. In the end nothing is left.
 *
 * LAUNCHES says how many calls, HOSTILE_SEED repeats the choices (not the instants).
 */
#include <mach/mach_traps.h>
#include <mach/notify.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "launchd/test/job_util.h"
#include "tests/hostile/util.h"

enum { SERVICES = 4, CLIENTS = 4, LAUNCHD_EVERY = 15, PAUSE_MAX_US = 40000 };

static const char *const services[SERVICES] = {
    "test.hostile.launch.0",
    "test.hostile.launch.1",
    "test.hostile.launch.2",
    "test.hostile.launch.3",
};

/* Shared with the clients. */
static struct tally {
    atomic_ullong n_begun, n_answered, n_died;
    atomic_ullong worst_ms;
} * tally;

static uint64_t state;
static unsigned n_wanted;

/* ---- clients ---- */

static void note_time(uint64_t ms)
{
    uint64_t worst = atomic_load(&tally->worst_ms);

    while (ms > worst && !atomic_compare_exchange_weak(&tally->worst_ms, &worst, ms))
        ;
}

static void call_one(const char *service, mach_port_t reply, int id)
{
    uint64_t began = now_ms();
    mach_port_t port;
    int answer;

    CHECK_EQ(look(service, &port), KERN_SUCCESS);
    answer = call(port, reply, id);
    note_time(now_ms() - began);
    if (answer != MACH_NOTIFY_SEND_ONCE)
        CHECK_EQ(answer, id + 1);
    atomic_fetch_add(answer == MACH_NOTIFY_SEND_ONCE ? &tally->n_died : &tally->n_answered, 1);
    mach_port_deallocate(mach_task_self(), port);
}

static void be_client(struct child *parent, const char *unused)
{
    uint64_t own = (uint64_t)getpid();
    bool pushes = random_next(&own) % 2;
    mach_port_t reply = pushes ? thread_get_special_reply_port() : mach_reply_port();

    (void)parent;
    (void)unused;
    while (!test_has_failed() && atomic_fetch_add(&tally->n_begun, 1) < n_wanted)
        call_one(services[random_next(&own) % SERVICES], reply, 1000 + (int)(random_next(&own) % 1000));
}

/* ---- who is killed ---- */

static void kill_client(struct child *clients)
{
    struct child *victim = &clients[random_next(&state) % CLIENTS];

    child_kill(victim);
    *victim = child_start(be_client, NULL);
}

static bool kill_server(void)
{
    pid_t pid = job_pid(services[random_next(&state) % SERVICES]);

    return pid > 0 && kill(pid, SIGKILL) == 0;
}

static bool kill_launchd(void)
{
    pid_t pid = launchd_pid_now();

    return pid > 0 && kill(pid, SIGKILL) == 0;
}

struct kills {
    unsigned clients, servers, launchds;
};

static struct kills kill_until_done(struct child *clients)
{
    struct kills kills = { 0 };

    for (unsigned i = 1; atomic_load(&tally->n_begun) < n_wanted && !test_has_failed(); i++) {
        usleep(random_next(&state) % PAUSE_MAX_US);
        if (i % LAUNCHD_EVERY == 0) {
            kills.launchds += kill_launchd();
        } else if (random_next(&state) % 2) {
            kill_client(clients);
            kills.clients++;
        } else {
            kills.servers += kill_server();
        }
    }
    return kills;
}

/* ---- */

static void load_all(void)
{
    char words[128], body[512];

    for (int i = 0; i < SERVICES; i++) {
        snprintf(words, sizeof(words), "answer %s", services[i]);
        snprintf(body, sizeof(body), "<key>MachServices</key><dict><key>%s</key><true/></dict>" NO_THROTTLE,
                 services[i]);
        REQUIRE_EQ(job_load(bootstrap_port, services[i], words, body), 0);
    }
}

TEST(every_call_is_answered_or_fails_whoever_is_killed, "B14 B68 B137 B139 B143 B145")
{
    const char *wanted = getenv("LAUNCHES");
    struct child clients[CLIENTS];
    struct census before;
    struct kills kills;

    n_wanted = wanted != NULL ? (unsigned)atoi(wanted) : 60;
    tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(tally != MAP_FAILED);
    state = random_seed();
    test_log("seed %llu", (unsigned long long)state);
    warm_up();
    before = census_at_rest();
    load_all();
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = child_start(be_client, NULL);
    kills = kill_until_done(clients);
    for (int i = 0; i < CLIENTS; i++)
        CHECK_EQ(child_wait(&clients[i]), 0);
    for (int i = 0; i < SERVICES; i++)
        CHECK_EQ(job_remove(services[i]), KERN_SUCCESS);
    test_log("%llu calls answered, %llu with who had taken them, the longest took %llu ms",
             (unsigned long long)tally->n_answered, (unsigned long long)tally->n_died,
             (unsigned long long)tally->worst_ms);
    test_log("killed: %u clients, %u processes that served, %u launchds", kills.clients, kills.servers,
             kills.launchds);
    CHECK_STR_EQ(listing(bootstrap_port), "");
    census_check_back(&before, "launches among deaths");
    munmap(tally, sizeof(*tally));
}
