/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/jobs.c - many jobs, half of which crash again and again, while launchd and clients are killed
 *
 * Of each four jobs one serves a call and ends, one aborts as soon as it runs and is kept alive, one exits with an error and
 * is kept alive once a second, and one stays. Calls must be answered, or fail because who had taken them died. When all jobs are
 * removed nothing is left of them, neither here nor in machd. LOAD=n: n times as many jobs and kills.
 */
#include <mach/notify.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "launchd/test/job_util.h"
#include "tests/hostile/scene.h"

enum { KINDS = 4, PAUSE_MAX_US = 20000 };

static const char *const words[KINDS] = { "answer %s", "signal 6", "quit 1", "stay" };
static const char *const keys[KINDS] = {
    NO_THROTTLE,
    KEEP_ALIVE NO_THROTTLE,
    KEEP_ALIVE THROTTLE(1),
    RUN_AT_LOAD,
};

static uint64_t state;

static const char *name_of(unsigned i)
{
    static char name[64];
    snprintf(name, sizeof(name), "test.hostile.job.%u", i);
    return name;
}

static void load_job(unsigned i)
{
    char line[128], body[512];

    snprintf(line, sizeof(line), i % KINDS == 0 ? words[0] : "%s",
             i % KINDS == 0 ? name_of(i) : words[i % KINDS]);
    snprintf(body, sizeof(body), "<key>MachServices</key><dict><key>%s</key><true/></dict>%s", name_of(i),
             keys[i % KINDS]);
    REQUIRE_EQ(job_load(bootstrap_port, name_of(i), line, body), 0);
}

/* One of those that answer. */
static void call_job(unsigned n_jobs)
{
    unsigned i = random_next(&state) % n_jobs / KINDS * KINDS;
    mach_port_t port, reply = mach_reply_port();

    REQUIRE_EQ(look(name_of(i), &port), KERN_SUCCESS);
    int answer = call(port, reply, 1000);
    if (answer != MACH_NOTIFY_SEND_ONCE)
        CHECK_EQ(answer, 1001);
    mach_port_deallocate(mach_task_self(), port);
    drop_receive(reply);
}

static void kill_one(pid_t pid)
{
    if (pid > 0)
        kill(pid, SIGKILL);
}

static void disturb(unsigned n_jobs, unsigned n)
{
    for (unsigned i = 1; i <= n && !test_has_failed(); i++) {
        usleep(random_next(&state) % PAUSE_MAX_US);
        if (i % 5 == 0)
            kill_one(launchd_pid_now());
        else if (i % 5 == 1)
            kill_one(job_pid(name_of(random_next(&state) % n_jobs)));
        else
            call_job(n_jobs);
    }
}

TEST(jobs_that_crash_are_kept_alive_while_launchd_is_killed_and_leave_nothing, "B14 B68 B143")
{
    struct scene s;
    unsigned n = loads(KINDS * 2);

    state = random_seed();
    test_log("HOSTILE_SEED=%llu", (unsigned long long)state);
    scene_begin(&s);
    for (unsigned i = 0; i < n; i++)
        load_job(i);
    tell(&s, "all are loaded");
    disturb(n, loads(10));
    tell(&s, "launchd was killed often");
    for (unsigned i = 0; i < n; i++)
        CHECK_EQ(job_remove(name_of(i)), KERN_SUCCESS);
    tell(&s, "all are removed");
    CHECK_STR_EQ(listing(bootstrap_port), "");
    scene_end(&s, "jobs that crash");
}
