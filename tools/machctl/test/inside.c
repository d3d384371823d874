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

/* ---- why ---- */

/* A script with the output of `machctl why ARGUMENTS` in $D/out, as soon as it has WORD in it. */
#define WHY(arguments, word)                                                                                 \
    "for i in $(seq 250); do \"$MACHCTL\" why " arguments " > $D/out 2>&1; grep -q " word                    \
    " $D/out && break; sleep 0.02; done; "

TEST(why_follows_a_chain_of_four_processes_to_its_end, "T30 T64 T75")
{
    CHECK_EQ(look_into("go chain; " WHY(
                 "$P",
                 "not.wait") "cat $D/out; grep -c pushed.with.47 $D/out; grep -c held.by.receiver $D/out; "
                             "\"$MACHCTL\" why | grep -c pushed.with.47; "
                             "\"$MACHCTL\" why $P --dot | grep -c reason.11,.47; kill -9 $P"),
             0);
    CHECK(says("priority 47; waits for a message at port 0x"));
    CHECK(says("special reply port 0x"));
    CHECK(says("priority 47, pushed with 47; does not wait\n3\n3\n3\n3\n"));
}

TEST(why_json_says_the_same_to_programs, "T30")
{
    CHECK_EQ(look_into("go chain; " WHY(
                 "$P", "not.wait") "\"$MACHCTL\" why $P --json > $D/out; "
                                   "python3 -c \"import json,sys; w = json.load(open(sys.argv[1])); t = "
                                   "w[\\\"threads\\\"]; "
                                   "print(len(t), [x[\\\"pushed_with\\\"] for x in t if x[\\\"pid\\\"] != "
                                   "int(sys.argv[2])], "
                                   "[x[\\\"path\\\"][-1][\\\"reason\\\"] for x in t if x[\\\"path\\\"]], "
                                   "w[\\\"deadlocks\\\"]); "
                                   "print(\\\"PORT=0x%x\\\" % [x for x in t if x[\\\"pid\\\"] == "
                                   "int(sys.argv[2])][0][\\\"object\\\"])\" "
                                   "$D/out $P > $D/told2; cat $D/told2; eval $(grep PORT $D/told2); "
                                   "\"$MACHCTL\" why $PORT | grep -c not.wait; kill -9 $P"),
             0);
    CHECK(says("4 [47, 47, 47] [11, 11, 11] []\n"));
    CHECK(says("\n1\n"));
}

TEST(why_passes_through_workloops_to_their_servicers, "T74 T140")
{
    CHECK_EQ(look_into("go workloop; " WHY(
                 "$P", "serves.it") "cat $D/out; \"$MACHCTL\" why $P --dot | grep -c workloop; kill -9 $P"),
             0);
    CHECK(says("pushes with 47 on the request came out through a knote: its workloop (T75)"));
    CHECK(says("workloop 0x19 of inside_probe("));
    CHECK(says(": the thread that serves it (T140)"));
    CHECK(says("pushed with 47; does not wait"));
}

TEST(why_leads_to_the_process_that_was_started_to_serve_a_port, "T64 T156")
{
    CHECK_EQ(look_into("go started; " WHY("$P", "started.to.serve") "cat $D/out; kill -9 $P"), 0);
    CHECK(says("the process that was started to serve it (T64 reason 3)"));
    CHECK(says("sleep("));
    CHECK(says("pushed with 47; does not wait"));
}

TEST(why_shows_a_user_the_tasks_of_that_user_only, "")
{
    system_wide(
        "as 1 $d/inside_probe deadlock $d/told/1 & as 2 $d/inside_probe deadlock $d/told/2 & "
        "for i in $(seq 250); do as 0 $d/machctl why > $d/out; test $(grep -c DEADLOCK $d/out) = 2 && break; "
        "sleep 0.02; done; grep -c DEADLOCK $d/out; as 1 $d/machctl why | grep -c DEADLOCK; "
        "P2=$(pgrep -u 2 -f ^$d/inside_probe | head -1); as 1 $d/machctl why $P2; "
        "kill $(pgrep -f ^$d/inside_probe)");
    CHECK(says("2\n1\n"));
    CHECK(says("is no process or thread that waits"));
}

TEST(why_names_a_deadlock, "T42")
{
    CHECK_EQ(look_into("go deadlock; " WHY(
                 "$P", "DEADLOCK") "cat $D/out; \"$MACHCTL\" why --json | grep -c in_cycle..true; "
                                   "\"$MACHCTL\" why --dot | grep -c color=red; kill -9 $P"),
             0);
    CHECK(says("1 message, the oldest 4711 from ("));
    CHECK(says("has to receive it: any thread of inside_probe("));
    CHECK(says("DEADLOCK: inside_probe("));
}

TEST(why_knows_no_deadlock_among_threads_that_wait_for_anybody, "")
{
    CHECK_EQ(look_into("go names; \"$MACHCTL\" why; \"$MACHCTL\" why $P; echo $?; kill $P"), 0);
    CHECK(!strstr(output, "DEADLOCK"));
    CHECK(says("launchd("));
    CHECK_EQ(look_into("\"$MACHCTL\" why 999999"), 1);
    CHECK(says("no process or thread that waits"));
    CHECK_EQ(look_into("\"$MACHCTL\" why 1 2"), 1);
    CHECK(says("usage: machctl why"));
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
        "P1=$(pgrep -u 1 -f ^$d/inside_probe); P2=$(pgrep -u 2 -f ^$d/inside_probe); "
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
                "P1=$(pgrep -u 1 -f ^$d/inside_probe); P2=$(pgrep -u 2 -f ^$d/inside_probe); "
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

/* ---- why-not ---- */

/* What why-not says of a probe that has made this refused call. */
static int why_not(const char *word)
{
    char line[256];

    snprintf(line, sizeof(line), "go %s; \"$MACHCTL\" why-not $P; R=$?; kill $P; exit $R", word);
    return look_into(line);
}

/* One test for one reason: the call, the code, and the words with their rule. */
#define WHY_NOT(test, word, call, code, words)                                                               \
    TEST(test, "")                                                                                           \
    {                                                                                                        \
        CHECK_EQ(why_not(word), 0);                                                                          \
        CHECK(says(call " refused with " code " ("));                                                        \
        CHECK(says(words));                                                                                  \
    }

#define SEND "mach_msg with message 4711"

WHY_NOT(why_not_a_null_destination, "send-null", SEND, "MACH_SEND_INVALID_DEST",
        "msgh_remote_port: the name is MACH_PORT_NULL (P5)\n")
WHY_NOT(why_not_a_name_that_never_was, "send-never", SEND, "MACH_SEND_INVALID_DEST",
        "msgh_remote_port: name 0xfff03 denotes nothing and never did in this task (P7)\n")
WHY_NOT(why_not_a_released_name, "send-released", SEND, "MACH_SEND_INVALID_DEST", "denotes nothing any more")
WHY_NOT(why_not_a_name_of_an_old_generation, "send-reused", SEND, "MACH_SEND_INVALID_DEST",
        "is of another generation: its slot is in use as 0x")
WHY_NOT(why_not_a_dead_name, "send-dead", SEND, "MACH_SEND_INVALID_DEST",
        "is a dead name: the port behind it has died (P106)\n")
WHY_NOT(why_not_a_right_of_another_kind, "send-wrong-right", SEND, "MACH_SEND_INVALID_DEST",
        "denotes a receive right, and that cannot give what copy-send (19) takes (P43)\n")
WHY_NOT(why_not_without_a_disposition, "send-no-disposition", SEND, "MACH_SEND_INVALID_HEADER",
        "the disposition of the destination is none (0)")
WHY_NOT(why_not_a_bad_reply_right, "send-bad-reply", SEND, "MACH_SEND_INVALID_REPLY",
        "msgh_local_port: name 0xfff03 denotes nothing")
WHY_NOT(why_not_a_message_of_ten_bytes, "send-small", "mach_msg", "MACH_SEND_MSG_TOO_SMALL",
        "the send size is 10")
WHY_NOT(why_not_to_a_full_queue, "send-full", SEND, "MACH_SEND_TIMED_OUT",
        "the queue held 5 messages, which is its limit, and no room came within 0 ms (P116)\n")
WHY_NOT(why_not_a_right_in_a_descriptor, "send-bad-descriptor", SEND, "MACH_SEND_INVALID_RIGHT",
        "descriptor 1: name 0x")
WHY_NOT(why_not_receive_from_a_send_right, "receive-send-right", "mach_msg", "MACH_RCV_INVALID_NAME",
        "denotes a send right; one can receive from a receive right or a port set only (P139)\n")
WHY_NOT(why_not_a_message_at_once, "receive-nothing", "mach_msg", "MACH_RCV_TIMED_OUT",
        "no message came within 0 ms (P141)\n")
WHY_NOT(why_not_a_message_larger_than_its_buffer, "receive-large", "mach_msg", "MACH_RCV_TOO_LARGE",
        "the message has 32 bytes with its trailer, and the buffer 24 (P144)\n")
WHY_NOT(why_not_deallocate_a_receive_right, "release-receive", "mach_port_deallocate", "KERN_INVALID_RIGHT",
        "denotes a receive right, which has no references to release (P27)\n")
WHY_NOT(why_not_fewer_references_than_none, "below-zero", "mach_port_mod_refs", "KERN_INVALID_VALUE",
        "has 1 references, and the change is -2 (P24)\n")
WHY_NOT(why_not_destroy_a_guarded_port, "destroy-guarded", "mach_port_mod_refs", "KERN_INVALID_RIGHT",
        "is guarded (P62)\n")
WHY_NOT(why_not_another_guard, "guard-other", "mach_port_unguard", "KERN_INVALID_ARGUMENT", "(P60)\n")
WHY_NOT(why_not_a_second_name, "insert-elsewhere", "mach_port_insert_right", "KERN_RIGHT_EXISTS",
        "the task has a right to this port already, under 0x")
WHY_NOT(why_not_a_member_twice, "member-twice", "mach_port_insert_member", "KERN_ALREADY_IN_SET",
        "is in that set already (P85)\n")
WHY_NOT(why_not_an_unknown_routine, "unknown-routine", "mach_msg with message 12345", "MIG_BAD_ID",
        "no kernel object has a routine with this number (P180)\n")

TEST(why_not_says_when_nothing_was_refused, "")
{
    CHECK_EQ(why_not("nothing"), 0);
    CHECK(says("no call of it has been refused\n"));
    CHECK_EQ(shell("\"$MACHCTL\" why-not 2>&1"), 1);
    CHECK(says("usage: machctl why-not TID"));
    CHECK_EQ(look_into("\"$MACHCTL\" why-not 1"), 1);
    CHECK(says("machd knows no task of its process"));
}

TEST(why_not_json_says_the_same_to_programs, "")
{
    CHECK_EQ(look_into("go send-dead; \"$MACHCTL\" why-not $P --json | python3 -m json.tool; kill $P"), 0);
    CHECK(says("\"code_name\": \"MACH_SEND_INVALID_DEST\""));
    CHECK(says("\"argument\": \"msgh_remote_port\""));
    CHECK(says("\"rules\": \"P106\""));
}

/* ---- trace ---- */

TEST(trace_shows_calls_messages_and_what_rights_are_called_on_both_sides, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace -- \"$PROBE\" in test.one look test.none"), 0);
    CHECK(says(" -> check_in2 (id 402), "));
    CHECK(says(", reply 0x"));
    CHECK(says("<- reply to check_in2 = KERN_SUCCESS, from "));
    CHECK(says(" there -> 0x"));
    CHECK(says("<- reply to look_up2 = BOOTSTRAP_UNKNOWN_SERVICE"));
    CHECK(says("task_self() = 0x"));
    CHECK(says(" us>"));
}

TEST(trace_says_why_a_call_was_refused, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace --refused > $D/out & T=$!; sleep 0.3; go send-dead; go "
                       "below-zero; sleep 0.1; "
                       "kill -INT $T; wait $T; cat $D/out"),
             0);
    CHECK(says("= MACH_SEND_INVALID_DEST: msgh_remote_port: name 0x"));
    CHECK(says("is a dead name: the port behind it has died (P106)"));
    CHECK(says("right send, delta -2) = KERN_INVALID_VALUE: name 0x"));
    CHECK(strstr(output, "KERN_SUCCESS") == NULL);
}

TEST(trace_tells_error_numbers_by_their_names, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace > $D/out & T=$!; sleep 0.3; go what-is-not; sleep 0.1; "
                       "kill -INT $T; wait $T; cat $D/out"),
             0);
    CHECK(says("kevent(kind 0x1, id 77, "));
    CHECK(says(" = ENOENT: No such file or directory  <"));
    CHECK(says("spawn_prepare(bytes 0x"));
    CHECK(says(") = EINVAL: Invalid argument  <"));
}

TEST(trace_tells_guarded_rights_from_others, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace > $D/out & T=$!; sleep 0.3; go send-guarded; sleep 0.1; "
                       "kill -INT $T; wait $T; cat $D/out"),
             0);
    CHECK(says(" move-receive guarded, to stay (port 0x"));
    CHECK(says(" there -> 0x"));
}

TEST(trace_filters_by_process_call_and_port, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace --call look_up2 -- \"$PROBE\" in test.one look test.one"), 0);
    CHECK(says("-> look_up2 (id 404)"));
    CHECK(strstr(output, "check_in2") == NULL && strstr(output, "task_self") == NULL);
    CHECK_EQ(look_into(
                 "\"$MACHCTL\" trace --port 0xfff03 > $D/out & T=$!; sleep 0.3; go send-never; sleep 0.1; "
                 "kill -INT $T; wait $T; cat $D/out; echo; wc -l < $D/out; kill $P"),
             0);
    CHECK(says("name 0xfff03 denotes nothing"));
    CHECK(says("\n1\n"));
    CHECK_EQ(look_into(
                 "go names; \"$MACHCTL\" trace -p $P > $D/out & T=$!; sleep 0.3; \"$PROBE\" look test.none; "
                 "kill -INT $T; wait $T; echo; wc -l < $D/out; kill $P"),
             0);
    CHECK(says("\n0\n"));
}

TEST(trace_json_is_one_object_for_each_line, "")
{
    CHECK_EQ(
        look_into(
            "\"$MACHCTL\" trace --json -- \"$PROBE\" in test.one look test.one > $D/out; "
            "python3 -c \"import json,sys; "
            "e = [json.loads(l) for l in open(sys.argv[1]) if l.startswith(chr(123))]; "
            "s = [x for x in e if x[\\\"kind\\\"] == \\\"send\\\" and x[\\\"call\\\"] == "
            "\\\"check_in2\\\"][0]; "
            "r = [x for x in e if x.get(\\\"in_reply_to\\\") == s[\\\"message\\\"]][0]; "
            "print(r[\\\"latency_ns\\\"] > 0, r[\\\"code\\\"], r[\\\"port\\\"] == s[\\\"reply_port\\\"], "
            "r[\\\"rights\\\"][0][\\\"name\\\"] > 0)\" $D/out"),
        0);
    CHECK(says("True KERN_SUCCESS True True\n"));
}

TEST(trace_perfetto_has_slices_and_arrows_that_arrive, "")
{
    CHECK_EQ(look_into(
                 "\"$MACHCTL\" trace --perfetto $D/out -- \"$PROBE\" in test.one look test.one; "
                 "python3 -c \"import json,sys; e = json.load(open(sys.argv[1]))[\\\"traceEvents\\\"]; "
                 "k = lambda p: [x for x in e if x[\\\"ph\\\"] == p]; "
                 "inside = lambda x: any(y[\\\"tid\\\"] == x[\\\"tid\\\"] and "
                 "y[\\\"ts\\\"] <= x[\\\"ts\\\"] <= y[\\\"ts\\\"] + y[\\\"dur\\\"] for y in k(chr(88))); "
                 "s, f = ({x[\\\"id\\\"]: x for x in k(p)} for p in \\\"sf\\\"); both = set(s) & set(f); "
                 "print(len(both) >= 4 and set(f) <= set(s), all(s[i][\\\"ts\\\"] <= f[i][\\\"ts\\\"] for i "
                 "in both), "
                 "all(inside(s[i]) and inside(f[i]) for i in both), "
                 "len(set(x[\\\"args\\\"][\\\"name\\\"] for x in k(chr(77)))))\" $D/out"),
             0);
    CHECK(says("True True True 2\n"));
}

TEST(a_tracer_that_does_not_read_stops_nobody_and_counts_what_it_lost, "")
{
    CHECK_EQ(look_into("\"$MACHCTL\" trace > /dev/null 2> $D/lost & T=$!; sleep 0.3; kill -STOP $T; go many; "
                       "\"$MACHCTL\" lsmp -p $P | tail -1; kill -CONT $T; sleep 0.3; kill -INT $T; wait $T; "
                       "cat $D/lost; "
                       "kill $P"),
             0);
    CHECK(says("receive 2000"));
    CHECK(says("events were lost: they came faster than they were read"));
}

TEST(two_tracers_of_one_user_are_enough, "")
{
    CHECK_EQ(look_into(
                 "\"$MACHCTL\" trace > /dev/null & A=$!; \"$MACHCTL\" trace > /dev/null & B=$!; sleep 0.3; "
                 "\"$MACHCTL\" trace; echo $?; kill $A; wait $A; sleep 0.1; "
                 "\"$MACHCTL\" trace -- true; echo $?; kill $B; wait $B"),
             0);
    CHECK(says("others trace already\n1\n0\n"));
}

TEST(trace_shows_a_user_the_tasks_of_that_user_only, "")
{
    system_wide(
        "as 1 $d/machctl trace > $d/told/one & as 0 $d/machctl trace > $d/told/root & sleep 0.5; "
        "as 1 $d/inside_probe names $d/told/1 & as 2 $d/inside_probe names $d/told/2 & "
        "while ! grep -q READY $d/told/1 || ! grep -q READY $d/told/2; do sleep 0.05; done; "
        "P1=$(pgrep -u 1 -x inside_probe); P2=$(pgrep -u 2 -x inside_probe); sleep 0.2; "
        "grep -c \"inside_probe.$P1\" $d/told/one; grep -c \"inside_probe.$P2\" $d/told/one; "
        "grep -q \"inside_probe.$P2\" $d/told/root && echo root sees; pkill -u 1 -x machctl; pkill -x -f "
        "\"$d/machctl trace\"; kill $P1 $P2");
    CHECK(says("\n0\nroot sees\n"));
    CHECK(output[0] != '0');
}
