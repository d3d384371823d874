/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/test/inside.c - machctl lsmp, trace and why-not from the outside
 *
 * A script starts the probe with `go WORD`, which leaves its pid in P and what it told in the shell's variables. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tools/machctl/test/shell.h"

static int look_into(const char *script)
{
    char line[8192];

    REQUIRE_LT(snprintf(line, sizeof(line),
                        "D=$(mktemp -d); go() { rm -f $D/told; \"$INSIDE\" $1 $D/told & P=$!; "
                        "while ! grep -q READY $D/told 2>/dev/null; do sleep 0.02; done; . $D/told; }; "
                        "( %s ); R=$?; rm -r $D; exit $R",
                        script),
               (int)sizeof(line));
    return under(line);
}

/* Under a machd for the whole system; `as UID PROGRAM ARGUMENT...` with copies that every uid may run in $d. */
static int system_wide(const char *script)
{
    char line[8192];

    if (geteuid() != 0)
        SKIP("needs root");
    REQUIRE_LT(
        snprintf(
            line, sizeof(line),
            "d=$(mktemp -d) && chmod 755 $d && cp \"$INSIDE\" \"$MACHCTL\" $d && mkdir -m 1777 $d/told && "
            "LIB=$(ldd \"$INSIDE\" | sed -n \"s/.*=> \\(.*libmach[^ ]*\\) .*/\\1/p\") && cp \"$LIB\" $d/ && "
            "{ \"$MACHD\" --system --foreground --dir $d --launchd \"$LAUNCHD\" 2>/dev/null & M=$!; "
            "sleep 0.5; export MACHD_SOCKET=$d/default.sock LD_LIBRARY_PATH=$d; "
            "as() { u=$1; shift; setpriv --reuid $u --regid $u --clear-groups -- \"$@\" 2>&1; }; %s; "
            "kill $M; wait $M; rm -r $d; }",
            script),
        (int)sizeof(line));
    return shell(line);
}

/* ---- lsmp ---- */

TEST(lsmp_shows_every_kind_of_name_with_what_is_behind_it, "")
{
    CHECK_EQ(look_into(
                 "go names; \"$MACHCTL\" lsmp -p $P > $D/out; cat $D/out; "
                 "for n in PORT FULL SET DEAD; do eval echo \"$n: \\$(grep ^\\$$n $D/out)\"; done; kill $P"),
             0);
    CHECK(says("recv,send G-------"));
    CHECK(says(" --N- "));
    CHECK(says(" 0x0000000000001234 "));
    CHECK(says("oldest message: id 4711 from ("));
    CHECK(says("dead-name"));
    CHECK(says("port-set"));
    CHECK(says(" members 0x"));
    CHECK(says("task-control ("));
    CHECK(says(") launchd"));
    CHECK(says("dead names 1"));
}

TEST(lsmp_json_says_the_same_to_programs, "")
{
    CHECK_EQ(
        look_into(
            "go names; \"$MACHCTL\" lsmp -p $P --json > $D/out; kill $P; "
            "python3 -c \"import json,sys; t = json.load(open(sys.argv[1]))[0]; "
            "n = {x[\\\"name\\\"]: x for x in t[\\\"names\\\"]}; "
            "p, f, s, d = (n[int(x, 16)] for x in sys.argv[2:]); "
            "print(p[\\\"urefs\\\"], p[\\\"guarded\\\"], p[\\\"context\\\"], p[\\\"no_senders_request\\\"], "
            "f[\\\"messages\\\"], f[\\\"oldest_message\\\"][\\\"id\\\"], f[\\\"mscount\\\"], "
            "s[\\\"members\\\"] == [f[\\\"name\\\"]], d[\\\"rights\\\"])\" $D/out $PORT $FULL $SET $DEAD"),
        0);
    CHECK(says("3 True 4660 True 2 4711 2 True ['dead-name']\n"));
}

TEST(lsmp_of_a_large_table_comes_in_pieces, "")
{
    CHECK_EQ(look_into("go many; \"$MACHCTL\" lsmp -p $P | grep -c \" recv \"; kill $P"), 0);
    CHECK(says("20001\n") || says("20002\n") || says("20000\n"));
}

TEST(lsmp_lists_all_tasks_and_refuses_what_it_does_not_know, "")
{
    CHECK_EQ(look_into("go names; \"$MACHCTL\" lsmp; kill $P"), 0);
    CHECK(says(" : launchd, uid "));
    CHECK(says(" : inside_probe, uid "));
    CHECK_EQ(look_into("\"$MACHCTL\" lsmp -p 999999"), 1);
    CHECK(says("machd knows no task of it"));
    CHECK_EQ(shell("\"$MACHCTL\" lsmp -p 2>&1"), 1);
    CHECK(says("usage: machctl lsmp"));
}

TEST(lsmp_shows_a_user_the_tasks_of_that_user_only, "")
{
    system_wide(
        "as 1 $d/inside_probe names $d/told/1 & as 2 $d/inside_probe names $d/told/2 & "
        "while ! grep -q READY $d/told/1 || ! grep -q READY $d/told/2; do sleep 0.05; done; "
        "P1=$(pgrep -u 1 -x inside_probe); P2=$(pgrep -u 2 -x inside_probe); "
        "echo ONE; as 1 $d/machctl lsmp; as 1 $d/machctl lsmp -p $P2; echo ROOT; as 0 $d/machctl lsmp; "
        "kill $P1 $P2");
    CHECK(says("probe, uid 1,"));
    CHECK(says("-> a task of another user"));
    CHECK(says("it belongs to another user"));
    REQUIRE(strstr(output, "ROOT") != NULL);
    CHECK(says("uid 2,"));
    *strstr(output, "ROOT") = 0;
    CHECK(strstr(output, "uid 0,") == NULL && strstr(output, "uid 2,") == NULL);
}

/* ---- top ---- */

TEST(top_counts_what_each_task_holds, "")
{
    CHECK_EQ(look_into("go many; \"$MACHCTL\" top --once --sort names; "
                       "\"$MACHCTL\" top --json --sort names > $D/out; kill $P; "
                       "python3 -c \"import json,sys; t = json.load(open(sys.argv[1])); "
                       "p = t[\\\"tasks\\\"][0]; u = t[\\\"users\\\"][0]; "
                       "print(p[\\\"command\\\"], p[\\\"used\\\"][\\\"ports\\\"] >= 20000, "
                       "p[\\\"used\\\"][\\\"threads\\\"], p[\\\"steps\\\"] >= p[\\\"traps\\\"] > 20000, "
                       "u[\\\"used\\\"][\\\"ports\\\"] >= p[\\\"used\\\"][\\\"ports\\\"], "
                       "p[\\\"limits\\\"][\\\"ports\\\"])\" $D/out"),
             0);
    CHECK(says(">NAMES"));
    CHECK(says(" launchd "));
    CHECK(says("inside_probe True 1 True True 1048576\n"));
}

TEST(top_live_shows_rates_takes_keys_and_puts_the_terminal_back, "")
{
    CHECK_EQ(look_into("(sleep 0.6; printf p; sleep 0.3; printf u; sleep 0.6; printf q) | "
                       "script -qec \"stty rows 30 cols 160; $MACHCTL top; echo STATUS $?\" /dev/null"),
             0);
    CHECK(says(">STEPS/S"));
    CHECK(says(">PORTS"));
    CHECK(says("users of machd"));
    CHECK(says("launchd"));
    CHECK(says("\033[?1049l"));
    CHECK(says("STATUS 0"));
}

TEST(top_refuses_what_it_does_not_know, "")
{
    CHECK_EQ(shell("\"$MACHCTL\" top --sort colour 2>&1"), 1);
    CHECK(says("usage: machctl top"));
    CHECK_EQ(shell("\"$MACHCTL\" top --sort 2>&1"), 1);
    CHECK_EQ(shell("\"$MACHCTL\" top 5 2>&1"), 1);
}

TEST(top_shows_a_user_the_tasks_of_that_user_only, "")
{
    system_wide("as 1 $d/inside_probe names $d/told/1 & as 2 $d/inside_probe names $d/told/2 & "
                "while ! grep -q READY $d/told/1 || ! grep -q READY $d/told/2; do sleep 0.05; done; "
                "P1=$(pgrep -u 1 -x inside_probe); P2=$(pgrep -u 2 -x inside_probe); "
                "echo ONE; as 1 $d/machctl top --once; as 1 $d/machctl top --users --once; echo ROOT; "
                "as 0 $d/machctl top --once; as 0 $d/machctl top --users --once; kill $P1 $P2");
    CHECK(says("inside_probe"));
    REQUIRE(strstr(output, "ROOT") != NULL);
    CHECK(says("       2 inside_probe"));
    CHECK(says("       -        2"));
    *strstr(output, "ROOT") = 0;
    CHECK(says("       1 inside_probe"));
    CHECK(strstr(output, "       2 inside_probe") == NULL && strstr(output, "launchd") == NULL);
    CHECK(strstr(output, "       -        2") == NULL && strstr(output, "       -        0") == NULL);
}
