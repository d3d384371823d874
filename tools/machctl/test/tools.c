/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/test/tools.c - machctl from the outside, the sample program, and the modes with several uids
 *
 * This program is no Mach program: it runs shell scripts under `machctl run` (in them: $MACHCTL, $PROBE, and $SAMPLE, the
 * sample program if there is one) and looks at what they print. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tools/machctl/test/shell.h"

static const char *root_name(void)
{
    static char name[64] = "System";

    if (geteuid() != 0)
        snprintf(name, sizeof(name), "com.apple.launchd.peruser.%u", (unsigned)geteuid());
    return name;
}

/* ---- run ---- */

TEST(run_gives_the_exit_status_of_the_program, "B96")
{
    CHECK_EQ(under("exit 7"), 7);
    CHECK_EQ(shell("\"$MACHCTL\" run -- /nonexistent 2>/dev/null"), 127);
    CHECK_EQ(shell("\"$MACHCTL\" run -- sh -c \"kill -9 \\$\\$\" 2>/dev/null"), 137);
    CHECK_EQ(shell("\"$MACHCTL\" run 2>&1"), 1);
}

TEST(what_machd_and_launchd_say_goes_to_a_file_of_ones_choice, "B96")
{
    CHECK_EQ(shell("d=$(mktemp -d); \"$MACHCTL\" run --log $d/log -- sh -c \"\\\"$MACHCTL\\\" submit -l "
                   "test.log -- true; sleep 1\" "
                   "2>&1; echo FILE; cat $d/log; rm -r $d"),
             0);
    char *file = strstr(output, "FILE");
    REQUIRE(file != NULL);
    CHECK(strstr(file, "launchd: test.log:") != NULL);
    *file = 0;
    CHECK(!says("launchd: test.log:"));
    CHECK_EQ(shell("\"$MACHCTL\" run --log /nonexistent/log -- true 2>&1"), 1);
    CHECK(says("/nonexistent/log: No such file or directory"));
}

TEST(everything_below_run_ends_with_it, "B96")
{
    int pid;

    REQUIRE_EQ(under("setsid sh -c \"sleep 1000 & echo PID \\$!\" > /tmp/machctl-test.$$ ; cat "
                     "/tmp/machctl-test.$$; rm /tmp/machctl-test.$$"),
               0);
    REQUIRE(sscanf(strstr(output, "PID"), "PID %d", &pid) == 1);
    CHECK(kill(pid, 0) != 0 && errno == ESRCH);
}

TEST(two_runs_are_two_worlds, "B7")
{
    CHECK_EQ(under("\"$PROBE\" in test.world hold < /dev/zero & sleep 0.3; \"$MACHCTL\" run -- \"$PROBE\" "
                   "look test.world"),
             0);
    CHECK(says("in 0"));
    CHECK(says("look 1102"));
}

TEST(verbs_have_help_and_wrong_usage_fails, "B96")
{
    static const char *const verbs[] = { "run",    "start",     "stop",       "status", "lsmp",   "bslist",
                                         "bstree", "bsexec",    "managerpid", "load",   "unload", "submit",
                                         "remove", "kickstart", "kill",       "list",   "print",  "blame" };
    char line[128];

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        snprintf(line, sizeof(line), "\"$MACHCTL\" %s --help", verbs[i]);
        CHECK_EQ(shell(line), 0);
        CHECK(says(verbs[i]));
    }
    CHECK_EQ(shell("\"$MACHCTL\" nonsense 2>&1 >/dev/null"), 1);
    CHECK_EQ(shell("\"$MACHCTL\" bsexec 1 2>&1"), 1);
    CHECK(says("usage"));
    CHECK_EQ(shell("d=$(mktemp -d) && ln -s \"$MACHCTL\" $d/launchctl && $d/launchctl --help && rm -r $d"), 0);
    CHECK(says("usage: launchctl"));
}

TEST(status_is_a_table_or_json, "B96")
{
    CHECK_EQ(under("\"$MACHCTL\" status"), 0);
    CHECK(says("launchd  pid"));
    CHECK_EQ(under("\"$MACHCTL\" status --json | python3 -m json.tool"), 0);
    CHECK(says("\"census\""));
}

/* ---- what the namespace looks like ---- */

TEST(bslist_prints_states_and_names, "B3 B65 B97")
{
    CHECK_EQ(
        under(
            "\"$PROBE\" in com.example.one create com.example.two in \"$(printf "
            "\"odd\\\\001\\\\\\\\name\")\" hold < /dev/zero & sleep 0.3; "
            "\"$MACHCTL\" bslist; \"$MACHCTL\" bslist -j; \"$MACHCTL\" bslist --json | python3 -m json.tool"),
        0);
    CHECK(says("\nA  com.example.one\nI  com.example.two\n"));
    CHECK(says("A  odd\\x01\\\\name\n"));
    CHECK(says("A  com.example.one (0x"));
    CHECK(says(".anonymous.probe)\n"));
    CHECK(says("\"name\": \"com.example.two\""));
}

TEST(bslist_of_other_domains, "B97 B98")
{
    CHECK_EQ(under("\"$PROBE\" in test.above subset in test.below hold < /dev/zero & sleep 0.3; \"$MACHCTL\" "
                   "bslist $!"),
             0);
    CHECK(says("A  test.below\n"));
    CHECK(!strstr(output, "A  test.above"));
    CHECK_EQ(under("\"$PROBE\" in test.above hold < /dev/zero & sleep 0.3; "
                   "\"$PROBE\" subset in test.below hold < /dev/zero & sleep 0.3; "
                   "\"$MACHCTL\" bsexec $! \"$MACHCTL\" bslist; echo UP; "
                   "\"$MACHCTL\" bsexec $! \"$MACHCTL\" bslist ..; echo ROOT; \"$MACHCTL\" bsexec $! "
                   "\"$MACHCTL\" bslist / -j"),
             0);
    CHECK(says("A  test.below\nUP\nA  test.above\nROOT\nA  test.above (0x"));
    CHECK_EQ(under("\"$MACHCTL\" bslist 999999"), 1);
    CHECK(says("machctl: the task of process 999999:"));
    CHECK_EQ(under("\"$PROBE\" subset hold < /dev/zero & sleep 0.3; P=$!; "
                   "\"$MACHCTL\" bsexec $P sh -c \"kill -9 $P; sleep 0.2; $MACHCTL bslist\""),
             1);
    CHECK(says("Invalid bootstrap port"));
}

TEST(bstree_shows_all_domains, "B99 B100 B78")
{
    char line[128];
    const char *at;

    CHECK_EQ(under("\"$PROBE\" create org.example.echo in PARENT subset in CHILD hold < /dev/zero & sleep "
                   "0.3; \"$MACHCTL\" bstree"),
             0);
    snprintf(line, sizeof(line), "%s/\n    I  org.example.echo\n    A  PARENT\n    probe[", root_name());
    CHECK(says(line));
    CHECK(says(".subset."));
    at = strstr(output, " (Explicit Subset)/\n");
    CHECK(at != NULL && strncmp(at, " (Explicit Subset)/\n        A  CHILD\n", 37) == 0);
    CHECK_EQ(under("\"$PROBE\" subset in CHILD hold < /dev/zero & sleep 0.3; \"$MACHCTL\" bstree --json | "
                   "python3 -m json.tool"),
             0);
    CHECK(says("\"kind\": \"Explicit Subset\""));
}

TEST(bsexec_runs_in_another_namespace, "B101 B102")
{
    CHECK_EQ(under(
                 "\"$PROBE\" subset in test.inner hold < /dev/zero & sleep 0.3; \"$PROBE\" look test.inner; "
                 "\"$MACHCTL\" bsexec $! \"$PROBE\" look test.inner; echo END $?"),
             0);
    CHECK(says("look 1102\nlook 0\nEND 0\n"));
    CHECK_EQ(under("\"$PROBE\" hold < /dev/zero & sleep 0.3; \"$MACHCTL\" bsexec $! sh -c \"exit 5\""), 1);
    CHECK(says("ended with status 5"));
    CHECK_EQ(under("\"$PROBE\" hold < /dev/zero & sleep 0.3; \"$MACHCTL\" bsexec $! sh -c \"env\" | grep -c "
                   "MACHD_SOCKET"),
             1);
    /* A process that machd does not know has no task; one may be refused with the Mach error's text. */
    CHECK_EQ(under("sleep 5 & \"$MACHCTL\" bsexec $! true || echo REFUSED"), 0);
    CHECK_EQ(under("\"$MACHCTL\" bsexec 999999 true"), 1);
}

TEST(the_manager_verbs_tell_of_launchd, "B103 B7")
{
    char line[128];

    CHECK_EQ(under("\"$MACHCTL\" managername; \"$MACHCTL\" manageruid; \"$MACHCTL\" managerpid --json"), 0);
    snprintf(line, sizeof(line), "%s\n%u\n{\"pid\":", root_name(), (unsigned)geteuid());
    CHECK(says(line));
}

/* ---- the sample program ---- */

static void need_sample(void)
{
    if (getenv("SAMPLE") == NULL || access(getenv("SAMPLE"), X_OK) != 0)
        SKIP("the sample program is not here");
}

TEST(the_sample_programs_final_state, "B90 B91 B92 B95 B178")
{
    char line[256];
    const char *at;

    need_sample();
    CHECK_EQ(under("\"$SAMPLE\" & sleep 0.5; P=$!; \"$MACHCTL\" bslist; echo OF; \"$MACHCTL\" bslist $P; "
                   "echo TREE; \"$MACHCTL\" bstree; "
                   "\"$PROBE\" look PARENT look PARENT-1 look CHILD; \"$MACHCTL\" bsexec $P \"$PROBE\" look "
                   "PARENT look CHILD look PARENT-1 look PARENT-2"),
             0);
    CHECK(strncmp(output, "A  PARENT\nOF\n", 13) == 0);
    CHECK(says("A  CHILD\n"));
    CHECK(says("A  PARENT-1\n"));
    CHECK(says("A  PARENT-2\n"));
    snprintf(line, sizeof(line), "TREE\n%s/\n    A  PARENT\n    ", root_name());
    CHECK(says(line));
    at = strstr(output, "(Explicit Subset)/\n        A  ");
    CHECK(at != NULL);
    CHECK(says("look 0\nlook 1102\nlook 1102\nlook 0\nlook 0\nlook 0\nlook 0\n"));
}

TEST(the_sample_program_is_killed, "B93 B55 B178")
{
    need_sample();
    CHECK_EQ(under("\"$SAMPLE\" & sleep 0.5; P=$!; kill -9 $(cat /proc/$P/task/$P/children); sleep 0.2; "
                   "\"$MACHCTL\" bslist $P; \"$MACHCTL\" bslist"),
             0);
    CHECK(says("A  PARENT-1\nA  PARENT-2\nA  PARENT\n"));
    CHECK(strstr(output, "CHILD") == NULL);
    CHECK_EQ(under("\"$SAMPLE\" & sleep 0.5; P=$!; C=$(cat /proc/$P/task/$P/children); kill -9 $P; sleep "
                   "0.2; \"$MACHCTL\" bstree; "
                   "\"$MACHCTL\" bslist $C; echo END"),
             0);
    CHECK(strstr(output, "PARENT") == NULL && strstr(output, "CHILD") == NULL);
    CHECK(says("Invalid bootstrap port"));
}

TEST(two_sample_programs_at_once, "B94 B178")
{
    need_sample();
    CHECK_EQ(under("\"$SAMPLE\" & sleep 0.4; \"$SAMPLE\" & sleep 0.5; P=$!; \"$MACHCTL\" bslist; echo "
                   "SECOND; \"$MACHCTL\" bslist $P"),
             0);
    CHECK(says("A  PARENT\nSECOND\n"));
    CHECK(says("A  CHILD\n") && says("A  PARENT-1\n") && says("A  PARENT-2\n"));
}

/* ---- several uids: a machd for the whole system, in a place of its own ---- */

/* config: lines of machd.conf(5); $d is the place. */
static int system_wide_as(const char *config, const char *script)
{
    char line[8192];

    if (geteuid() != 0)
        SKIP("needs root");
    REQUIRE_LT(snprintf(line, sizeof(line),
                        "d=$(mktemp -d) && chmod 755 $d && cp \"$PROBE\" $d/probe && chmod 755 $d/probe && "
                        "printf \"%s\" > $d/machd.conf && LIB=$(ldd \"$PROBE\" | sed -n \"s/.*=> "
                        "\\(.*libmach[^ ]*\\) .*/\\1/p\") && cp "
                        "\"$LIB\" $d/ && chmod 755 $d/* && "
                        "{ LD_LIBRARY_PATH=$d XDG_CONFIG_HOME=$d \"$MACHD\" --system --foreground --dir $d "
                        "--config $d/machd.conf --launchd \"$LAUNCHD\" 2>/dev/null & "
                        "M=$!; sleep 0.5; "
                        "export MACHD_SOCKET=$d/default.sock LD_LIBRARY_PATH=$d; "
                        "as() { setpriv --reuid $1 --regid $1 --clear-groups -- $d/probe $2 $3 $4 $5 $6 $7 "
                        "$8 $9 2>&1; }; %s; "
                        "kill $M; wait $M; rm -r $d; }",
                        config, script),
               (int)sizeof(line));
    return shell(line);
}

static int system_wide(const char *script)
{
    return system_wide_as("", script);
}

TEST(each_uid_has_its_domain_in_system_mode, "B7 B8 B9 B10 B59")
{
    system_wide("sleep 3 | as 1 in test.users look test.users hold & sleep 1; as 2 look test.users; as 1 "
                "look test.users; "
                "as 0 look test.users; sleep 2 | as 0 in test.system hold & sleep 0.5; as 1 look "
                "test.system; as 2 look test.system");
    CHECK(says("in 0\nlook 0\nlook 1102\nlook 0\nlook 1102\nin 0\nlook 0\nlook 0\n"));
}

TEST(privilege_is_effective_uid_0_in_system_mode, "B57 B78 B11")
{
    system_wide("as 1 parent; as 0 parent; as 1 per-user 0; as 0 per-user 1");
    CHECK(says("parent 1100\nparent 0\nper-user 0\nper-user 0\n"));
}

/* Polls instead of sleeping: `soon COMMAND` prints nothing and gives up after a minute. */
#define SOON "soon() { for i in $(seq 600); do \"$@\" >/dev/null && return; sleep 0.1; done; }; "

TEST(launchd_is_asked_for_a_domain_while_a_process_attaches, "B8 B10")
{
    system_wide("as 4242 port in test.asked look test.asked; \"$MACHCTL\" bstree | grep -c peruser; "
                "\"$MACHCTL\" bstree | grep peruser.4242");
    CHECK(says("port 1\nin 0\nlook 0\n1\n    com.apple.launchd.peruser.4242 (Per-user)/\n"));
}

TEST(without_launchds_answer_a_process_gets_the_roots_port, "B8")
{
    system_wide("L=$(\"$MACHCTL\" managerpid); kill -STOP $L; as 4242 port; as 4243 port in test.late & "
                "sleep 0.5; kill -CONT $L; wait $!; as 0 per-user 4243");
    CHECK(says("port 1\nport 1\nin 0\nper-user 0\n"));
}

TEST(jobs_of_a_domain_are_its_uids_and_roots_affair, "B79 B77 B80 B180 B113")
{
    /* The processes of uid 2 that use the port of uid 1's domain inherit it from a root process that was put there. */
    system_wide(
        SOON
        "found() { test \"$(as $1 look $2)\" = \"look 0\"; }; "
        "as 1 load one; soon found 1 one.name; as 2 look one.name; as 0 look one.name; "
        "as 2 remove one; as 2 stop one; as 2 start one; as 1 in one.name; as 1 load one; as 2 load one; "
        /* looked at before it is uid 1's it would be put into root's domain */
        "there() { test $(stat -c %u /proc/$P) = 1 && \"$MACHCTL\" bslist $P; }; "
        "setpriv --reuid 1 --regid 1 --clear-groups $d/probe stay & P=$!; soon there; "
        "\"$MACHCTL\" bsexec $P setpriv --reuid 2 --regid 2 --clear-groups $d/probe load two; "
        "\"$MACHCTL\" bsexec $P setpriv --reuid 0 $d/probe load three; soon found 1 three.name; "
        "as 0 load four; soon found 2 four.name; as 1 look four.name; as 0 remove one; as 1 look one.name; "
        "as 1 remove three; as 1 remove four; kill $P");
    CHECK(says("load 0\nlook 1102\nlook 1102\nremove 1100\nstop 1100\nstart 1100\nin 1100\nload 17\nload 17\n"
               "load 1100\nload 0\nload 0\nlook 0\nremove 0\nlook 1102\nremove 0\nremove 1100\n"));
}

TEST(a_users_job_runs_as_that_user, "B79 B121")
{
    system_wide(
        SOON "found() { test \"$(as $1 look $2)\" = \"look 0\"; }; as 1 load mine; soon found 1 mine.name; "
             "ps -o uid=,gid= -p $(pgrep -x -f \"$d/probe in mine.name stay\")");
    CHECK(says("load 0\n    1     1\n"));
}

TEST(root_finds_a_users_job_by_its_domain_and_a_job_runs_as_whom_it_says, "B121 B122 B109")
{
    system_wide(
        SOON
        "printf \"<plist version=\\\"1.0\\\"><dict><key>Label</key><string>as.daemon</string>"
        "<key>ProgramArguments</key><array><string>sh</string><string>-c</string>"
        "<string>id -u; id -g; echo \\$USER \\$LOGNAME \\$HOME \\$EXTRA</string></array>"
        "<key>EnvironmentVariables</key><dict><key>EXTRA</key><string>more</string><key>HOME</key>"
        "<string>/own</string></dict>"
        "<key>UserName</key><string>daemon</string><key>RunAtLoad</key><true/>"
        "<key>StandardOutPath</key><string>$d/out</string></dict></plist>\" > $d/as.plist; chmod 777 $d; "
        "ended() { \"$MACHCTL\" print as.daemon | grep \"last exit = exited 0\"; }; "
        "\"$MACHCTL\" load $d/as.plist; soon ended; cat $d/out; stat -c %u $d/out; \"$MACHCTL\" remove "
        "as.daemon; "
        "sed -i \"s/>daemon</>no-such-user</\" $d/as.plist; "
        "\"$MACHCTL\" load $d/as.plist; failed() { \"$MACHCTL\" print as.daemon | grep ESRCH; }; soon "
        "failed; "
        "\"$MACHCTL\" print as.daemon | grep \"last exit\"");
    CHECK(says("1\n1\ndaemon daemon /own more\n1\n\tlast exit = exec: ESRCH\n"));
}

TEST(jobs_end_in_peace_with_machd, "B128")
{
    system_wide(
        SOON
        "\"$MACHCTL\" submit -l peace -o $d/out -- sh -c \"trap \\\"echo told; exit\\\" TERM; echo \\$\\$; "
        "while :; do sleep 0.05; done\"; soon test -s $d/out; P=$(head -1 $d/out); kill $M; wait $M; "
        "kill -0 $P 2>/dev/null || echo GONE; tail -1 $d/out");
    CHECK(says("GONE\ntold\n"));
}

TEST(a_job_has_its_exit_time_out_when_machd_ends, "B127 B128")
{
    system_wide(
        SOON
        "for t in 60 1; do printf \"<plist version=\\\"1.0\\\"><dict><key>Label</key><string>slow.$t</string>"
        "<key>ProgramArguments</key><array><string>sh</string><string>-c</string>"
        "<string>trap \\\"sleep 4; echo told; exit\\\" TERM; echo up; while :; do sleep 0.05; "
        "done</string></array>"
        "<key>ExitTimeOut</key><integer>$t</integer><key>RunAtLoad</key><true/>"
        "<key>StandardOutPath</key><string>$d/out.$t</string></dict></plist>\" > $d/slow.$t.plist; "
        "\"$MACHCTL\" load $d/slow.$t.plist; soon test -s $d/out.$t; done; "
        "kill $M; wait $M; tail -n 1 $d/out.60 $d/out.1");
    CHECK(strstr(output, "out.60 <==\ntold\n") != NULL);
    CHECK(strstr(output, "out.1 <==\nup\n") != NULL);
}

TEST(a_users_domain_that_nobody_uses_is_removed, "B12")
{
    system_wide_as("idle-domain 1",
                   SOON "has() { \"$MACHCTL\" bstree | grep -q peruser.$1; }; gone() { ! has $1; }; "
                        "setpriv --reuid 4243 --regid 4243 --clear-groups $d/probe stay & H=$!; "
                        "as 4242 load stays; as 4244 port; "
                        "has 4244 && echo MADE; soon gone 4244; gone 4244 && echo GONE; "
                        "has 4242 && has 4243 && echo KEPT; as 4242 remove stays; kill $H; soon gone 4242; "
                        "soon gone 4243; \"$MACHCTL\" bstree | grep -c peruser; as 4244 in again look again");
    CHECK(says("MADE\nGONE\nKEPT\n"));
    CHECK(says("remove 0\n0\nin 0\nlook 0\n"));
}

TEST(the_places_of_a_domain_are_read_when_it_is_made, "B108")
{
    system_wide_as(
        "job-loader $MACHCTL\\n", SOON
        "L=$d/machd/LaunchAgents; mkdir -p $L; printf \"<plist version=\\\"1.0\\\"><dict><key>Label</key>"
        "<string>placed</string><key>Program</key><string>$d/probe</string><key>MachServices</key><dict>"
        "<key>placed.name</key><true/></dict></dict></plist>\" > $L/placed.plist; "
        "loaded() { test \"$(as 4242 look placed.name)\" = \"look 0\"; }; soon loaded; as 4242 look "
        "placed.name; "
        "as 4243 look placed.name; as 0 look placed.name; "
        "once() { ! \"$MACHCTL\" print machd.places.4242; }; soon once 2>/dev/null; "
        "\"$MACHCTL\" print placed | grep path");
    CHECK(says("look 0\nlook 0\nlook 1102\n") || says("look 0\nlook 1102\nlook 1102\n"));
    CHECK(says("/machd/LaunchAgents/placed.plist\n"));
}

/* ---- jobs ---- */

/* A script with a property list in $j/NAME.plist for each `job NAME BODY`. */
#define JOBS                                                                                                 \
    "j=$(mktemp -d); job() { printf \"%s\" \"<plist "                                                        \
    "version=\\\"1.0\\\"><dict><key>Label</key><string>$1</string>"                                          \
    "<key>ProgramArguments</key><array><string>$PROBE</string><string>stay</string></array>$2</dict></"      \
    "plist>\" > "                                                                                            \
    "$j/$1.plist; }; soon() { for i in $(seq 600); do \"$@\" >/dev/null && return; sleep 0.1; done; }; "     \
    "shows() { \"$MACHCTL\" print $1 | grep \"$2\"; }; "

TEST(load_and_unload_take_files_and_directories, "B107 B164 B165 B172")
{
    CHECK_EQ(under(JOBS
                   "job one; job two; job three \"<key>Disabled</key><true/>\"; mkdir $j/sub; cp "
                   "$j/one.plist $j/sub; "
                   "echo rubbish > $j/four.plist; \"$MACHCTL\" load $j; echo STATUS $?; \"$MACHCTL\" list; "
                   "\"$MACHCTL\" load -F $j/three.plist; \"$MACHCTL\" load $j/one.plist; echo STATUS $?; "
                   "\"$MACHCTL\" unload $j/one.plist $j/two.plist; echo STATUS $?; \"$MACHCTL\" unload "
                   "$j/one.plist; "
                   "\"$MACHCTL\" load $j/nothing.plist; echo STATUS $?; \"$MACHCTL\" load; \"$MACHCTL\" "
                   "list; rm -r $j"),
             0);
    CHECK(says("/four.plist: is no property list: neither XML nor binary nor JSON\n"));
    CHECK(says("/three.plist: is disabled (-w enables and loads it, -F loads it this once)\nSTATUS "
               "1\nPID\tStatus\tLabel\n"));
    CHECK(says("-\t0\tone\n-\t0\ttwo\n"));
    CHECK(says("machctl: one: Already loaded\nSTATUS 1\n"));
    CHECK(says("STATUS 0\nmachctl: one: Not loaded\n"));
    CHECK(says("machctl: nothing found to load\nSTATUS 1\nusage: machctl load [-wF]"));
    CHECK(says("-\t0\tthree\n"));
}

TEST(what_is_loaded_and_unloaded_with_w_stays_so, "B165")
{
    CHECK_EQ(
        under(
            JOBS
            "export XDG_CONFIG_HOME=$j/config; job one \"<key>Disabled</key><true/>\"; "
            "\"$MACHCTL\" load $j/one.plist; \"$MACHCTL\" load -w $j/one.plist && \"$MACHCTL\" unload "
            "$j/one.plist && "
            "\"$MACHCTL\" load $j/one.plist && echo AGAIN; \"$MACHCTL\" unload -w $j/one.plist && "
            "\"$MACHCTL\" load $j/one.plist || echo DISABLED; grep -c Disabled.*true $j/one.plist; rm -r $j"),
        0);
    CHECK(says("/one.plist: is disabled (-w enables and loads it, -F loads it this once)\nmachctl: nothing "
               "found to load\nAGAIN\n"));
    CHECK(says("machctl: nothing found to load\nDISABLED\n1\n"));
}

TEST(jobs_are_for_sessions_and_lie_in_places, "B13 B108 B109 B165")
{
    CHECK_EQ(
        under(JOBS
              "export XDG_CONFIG_HOME=$j/config; mkdir -p $j/config/machd/LaunchAgents; "
              "test $(\"$MACHCTL\" managername) = System && OWN=System OTHER=Aqua || OWN=Aqua OTHER=System; "
              "S=\"<key>LimitLoadToSessionType</key>\"; job own \"$S<string>$OWN</string>\"; "
              "job both \"$S<array><string>$OTHER</string><string>$OWN</string></array>\"; "
              "job other \"$S<string>$OTHER</string>\"; job none \"$S<string>Nonsense</string>\"; "
              "\"$MACHCTL\" load $j; \"$MACHCTL\" load -S Nonsense $j/none.plist; \"$MACHCTL\" load -S "
              "$OTHER $j/other.plist; "
              "\"$MACHCTL\" list | cut -f 3 | sort; \"$MACHCTL\" unload $j/own.plist; "
              "mv $j/own.plist $j/config/machd/LaunchAgents; \"$MACHCTL\" load -D nowhere; "
              "test $OWN = System && echo PLACES || { \"$MACHCTL\" load -D user && \"$MACHCTL\" list | grep "
              "-q own && "
              "echo PLACES; }; rm -r $j"),
        0);
    CHECK(
        says("/other.plist: is for another session (LimitLoadToSessionType; -S takes those for another)\n"));
    CHECK(says("machctl: none: its LimitLoadToSessionType names no session that there is"));
    CHECK(says("Label\nboth\nother\nown\n"));
    CHECK(says("usage: machctl load"));
    CHECK(says("PLACES\n"));
}

TEST(files_that_others_could_have_changed_are_skipped, "B107")
{
    CHECK_EQ(
        under(
            JOBS
            "job one; job two; chmod g+w $j/one.plist; cp $j/two.plist $j/two.list; mkfifo $j/pipe.plist; "
            "\"$MACHCTL\" load $j/one.plist; \"$MACHCTL\" load $j/two.list; \"$MACHCTL\" load $j/pipe.plist; "
            "\"$MACHCTL\" load -F $j/one.plist $j/two.list && \"$MACHCTL\" remove one && \"$MACHCTL\" remove "
            "two"),
        0);
    CHECK(says("/one.plist: can be changed by others (chmod go-w helps; -F loads it all the same)\n"));
    CHECK(says("/two.list: is not named *.plist (-F loads it all the same)\n"));
    CHECK(says("/pipe.plist: is no regular file\n"));
}

TEST(property_lists_may_be_binary, "B107")
{
    CHECK_EQ(
        under(JOBS
              "job one; python3 -c \"import plistlib,sys; d=plistlib.load(open(sys.argv[1],\\\"rb\\\")); "
              "plistlib.dump(d,open(sys.argv[1],\\\"wb\\\"),fmt=plistlib.FMT_BINARY)\" $j/one.plist; "
              "head -c 8 $j/one.plist; echo; \"$MACHCTL\" load $j/one.plist && \"$MACHCTL\" list; rm -r $j"),
        0);
    CHECK(says("bplist00\nPID\tStatus\tLabel\n"));
    CHECK(says("-\t0\tone\n"));
}

TEST(property_lists_may_be_json, "B107")
{
    CHECK_EQ(
        under("d=$(mktemp -d); echo \" {\\\"Label\\\": \\\"j\\\\u0073\\\\u00f6n\\\", \\\"Nice\\\": -3.5e0, "
              "\\\"ThrottleInterval\\\": 7, \\\"None\\\": null, \\\"RunAtLoad\\\": false,\\n "
              "\\\"ProgramArguments\\\": [\\\"echo\\\", \\\"a\\u005cb\\\", \\\"\\\"]}\" > $d/one.plist; "
              "\"$MACHCTL\" load $d/one.plist && \"$MACHCTL\" print jsön; "
              "for bad in \"{\" \"[1,]\" \"{} x\" \"{\\\"a\\\" 1}\" \"{\\\"a\\\": \\\"\\\\x\\\"}\" "
              "\"{\\\"a\\\": 1-2}\"; do "
              "echo \"$bad\" > $d/bad.plist; \"$MACHCTL\" load $d/bad.plist; done; rm -r $d"),
        0);
    CHECK(says("js\xc3\xb6n = {\n"));
    CHECK(says("\t\techo\n\t\ta\\\\b\n\t\t\n\t}\n"));
    CHECK(says("\tthrottle = 7\n"));
    char *at = output;
    for (int i = 0; i < 6; i++) {
        at = strstr(at, "/bad.plist: is no property list: neither XML nor binary nor JSON\n");
        REQUIRE(at != NULL);
        at++;
    }
}

/* The reason, in words, and by which file; one bad file does not keep the others from being loaded. */
TEST(what_cannot_be_loaded_is_told_with_its_reason, "B104 B105 B107 B165")
{
    CHECK_EQ(
        under("d=$(mktemp -d); p() { echo \"<plist version=\\\"1.0\\\">$2</plist>\" > $d/$1.plist; }; "
              "p a \"<dict><key>Program</key><string>x</string></dict>\"; "
              "p b \"<dict><key>Label</key><integer>1</integer></dict>\"; "
              "p c \"<dict><key>Label</key><string>c</string></dict>\"; "
              "p d \"<dict><key>Label</key><string>d</string><key>ProgramArguments</key><array/></dict>\"; "
              "p e "
              "\"<dict><key>Label</key><string>org.machd.e</string><key>Program</key><string>x</string></"
              "dict>\"; "
              "p f \"<array/>\"; : > $d/g.plist; "
              "deep=$(printf \"<array>%.0s\" $(seq 99)); flat=$(printf \"</array>%.0s\" $(seq 99)); "
              "p h "
              "\"<dict><key>Label</key><string>h</string><key>Program</key><string>x</string><key>y</"
              "key>$deep$flat</dict>\"; "
              "p i \"<dict><key>Label</key><string>i</string><key>Program</key><string>x</string></dict>\"; "
              "\"$MACHCTL\" load $d; echo STATUS $?; \"$MACHCTL\" list; rm -r $d"),
        0);
    CHECK(says("/a.plist: has no Label\n"));
    CHECK(says("/b.plist: its Label is no string\n"));
    CHECK(says("machctl: c: has neither Program nor ProgramArguments\n"));
    CHECK(says("machctl: d: its ProgramArguments is empty\n"));
    CHECK(says("machctl: org.machd.e: its Label begins with "));
    CHECK(says("/f.plist: is a property list, but no dictionary, so no job\n"));
    CHECK(says("/g.plist: is empty\n"));
    CHECK(says("machctl: h: is nested deeper than 64 times\n"));
    CHECK(says("STATUS 1\n"));
    CHECK(says("-\t0\ti\n"));
}

TEST(variables_are_set_for_the_jobs_of_a_domain, "B164 B109")
{
    CHECK_EQ(
        under("\"$MACHCTL\" setenv ONE \"a \\\"b\\\" \\$c\" TWO 2 THREE 3; \"$MACHCTL\" unsetenv TWO; "
              "\"$MACHCTL\" getenv ONE; \"$MACHCTL\" getenv TWO; echo STATUS $?; "
              "kill -9 $(\"$MACHCTL\" managerpid); \"$MACHCTL\" export; \"$MACHCTL\" setenv A=B c; "
              "d=$(mktemp -d); echo \"<plist version=\\\"1.0\\\"><dict><key>Label</key><string>v</string>"
              "<key>UserEnvironmentVariables</key><dict><key>FOUR</key><string>4</string></dict>"
              "<key>EnvironmentVariables</key><dict><key>THREE</key><string>own</string></dict>"
              "<key>RunAtLoad</key><true/><key>StandardOutPath</key><string>$d/out</string>"
              "<key>Program</key><string>/usr/bin/env</string></dict></plist>\" > $d/v.plist; "
              "\"$MACHCTL\" load $d/v.plist; while ! grep -q PATH $d/out 2>/dev/null; do sleep 0.02; done; "
              "grep -E \"^(ONE|TWO|THREE|FOUR)=\" $d/out | sort; \"$MACHCTL\" getenv FOUR; "
              "\"$MACHCTL\" unload $d/v.plist; \"$MACHCTL\" getenv FOUR; rm -r $d"),
        0);
    CHECK(says("a \"b\" $c\nmachctl: TWO: is not set for the jobs of this domain\nSTATUS 1\n"
               "ONE=\"a \\\"b\\\" \\$c\"; export ONE;\nTHREE=\"3\"; export THREE;\n"
               "machctl: \"A=B\" is no name of a variable\n"
               "FOUR=4\nONE=a \"b\" $c\nTHREE=own\n4\nmachctl: FOUR: is not set"));
}

TEST(a_domain_is_printed_with_what_is_in_it, "B169")
{
    char expected[512], word[32];

    snprintf(word, sizeof(word), geteuid() == 0 ? "system" : "user/%u", (unsigned)geteuid());
    snprintf(expected, sizeof(expected),
             "\"$MACHCTL\" submit -l test.own -- \"$PROBE\" in test.a in test.b subset stay; "
             "while ! \"$MACHCTL\" bslist | grep -q test.b; do sleep 0.02; done; sleep 0.1; \"$MACHCTL\" "
             "print %s; "
             "\"$MACHCTL\" print user/99; \"$MACHCTL\" print gui/none",
             word);
    CHECK_EQ(under(expected), 1);
    snprintf(expected, sizeof(expected), "%s = {\n\tkind = %s\n\tuid = %u\n\tport = 0x", root_name(),
             geteuid() == 0 ? "System" : "Per-user", (unsigned)geteuid());
    CHECK(says(expected));
    CHECK(says("\tservices = 2\n\tjobs = 1\n\tother processes = 0\n\tsubdomains = 1\n"
               "\tservice list = {\n\t\tA test.a (test.own)\n\t\tA test.b (test.own)\n\t}\n"));
    CHECK(says(" test.own\n\t}\n\tsubdomain list = {\n\t\ttest.own["));
    CHECK(says(" (Explicit Subset)\n\t}\n}\n"));
    CHECK(says("machctl: user/99: there is no such domain\nmachctl: gui/none: Not loaded\n"));
}

TEST(what_is_known_of_a_job_is_printed, "B166 B167 B168 B170 B188")
{
    CHECK_EQ(
        under(
            JOBS
            "job one \"<key>MachServices</key><dict><key>a.name</key><true/><key>b.name</key><dict>"
            "<key>ResetAtClose</key><true/><key>HideUntilCheckIn</key><true/></dict></dict>"
            "<key>StandardOutPath</key><string>/dev/null</string>\"; \"$MACHCTL\" load $j/one.plist; cd $j; "
            "\"$MACHCTL\" blame one; echo STATUS $?; \"$MACHCTL\" list | tail -1; "
            "\"$MACHCTL\" print one | sed \"s,$PROBE,PROBE,; s,$j,DIR,\"; "
            "\"$MACHCTL\" list one | sed \"s,$PROBE,PROBE,\"; \"$MACHCTL\" list -x one | head -6 | tail -2; "
            "\"$MACHCTL\" bslist -j; \"$MACHCTL\" print two; echo STATUS $?; \"$MACHCTL\" list two; rm -r "
            "$j"),
        0);
    CHECK(says("not started\nSTATUS 1\n-\t0\tone\none = {\n\tdomain = "));
    CHECK(says("\n\tpath = DIR/one.plist\n\tstate = waiting\n\tprogram = PROBE\n\targuments = "
               "{\n\t\tPROBE\n\t\tstay\n"
               "\t}\n\tlast exit = never\n\truns = 0\n\tlast start reason = not started\n\tthrottle = 10\n"
               "\texit timeout = 20\n\tprocess type = Standard\n\tendpoints = {\n\t\ta.name D 1 0\n"
               "\t\tb.name D 1 0 reset hide\n\t}\n}\n"));
    CHECK(says("{\n\t\"Label\" = \"one\";\n\t\"LimitLoadToSessionType\" = \""));
    CHECK(says(
        "\";\n\t\"OnDemand\" = true;\n\t\"LastExitStatus\" = 0;\n\t\"StandardOutPath\" = \"/dev/null\";\n"
        "\t\"ProgramArguments\" = (\n\t\t\"PROBE\";\n\t\t\"stay\";\n\t);\n\t\"MachServices\" = {\n"
        "\t\t\"a.name\" = mach-port-object;\n\t\t\"b.name\" = mach-port-object;\n\t};\n};\n"));
    CHECK(says("\t<key>Label</key>\n\t<string>one</string>\n"));
    CHECK(says(
        "D  a.name (one)\nD  b.name (one)\nmachctl: two: Not loaded\nSTATUS 1\nmachctl: two: Not loaded\n"));
}

TEST(jobs_are_listed_for_programs_too, "B166 B167")
{
    char expected[256];

    CHECK_EQ(
        under(
            "\"$MACHCTL\" submit -l \"test \\\"j\\\"\" -- \"$PROBE\" stay; \"$MACHCTL\" submit -l test.none "
            "-- "
            "/nonexistent; while \"$MACHCTL\" list --json | grep -q null,...status.:0; do sleep 0.02; done; "
            "\"$MACHCTL\" list --json; \"$MACHCTL\" list --json test.none; \"$MACHCTL\" list -x --json "
            "test.none"),
        1);
    CHECK(says(",\"status\":null,\"label\":\"test \\u0022j\\u0022\"}"));
    CHECK(says("{\"pid\":null,\"status\":127,\"label\":\"test.none\"}"));
    snprintf(
        expected, sizeof(expected),
        "{\"Label\":\"test.none\",\"LimitLoadToSessionType\":\"%s\",\"OnDemand\":false,\"LastExitStatus\":0,"
        "\"ProgramArguments\":[\"/nonexistent\"]}\nusage: machctl list [-x|--json] [LABEL]\n",
        geteuid() == 0 ? "System" : "Background");
    CHECK(says(expected));
}

TEST(jobs_are_started_and_stopped_by_label, "B164 B170 B171")
{
    CHECK_EQ(
        under(
            JOBS
            "\"$MACHCTL\" submit -l one -- \"$PROBE\" stay; soon shows one running; \"$MACHCTL\" blame one; "
            "\"$MACHCTL\" kill HUP one; soon shows one throttled; \"$MACHCTL\" list | cut -f 2,3; "
            "\"$MACHCTL\" kickstart -p one; soon shows one running; \"$MACHCTL\" stop one; "
            "soon shows one throttled; \"$MACHCTL\" print one | grep last; \"$MACHCTL\" remove one; "
            "\"$MACHCTL\" start one; \"$MACHCTL\" kill TERM one; \"$MACHCTL\" kill NONE one; "
            "\"$MACHCTL\" submit one; echo STATUS $?"),
        0);
    CHECK(says("keep alive\nStatus\tLabel\n-1\tone\n"));
    CHECK(says("\tlast exit = signal 15\n\tlast start reason = kickstart by pid "));
    CHECK(says("machctl: one: Not loaded\nmachctl: one: Not loaded\nusage: machctl kill SIGNAL LABEL\n"
               "usage: machctl submit -l LABEL"));
    CHECK(says("STATUS 1\n"));
}

/* ---- the manual ---- */

TEST(the_manual_says_who_sees_a_name_and_who_may_publish_a_right, "B9 B82")
{
    CHECK_EQ(shell("tr -s \" \\n\" \"  \" < \"$MANUAL\""), 0);
    CHECK(says("visible to all processes of the same uid"));
    CHECK(says("may be published by whoever gets it"));
    CHECK(says("use a subset"));
    CHECK(says("audit trailer"));
}
