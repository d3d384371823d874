/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/loading.c - what launchd makes of a property list (B104-B114) */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "launchd/test/job_util.h"

#define LABEL(label) STRING("Label", label)
#define PROGRAM STRING("Program", "/bin/true")

static int load(const char *dictionary)
{
    char text[4096];

    snprintf(text, sizeof(text), "<dict>%s</dict>", dictionary);
    return job_load_text(bootstrap_port, text);
}

TEST(a_job_needs_a_label_and_a_program, "B104 B105")
{
    char label[200] = STRING("Label", "test."), *at = strstr(label, "test.");

    CHECK_EQ(load(PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("test.load")), EINVAL);
    CHECK_EQ(load(LABEL("test.load") "<key>ProgramArguments</key><array/>"), EINVAL);
    CHECK_EQ(load(LABEL("test.load") "<key>ProgramArguments</key><array><true/></array>"), EINVAL);
    CHECK_EQ(load(LABEL("") PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("test.&#7;") PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("Com.Apple.launchd.mine") PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("com.apple.launchctl") PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("ORG.machd.x") PROGRAM), EINVAL);
    CHECK_EQ(load("<key>Label</key><integer>1</integer>" PROGRAM), EINVAL);
    CHECK_EQ(load("<key>label</key><string>test.load</string>" PROGRAM), EINVAL);
    CHECK_EQ(load(LABEL("test.load") "<key>program</key><string>/bin/true</string>"), EINVAL);
    memset(at, 'x', 150);
    strcpy(at + 150, "</string>");
    CHECK_EQ(load(label), EINVAL);
    CHECK_EQ(load(LABEL("test.load") PROGRAM), 0);
    CHECK_EQ(load(LABEL("test.load") PROGRAM), EEXIST);
    CHECK_EQ(job_remove("test.load"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.load"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(load(LABEL("test.load") PROGRAM), 0);
    CHECK_EQ(job_remove("test.load"), KERN_SUCCESS);
}

TEST(keys_are_found_in_any_case_and_bad_values_count_as_absent, "B104 B109")
{
    REQUIRE_EQ(load(LABEL("test.keys") PROGRAM INTEGER("throttleINTERVAL", 77) STRING("ExitTimeOut", "long")
                        INTEGER("Nice", 21) TRUTH("Umask", true) STRING("NoSuchKey", "x")
                            INTEGER("KeepAlive", 1) STRING("ProcessType", "Adaptive")
                                STRING("Sockets", "later") INTEGER("StartInterval", 0)),
               0);
    CHECK(strstr(job_print("test.keys"),
                 "\tthrottle = 77\n\texit timeout = 20\n\tprocess type = Adaptive\n") != NULL);
    CHECK(strstr(job_print("test.keys"), "\tstate = waiting\n") != NULL);
    CHECK_EQ(job_remove("test.keys"), KERN_SUCCESS);
    REQUIRE_EQ(load(LABEL("test.keys") PROGRAM INTEGER("ExitTimeOut", -1) STRING("ProcessType", "Special")),
               0);
    CHECK(strstr(job_print("test.keys"),
                 "\tthrottle = 10\n\texit timeout = 20\n\tprocess type = Standard\n") != NULL);
    CHECK_EQ(job_remove("test.keys"), KERN_SUCCESS);
}

TEST(each_job_of_a_submission_has_its_own_answer, "B106")
{
    bootstrap_error_array_t errors;
    mach_msg_type_number_t n = JOB_SUBMIT_MAX;
    char text[] = "<plist version=\"1.0\"><array>"
                  "<dict>" LABEL("test.many.1") PROGRAM "</dict><dict>" LABEL("test.many.1") PROGRAM
        "</dict>"
        "<string>no job</string><dict>" LABEL("test.many.2") "</dict><dict>" LABEL("test.many.3") PROGRAM
        "</dict></array></plist>";

    REQUIRE_EQ(bootstrap_rpc_submit_jobs(bootstrap_port, text, sizeof(text) - 1, errors, &n), KERN_SUCCESS);
    REQUIRE_EQ(n, 5);
    CHECK_EQ(errors[0], 0);
    CHECK_EQ(errors[1], EEXIST);
    CHECK_EQ(errors[2], EINVAL);
    CHECK_EQ(errors[3], EINVAL);
    CHECK_EQ(errors[4], 0);
    CHECK_EQ(job_remove("test.many.1"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.many.3"), KERN_SUCCESS);
}

static kern_return_t submit(char *text, size_t size)
{
    bootstrap_error_array_t errors;
    mach_msg_type_number_t n = JOB_SUBMIT_MAX;

    return bootstrap_rpc_submit_jobs(bootstrap_port, text, (mach_msg_type_number_t)size, errors, &n);
}

TEST(a_submission_that_is_no_list_of_jobs_is_refused, "B106 B107")
{
    static char bomb[2 * JOB_SUBMIT_SIZE];
    size_t n = 0;

    CHECK_EQ(submit((char *)"<plist><dict/></plist>", 22), KERN_INVALID_ARGUMENT);
    CHECK_EQ(submit((char *)"<plist><array/></plist>", 23), KERN_INVALID_ARGUMENT);
    CHECK_EQ(submit((char *)"bplist00garbagegarbagegarbage", 29), KERN_INVALID_ARGUMENT);
    CHECK_EQ(submit((char *)"", 0), KERN_INVALID_ARGUMENT);
    memset(bomb, 'x', sizeof(bomb));
    CHECK_EQ(submit(bomb, sizeof(bomb)), KERN_INVALID_ARGUMENT);
    /* As deep as the length allows; launchd is the same one afterwards. */
    pid_t before = launchd_pid();
    n = (size_t)snprintf(bomb, sizeof(bomb), "<plist version=\"1.0\">");
    while (n + 15 < JOB_SUBMIT_SIZE / 2)
        n += (size_t)snprintf(bomb + n, sizeof(bomb) - n, "<array>");
    while (n + 8 < JOB_SUBMIT_SIZE)
        n += (size_t)snprintf(bomb + n, sizeof(bomb) - n, "</array>");
    submit(bomb, n);
    submit(bomb, JOB_SUBMIT_SIZE / 2);
    CHECK_EQ(launchd_pid(), before);
}

TEST(a_name_that_another_job_has_is_left_out, "B110")
{
    mach_port_t port;

    REQUIRE_EQ(check_in(bootstrap_port, "test.taken", &port), KERN_SUCCESS);
    REQUIRE_EQ(load(LABEL("test.names") PROGRAM
                    "<key>MachServices</key><dict><key>test.taken</key><true/>"
                    "<key>test.free</key><string>anything</string><key>test.opt</key>"
                    "<dict><key>ResetAtClose</key><true/><key>Other</key><true/></dict></dict>"),
               0);
    CHECK(strstr(listing(bootstrap_port), "test.taken (test.names)") == NULL);
    CHECK(strstr(job_print("test.names"),
                 "\tendpoints = {\n\t\ttest.free D 1 0\n\t\ttest.opt D 1 0 reset\n\t}\n") != NULL);
    CHECK_EQ(job_remove("test.names"), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.taken"), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.free"), BOOTSTRAP_UNKNOWN_SERVICE);
    drop_receive(port);
}

TEST(the_environment_of_a_job_is_as_its_property_list_says, "B109 B121")
{
    const char *out = scratch("environment");

    unlink(out);
    REQUIRE_EQ(
        job_load_shell(
            "test.env", "echo $TEST_A $TEST_B; pwd; umask; nice; ulimit -n; ulimit -Hn", out,
            "<key>EnvironmentVariables</key><dict><key>TEST_A</key><string>a b</string>"
            "<key>TEST_B</key><integer>1</integer></dict>" STRING("WorkingDirectory", "/usr") INTEGER("Umask", 63) INTEGER(
                "Nice",
                7) "<key>SoftResourceLimits</key><dict><key>NumberOfFiles</key><integer>50</integer></dict>"
                   "<key>HardResourceLimits</key><dict><key>NumberOfFiles</key><integer>60</integer></dict>"),
        0);
    CHECK(becomes_contents(out, "a b\n/usr\n0077\n7\n50\n60\n"));
    CHECK_EQ(job_remove("test.env"), KERN_SUCCESS);
}

TEST(what_cannot_be_had_is_left_out_and_the_job_runs, "B109 B112")
{
    const char *out = scratch("left-out");

    unlink(out);
    REQUIRE_EQ(
        job_load_shell(
            "test.left", "echo runs", out,
            STRING("WorkingDirectory", "/no/such/directory") STRING("StandardErrorPath", "/no/such/file")
                STRING("RootDirectory",
                       "/") "<key>HardResourceLimits</key><dict><key>NumberOfFiles</key><string>x</string>"
                            "<key>CPU</key><integer>-4</integer></dict>"),
        0);
    CHECK(becomes_contents(out, "runs\n"));
    CHECK_EQ(job_remove("test.left"), KERN_SUCCESS);
}

static bool is_complete(const void *file)
{
    return strstr(contents(file), "end\n") != NULL;
}

TEST(a_job_leads_its_session_and_has_no_descriptors_of_launchds, "B121 B109")
{
    const char *out = scratch("session");
    int pid, group, session, taken = 0;

    unlink(out);
    REQUIRE_EQ(
        job_load_shell(
            "test.session",
            "cut -d\" \" -f1,5,6 /proc/$$/stat; readlink /proc/$$/fd/0 /proc/$$/fd/2; "
            "for i in 3 4 5 6 7 8 9 11 12 13 14; do test ! -e /proc/$$/fd/$i || echo has $i; done; echo end",
            out, ""),
        0);
    REQUIRE(wait_until(is_complete, out));
    CHECK_EQ(sscanf(contents(out), "%d %d %d\n%n", &pid, &group, &session, &taken), 3);
    CHECK_EQ(group, pid);
    CHECK_EQ(session, pid);
    CHECK_STR_EQ(contents(out) + taken, "/dev/null\n/dev/null\nend\n");
    CHECK_EQ(job_remove("test.session"), KERN_SUCCESS);
}

TEST(the_first_argument_is_searched_in_path_and_program_is_not, "B109")
{
    const char *out = scratch("path");
    char text[2048];

    unlink(out);
    snprintf(text, sizeof(text),
             "<dict>" LABEL("test.path") STRING("Program", "/bin/sh") RUN_AT_LOAD
             "<key>ProgramArguments</key><array><string>another-name</string><string>-c</string>"
             "<string>echo $0 $1</string><string>zero</string><string>one</string></array>"
             "<key>StandardOutPath</key><string>%s</string></dict>",
             out);
    REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    CHECK(becomes_contents(out, "zero one\n"));
    CHECK_EQ(job_remove("test.path"), KERN_SUCCESS);
    REQUIRE_EQ(load(LABEL("test.path") STRING("Program", "sh") RUN_AT_LOAD), 0);
    CHECK(job_shows("test.path", "last exit = exec: ENOENT"));
    CHECK_EQ(job_remove("test.path"), KERN_SUCCESS);
}

TEST(unloading_ends_the_job_and_its_names, "B113 B114")
{
    mach_port_t port;

    REQUIRE_EQ(job_load(bootstrap_port, "test.unload", "in test.unload.name stay",
                        SERVICE("test.unload.name") RUN_AT_LOAD),
               0);
    CHECK(job_shows("test.unload", "test.unload.name A"));
    REQUIRE_EQ(look("test.unload.name", &port), KERN_SUCCESS);
    pid_t pid = job_pid("test.unload");
    CHECK_EQ(job_remove("test.unload"), KERN_SUCCESS);
    CHECK(kill(pid, 0) != 0 && errno == ESRCH);
    CHECK_EQ(look_result(bootstrap_port, "test.unload.name"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_deallocate(mach_task_self(), port);
    CHECK_EQ(job_load(bootstrap_port, "test.unload", "stay", ""), 0);
    CHECK_EQ(job_remove("test.unload"), KERN_SUCCESS);
}

/* What costs launchd the square of what it costs the caller is not read. */
TEST(a_submission_that_is_nested_too_deep_is_refused, "B104 B107")
{
    char text[16384] =
        "<dict>" STRING("Label", "test.deep") STRING("Program", "/bin/true") "<key>Other</key>";
    const size_t begin = strlen(text);

    for (int deep = 61; deep <= 63; deep++) {
        text[begin] = 0;
        for (int i = 0; i < deep; i++)
            strcat(text, "<array>");
        for (int i = 0; i < deep; i++)
            strcat(text, "</array>");
        strcat(text, "</dict>");
        CHECK_EQ(job_load_text(bootstrap_port, text), deep == 63 ? KERN_INVALID_ARGUMENT : 0);
        CHECK_EQ(job_remove("test.deep"), deep == 63 ? BOOTSTRAP_UNKNOWN_SERVICE : KERN_SUCCESS);
    }
}
