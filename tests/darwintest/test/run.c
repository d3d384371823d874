/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - the sample's cases are run as people run them, and what is printed is looked at */
#include "tests/harness/harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char output[65536];

/* The sample under `arguments` of the shell; its status, and `output`. */
static int run(const char *arguments)
{
    char command[1000];
    snprintf(command, sizeof(command), "exec '%s' %s 2>&1", getenv("SAMPLE"), arguments);
    FILE *in = popen(command, "r");
    REQUIRE(in != NULL);
    size_t n = fread(output, 1, sizeof(output) - 1, in);
    output[n] = '\0';
    int status = pclose(in);
    test_log("%s", output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool has(const char *text)
{
    return strstr(output, text) != NULL;
}

/* `verdict` is the line at the end, up to what may differ. */
static void expect(const char *name, const char *verdict)
{
    static const struct {
        char letter;
        const char *count;
    } counts[] = { { 'P', "1 passed, 0 failed, 0 skipped\n" },
                   { 'F', "0 passed, 1 failed, 0 skipped\n" },
                   { 'S', "0 passed, 0 failed, 1 skipped\n" } };
    char arguments[200];
    snprintf(arguments, sizeof(arguments), "-n %s", name);
    CHECK_EQ(run(arguments), verdict[0] == 'F');
    CHECK(has(verdict));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(has(counts[i].count), counts[i].letter == verdict[0]);
}

TEST(darwintest_lists_cases_but_no_helpers, "H1 H2")
{
    CHECK_EQ(run("-l"), 0);
    CHECK(strncmp(output, "passes\nfails_at_an_assertion\n", 29) == 0);
    CHECK(!has("ends_the_case"));
}

TEST(darwintest_compares_whatever_can_be_compared_and_evaluates_it_once, "H1 H4 H10")
{
    expect("passes", "PASS passes\n");
}

TEST(darwintest_refuses_a_case_that_there_is_not, "H1")
{
    CHECK_EQ(run("-n nobody"), 2);
}

TEST(darwintest_ends_a_case_at_a_failed_assertion, "H4 H6")
{
    expect("fails_at_an_assertion", "FAIL fails_at_an_assertion: four is not five -- 3 + 1 == 5: 4, 5 (");
    CHECK(!has("not reached"));
    CHECK(has("goodbye"));
}

TEST(darwintest_goes_on_after_a_failed_expectation, "H4 H6")
{
    expect("goes_on_after_an_expectation", "FAIL goes_on_after_an_expectation: a call -- KERN_INVALID_NAME");
    CHECK(has("] reached\n"));
}

TEST(darwintest_ends_a_case_from_any_thread, "H4 H6")
{
    expect("ends_from_another_thread", "PASS ends_from_another_thread\n");
    CHECK(has("goodbye"));
    expect("fails_on_another_thread", "FAIL fails_on_another_thread: a thread disagrees");
}

TEST(darwintest_keeps_the_verdict_across_fork, "H4 H9")
{
    expect("fails_in_a_forked_child",
           "FAIL fails_in_a_forked_child: in the child -- ENOENT: 2 (No such file");
    expect("remembers_what_a_child_expected", "FAIL remembers_what_a_child_expected: in the child");
}

/* When a process is gone, its number is nobody's or another's; zombies are collected by machctl. */
TEST(darwintest_leaves_no_child_of_a_case, "H9")
{
    expect("leaves_nobody_behind", "PASS leaves_nobody_behind\n");
    const char *at = strstr(output, "child ");
    REQUIRE(at != NULL);
    int pid = atoi(at + 6);
    for (int i = 0; i < 5000 && kill(pid, 0) == 0; i++)
        usleep(1000);
    CHECK_EQ(kill(pid, 0), -1);
}

TEST(darwintest_fails_a_case_that_crashes_exits_or_takes_too_long, "H1 H3")
{
    expect("crashes", "FAIL crashes: killed by signal 9 (Killed)\n");
    expect("exits", "FAIL exits: exited with status 3\n");
    expect("takes_too_long", "FAIL takes_too_long: timed out\n");
}

TEST(darwintest_forgives_what_may_fail_and_nothing_else, "H3")
{
    expect("may_fail_at_one_result", "PASS may_fail_at_one_result\n");
    CHECK(has("expected failure: has to fail"));
    expect("passes_unexpectedly",
           "FAIL passes_unexpectedly: has to fail -- passed, and was expected to fail");
    expect("may_fail_as_a_whole", "SKIP may_fail_as_a_whole: now");
    expect("needs_big_numbers", "SKIP needs_big_numbers: hw.byteorder");
    expect("needs_little_numbers", "PASS needs_little_numbers\n");
}

TEST(darwintest_skips_with_the_reason, "H3 H6")
{
    expect("skips", "SKIP skips: no luck here\n");
    expect("is_not_enabled", "SKIP is_not_enabled: not enabled here\n");
    expect("is_for_root", geteuid() == 0 ? "PASS is_for_root\n" : "SKIP is_for_root: needs root\n");
    expect("is_not_for_root",
           geteuid() == 0 ? "SKIP is_not_for_root: not for root\n" : "PASS is_not_for_root\n");
}

TEST(darwintest_is_quiet_about_one_success, "H5")
{
    expect("is_quiet", "FAIL is_quiet: a failure is heard");
    CHECK(!has("unheard"));
    CHECK(has("pass: heard\n"));
    CHECK(has("pass: with errno (errno 2: No such file or directory)\n"));
}

TEST(darwintest_tells_a_broken_setup, "H6")
{
    expect("has_a_broken_setup",
           "FAIL has_a_broken_setup: broken set-up: open -- open(\"/no/such/file\", O_RDONLY): -1, errno 2");
}

TEST(darwintest_reads_classes_of_service, "H7")
{
    expect("has_a_class", "PASS has_a_class\n");
}

TEST(darwintest_gives_arguments_to_the_body, "H1")
{
    CHECK_EQ(run("-n sees_arguments -- one two"), 0);
    CHECK(has("] argument one\n"));
    CHECK(has("] argument two\n"));
}

TEST(darwintest_runs_helpers, "H8")
{
    expect("is_ended_by_a_helper", "PASS is_ended_by_a_helper\n");
    expect("goes_on_when_its_helpers_are_done", "PASS goes_on_when_its_helpers_are_done\n");
    CHECK(has("] after the helpers\n"));
    expect("is_failed_by_a_helper", "FAIL is_failed_by_a_helper: not content");
}

TEST(darwintest_runs_a_helper_as_a_job, "H8")
{
    expect("runs_a_job", "PASS runs_a_job\n");
}

TEST(darwintest_runs_all_cases_and_closes_with_their_number, "H1 H11")
{
    CHECK_EQ(run(""), 1);
    CHECK(has("\n11 passed, 12 failed, 5 skipped\n"));
}
