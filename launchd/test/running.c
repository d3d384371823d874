/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/running.c - when jobs start, how they end, and what launchd says of it (B115-B131, B164-B170)
 *
 * A test that must see a throttled job gives it a throttle longer than any test runs; none measures time.
 */
#include <errno.h>
#include <mach/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "launchd/test/job_util.h"

static const char *words(const char *format, const char *argument)
{
    static char text[512];

    snprintf(text, sizeof(text), format, argument);
    return text;
}

TEST(a_job_that_is_kept_alive_is_started_again_and_again, "B117 B118 B120")
{
    const char *out = scratch("alive");

    unlink(out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.alive", words("say %s", out), KEEP_ALIVE NO_THROTTLE), 0);
    CHECK(has_lines(out, 5));
    CHECK_STR_EQ(job_blame("test.alive"), "keep alive");
    CHECK_EQ(job_remove("test.alive"), KERN_SUCCESS);
    REQUIRE_EQ(job_load(bootstrap_port, "test.alive", words("say %s", out),
                        TRUTH("OnDemand", false) THROTTLE(1)),
               0);
    CHECK(has_lines(out, 7));
    CHECK_EQ(job_remove("test.alive"), KERN_SUCCESS);
}

TEST(a_start_before_its_time_is_throttled_and_kickstart_is_not, "B115 B120 B170 B186")
{
    const char *out = scratch("throttle");
    int pid = 0;

    unlink(out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.throttle", words("say %s quit 3", out),
                        KEEP_ALIVE THROTTLE(3600)),
               0);
    CHECK(job_shows("test.throttle", "\tstate = throttled ("));
    CHECK(strstr(job_print("test.throttle"), "\tlast exit = exited 3\n\truns = 1\n") != NULL);
    CHECK_EQ(job_start("test.throttle"), KERN_SUCCESS);
    CHECK(strstr(job_print("test.throttle"), "\tstate = throttled (") != NULL);
    CHECK_EQ(job_kickstart("test.throttle", 0, &pid), KERN_SUCCESS);
    CHECK_GT(pid, 0);
    CHECK(has_lines(out, 2));
    CHECK(strncmp(job_blame("test.throttle"), "kickstart by pid ", 17) == 0);
    CHECK(job_shows("test.throttle", "\tstate = throttled ("));
    CHECK_EQ(job_remove("test.throttle"), KERN_SUCCESS);
}

TEST(kickstart_ends_what_runs_or_leaves_it, "B164")
{
    int before, pid = 0;

    REQUIRE_EQ(job_load(bootstrap_port, "test.kick", "stay", RUN_AT_LOAD), 0);
    CHECK(job_shows("test.kick", "\tstate = running\n"));
    before = job_pid("test.kick");
    CHECK_EQ(job_kickstart("test.kick", 0, &pid), KERN_SUCCESS);
    CHECK_EQ(pid, before);
    CHECK_EQ(job_kickstart("test.kick", JOB_KICKSTART_KILL, &pid), KERN_SUCCESS);
    CHECK(job_shows("test.kick", "\truns = 2\n"));
    CHECK(job_shows("test.kick", "\tstate = running\n"));
    CHECK_NE(job_pid("test.kick"), before);
    CHECK(kill(before, 0) != 0);
    CHECK_EQ(job_remove("test.kick"), KERN_SUCCESS);
    CHECK_EQ(job_kickstart("test.kick", 0, &pid), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(start_runs_a_job_once_and_stop_ends_it, "B127 B170 B166")
{
    REQUIRE_EQ(job_load(bootstrap_port, "test.start", "stay", ""), 0);
    CHECK(strstr(job_list(), "-\t0\ttest.start\n") != NULL);
    CHECK(strstr(job_print("test.start"),
                 "\tlast exit = never\n\truns = 0\n\tlast start reason = not started\n") != NULL);
    CHECK_STR_EQ(job_blame("test.start"), "");
    CHECK_EQ(job_stop("test.start"), KERN_SUCCESS);
    CHECK_EQ(job_start("test.start"), KERN_SUCCESS);
    CHECK(job_shows("test.start", "\tstate = running\n"));
    CHECK(strncmp(job_blame("test.start"), "start by pid ", 13) == 0);
    CHECK(strstr(job_list(), "\t-\ttest.start\n") != NULL);
    CHECK_EQ(job_stop("test.start"), KERN_SUCCESS);
    CHECK_EQ(job_stop("test.start"), KERN_SUCCESS);
    CHECK(job_shows("test.start", "\tstate = waiting\n"));
    CHECK(strstr(job_print("test.start"), "\tlast exit = signal 15\n") != NULL);
    CHECK(strstr(job_list(), "-\t-15\ttest.start\n") != NULL);
    CHECK_EQ(job_remove("test.start"), KERN_SUCCESS);
    CHECK_EQ(job_start("test.start"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(job_stop("test.start"), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(a_job_that_ignores_the_stop_is_killed, "B127 B115")
{
    const char *out = scratch("stubborn");

    unlink(out);
    REQUIRE_EQ(job_load_shell("test.stubborn", "trap \"\" TERM; echo ready; while :; do sleep 1; done", out,
                              INTEGER("ExitTimeOut", 1)),
               0);
    CHECK(becomes_contents(out, "ready\n"));
    CHECK_EQ(job_stop("test.stubborn"), KERN_SUCCESS);
    CHECK(job_shows("test.stubborn", "\tlast exit = signal 9\n"));
    CHECK_EQ(job_remove("test.stubborn"), KERN_SUCCESS);
}

TEST(what_the_last_instance_did_decides_whether_there_is_another, "B118 B119")
{
    static const struct {
        const char *condition, *words;
        bool again;
    } cases[] = {
        { "<key>SuccessfulExit</key><true/>", "say %s", true },
        { "<key>SuccessfulExit</key><true/>", "say %s quit 1", false },
        { "<key>SuccessfulExit</key><false/>", "say %s", false },
        { "<key>SuccessfulExit</key><false/>", "say %s quit 1", true },
        { "<key>SuccessfulExit</key><false/>", "say %s signal 9", true },
        { "<key>Crashed</key><true/>", "say %s signal 6", true },
        { "<key>Crashed</key><true/>", "say %s signal 15", false },
        { "<key>Crashed</key><true/>", "say %s quit 1", false },
        { "<key>Crashed</key><false/>", "say %s quit 1", true },
        { "<key>Crashed</key><false/>", "say %s signal 11", false },
    };
    const char *out = scratch("conditions");
    char body[256];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unlink(out);
        snprintf(body, sizeof(body), "<key>KeepAlive</key><dict>%s</dict>" THROTTLE(3600), cases[i].condition);
        REQUIRE_EQ(job_load(bootstrap_port, "test.condition", words(cases[i].words, out), body), 0);
        CHECK(has_lines(out, 1));
        CHECK(job_shows("test.condition", cases[i].again ? "\tstate = throttled" : "\tstate = waiting"));
        CHECK(strstr(job_print("test.condition"), "\truns = 1\n") != NULL);
        CHECK_EQ(job_remove("test.condition"), KERN_SUCCESS);
    }
}

TEST(stopping_is_no_crash, "B119 B127")
{
    const char *out = scratch("abort");

    unlink(out);
    REQUIRE_EQ(job_load_shell("test.abort",
                              "trap \"kill -ABRT $$\" TERM; echo ready; while :; do sleep 0.1; done", out,
                              "<key>KeepAlive</key><dict><key>Crashed</key><true/></dict>" THROTTLE(3600)),
               0);
    CHECK(becomes_contents(out, "ready\n"));
    CHECK_EQ(job_stop("test.abort"), KERN_SUCCESS);
    CHECK(job_shows("test.abort", "\tlast exit = signal 6\n"));
    CHECK(strstr(job_print("test.abort"), "\tstate = waiting\n") != NULL);
    CHECK_EQ(job_remove("test.abort"), KERN_SUCCESS);
}

TEST(a_program_that_cannot_be_executed_is_told_and_tried_again_later, "B124")
{
    mach_port_t port;

    REQUIRE_EQ(job_load_text(bootstrap_port,
                             "<dict>" STRING("Label", "test.exec") STRING("Program", "/no/such/program")
                                 SERVICE("test.exec.name") NO_THROTTLE "</dict>"),
               0);
    REQUIRE_EQ(look("test.exec.name", &port), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK(job_shows("test.exec", "\tlast exit = exec: ENOENT\n\truns = 1\n"));
    CHECK(job_shows("test.exec", "\tstate = throttled ("));
    CHECK(job_shows("test.exec", "test.exec.name D 1 1\n"));
    CHECK(strstr(job_list(), "-\t127\ttest.exec\n") != NULL);
    CHECK_EQ(job_remove("test.exec"), KERN_SUCCESS);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_deallocate(mach_task_self(), port);
}

static void call_and_tell(struct child *parent, const char *name)
{
    mach_port_t port;

    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    child_tell(parent, ask(port, 700));
}

static void call_described(struct child *parent, const char *service)
{
    mach_port_t port;
    unsigned uid;
    name_t name;
    int pid;

    REQUIRE_EQ(look(service, &port), KERN_SUCCESS);
    child_tell(parent, bootstrap_rpc_domain_info(port, name, &uid, &pid)); /* any described interface will do */
}

static int result_of_call(const char *service)
{
    struct child client = child_start(call_described, service);
    int result = child_hear(&client);

    CHECK_EQ(child_wait(&client), 0);
    return result;
}

/* Between messages that want no answer, more than the port's queue holds. */
TEST(callers_of_a_service_that_cannot_start_are_told_why_at_once, "B124")
{
    struct child clients[8];
    mach_port_t port;

    REQUIRE_EQ(job_load_text(bootstrap_port,
                             "<dict>" STRING("Label", "test.told") STRING("Program", "/no/such/program")
                                 SERVICE("test.told.name") "</dict>"),
               0);
    REQUIRE_EQ(look("test.told.name", &port), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    for (int i = 0; i < 8; i++)
        clients[i] = child_start(call_described, "test.told.name");
    CHECK_EQ(send_id(port, 2), KERN_SUCCESS);
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(child_hear(&clients[i]), unix_err(ENOENT));
        CHECK_EQ(child_wait(&clients[i]), 0);
    }
    CHECK(job_shows("test.told", "test.told.name D 1 2\n"));
    CHECK_EQ(job_remove("test.told"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(who_calls_before_the_next_try_is_told_why_too, "B124")
{
    REQUIRE_EQ(job_load_text(bootstrap_port,
                             "<dict>" STRING("Label", "test.retold") STRING("Program", "/no/such/program")
                                 SERVICE("test.retold.name") THROTTLE(3600) "</dict>"),
               0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(result_of_call("test.retold.name"), unix_err(ENOENT));
    CHECK(strstr(job_print("test.retold"), "\truns = 1\n") != NULL);
    CHECK_EQ(job_remove("test.retold"), KERN_SUCCESS);
}

/* The next try finds the program. */
TEST(callers_may_wait_for_the_next_try, "B124 B145")
{
    const char *program = scratch("later");
    char text[4096], link[512];
    mach_port_t port;
    int pid;

    unlink(program);
    snprintf(text, sizeof(text),
             "<dict>" STRING(
                 "Label", "test.patient") "<key>ProgramArguments</key><array><string>%s</string>"
                                          "<string>answer</string><string>test.patient.name</string></array>"
                                          "<key>MachServices</key><dict><key>test.patient.name</"
                                          "key><dict><key>ReplyOnExecFailure</key>"
                                          "<false/></dict></dict></dict>",
             program);
    REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    REQUIRE_EQ(look("test.patient.name", &port), KERN_SUCCESS);
    struct child client = child_start(call_and_tell, "test.patient.name");
    CHECK(job_shows("test.patient", "\tlast exit = exec: ENOENT\n"));
    CHECK(job_shows("test.patient", "test.patient.name D 1 1\n"));
    snprintf(link, sizeof(link), "%s", getenv("PROBE"));
    REQUIRE_EQ(symlink(link, program), 0);
    CHECK_EQ(job_kickstart("test.patient", 0, &pid), KERN_SUCCESS);
    CHECK_EQ(child_hear(&client), 701);
    CHECK_EQ(child_wait(&client), 0);
    CHECK_EQ(job_remove("test.patient"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
    unlink(program);
}

static bool has_ended(const void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

TEST(what_a_job_leaves_in_its_process_group_is_ended, "B125 B126")
{
    const char *out = scratch("group");
    pid_t left;

    unlink(out);
    REQUIRE_EQ(job_load_shell("test.group", "sleep 1000 &amp; echo $!", out, ""), 0);
    CHECK(job_shows("test.group", "\tlast exit = exited 0\n"));
    left = atoi(contents(out));
    REQUIRE_GT(left, 0);
    CHECK(wait_until(has_ended, &left));
    CHECK_EQ(job_remove("test.group"), KERN_SUCCESS);
    unlink(out);
    REQUIRE_EQ(job_load_shell("test.group", "sleep 1000 &amp; echo $!", out,
                              TRUTH("AbandonProcessGroup", true)),
               0);
    CHECK(job_shows("test.group", "\tlast exit = exited 0\n"));
    left = atoi(contents(out));
    REQUIRE_GT(left, 0);
    CHECK_EQ(kill(left, 0), 0);
    CHECK_EQ(job_remove("test.group"), KERN_SUCCESS);
    CHECK_EQ(kill(left, SIGKILL), 0);
}

TEST(an_interval_starts_a_job_again, "B129")
{
    const char *out = scratch("interval");

    unlink(out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.interval", words("say %s", out),
                        INTEGER("StartInterval", 1) NO_THROTTLE),
               0);
    CHECK(has_lines(out, 2));
    CHECK_STR_EQ(job_blame("test.interval"), "interval");
    CHECK_EQ(job_remove("test.interval"), KERN_SUCCESS);
}

static bool is_unknown(const void *label)
{
    return *job_print(label) == 0;
}

TEST(a_job_may_run_only_once, "B109")
{
    REQUIRE_EQ(job_load(bootstrap_port, "test.once", "in test.once.name",
                        RUN_AT_LOAD TRUTH("LaunchOnlyOnce", true)),
               0);
    CHECK(wait_until(is_unknown, "test.once"));
}

TEST(dynamic_names_end_with_the_instance_of_a_job, "B70 B26 B5")
{
    REQUIRE_EQ(job_load(bootstrap_port, "test.dynamic", "in test.dynamic.name in test.dynamic.name stay",
                        RUN_AT_LOAD),
               0);
    CHECK(becomes("test.dynamic.name", KERN_SUCCESS));
    CHECK(strstr(listing(bootstrap_port), "A test.dynamic.name (test.dynamic)\n") != NULL);
    CHECK_EQ(job_stop("test.dynamic"), KERN_SUCCESS);
    CHECK(becomes("test.dynamic.name", BOOTSTRAP_UNKNOWN_SERVICE));
    CHECK_EQ(job_remove("test.dynamic"), KERN_SUCCESS);
}

/* ---- showing ---- */

/* While an instance runs, the last end is that of the one before. */
TEST(how_it_ended_last_is_told_while_it_runs_again, "B168")
{
    const char *out = scratch("again");
    char line[300];

    unlink(out);
    snprintf(line, sizeof(line), "test -e %s &amp;&amp; exec sleep 1000; touch %s; exit 5", out, out);
    REQUIRE_EQ(job_load_shell("test.again", line, "/dev/null", KEEP_ALIVE NO_THROTTLE), 0);
    CHECK(job_shows("test.again", "\truns = 2\n"));
    CHECK(job_shows("test.again", "\tstate = running\n"));
    CHECK(strstr(job_print("test.again"), "\tlast exit = exited 5\n") != NULL);
    CHECK_EQ(job_remove("test.again"), KERN_SUCCESS);
}

TEST(no_argument_can_pass_for_a_line_of_what_is_printed, "B168 B65")
{
    REQUIRE_EQ(job_load(bootstrap_port, "test.lines", "stay\n\tstate&#9;=\\running", ""), 0);
    CHECK(strstr(job_print("test.lines"), "\n\t\tstay\\x0a\\x09state\\x09=\\\\running\n") != NULL);
    CHECK_EQ(job_remove("test.lines"), KERN_SUCCESS);
}

TEST(a_job_is_at_the_root_and_its_arguments_may_be_patterns, "B109 B121")
{
    const char *out = scratch("globbed"), *first = scratch("glob.1"), *second = scratch("glob.2");
    char pattern[300], line[600], expected[600];

    unlink(out);
    fclose(fopen(first, "w"));
    fclose(fopen(second, "w"));
    snprintf(pattern, sizeof(pattern), "%.*s*", (int)strlen(first) - 1, first);
    snprintf(line, sizeof(line), "pwd; echo $0 $1 $2</string><string>%s</string><string>/no/*/such", pattern);
    snprintf(expected, sizeof(expected), "/\n%s %s /no/*/such\n", first, second);
    REQUIRE_EQ(job_load_shell("test.glob", line, out, TRUTH("EnableGlobbing", true)), 0);
    CHECK(becomes_contents(out, expected));
    CHECK_EQ(job_remove("test.glob"), KERN_SUCCESS);
    snprintf(expected, sizeof(expected), "/\n%s /no/*/such\n", pattern);
    unlink(out);
    snprintf(line, sizeof(line), "pwd; echo \"$0\" \"$1\"</string><string>%s</string><string>/no/*/such",
             pattern);
    REQUIRE_EQ(job_load_shell("test.glob", line, out, ""), 0);
    CHECK(becomes_contents(out, expected));
    CHECK_EQ(job_remove("test.glob"), KERN_SUCCESS);
}

TEST(a_job_may_be_denied_making_others, "B109 B50")
{
    const char *out = scratch("denied");
    char body[300], expected[64];

    unlink(out);
    snprintf(body, sizeof(body),
             RUN_AT_LOAD STRING("StandardOutPath", "%s") "<key>Policies</key><dict>%s</dict>", out,
             TRUTH("DenyCreatingOtherJobs", true));
    REQUIRE_EQ(job_load(bootstrap_port, "test.denied", "load test.denied.other", body), 0);
    snprintf(expected, sizeof(expected), "load %d\n", BOOTSTRAP_NOT_PRIVILEGED);
    CHECK(becomes_contents(out, expected));
    CHECK_EQ(job_remove("test.denied"), KERN_SUCCESS);
}
