#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checks find what they look for, and the runner counts what it runs. TAP."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import check_layers  # noqa: E402
import rules_table  # noqa: E402
import run_tests  # noqa: E402
import tap  # noqa: E402


def make_tree(root, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="utf-8") as f:
            f.write(text)
    return root


def expect(problems, *parts):
    """One problem for each part, which it must contain."""
    if len(problems) != len(parts):
        return [f"{len(problems)} problems instead of {len(parts)}: {problems}"]
    return [f"{part!r} is not in {problem!r}" for part, problem in zip(parts, problems) if part not in problem]


def layers(t, root):
    make_tree(root, {
        "base/list.h": "",
        "kernel/ipc/port.h": '#include "base/list.h"\n#include "kernel/task/task.h"\n',
        "kernel/ipc/space.h": '#include "right.h"\n',
        "kernel/ipc/right.h": '#include "kernel/ipc/space.h"\n',
        "kernel/task/task.h": "#include <stdint.h>\n#include <time.h>\n",
        "kernel/proc/watch.c": '#include "kernel/kqueue/knote.h"\n',
        "kernel/kqueue/knote.h": '#include "kernel/ipc/port.h"\n',
        "kernel/ipc/test/port.c": '#include "sim/sim.h"\n',
        "sim/sim.h": '#include "kernel/door.h"\n',
        "kernel/door.h": "",
        "libmach/message/msg.c": '#include "kernel/door.h"\n#include "base/list.h"\n#include "wire/trap.h"\n',
        "wire/trap.h": "",
    })
    graph = check_layers.includes(root)
    t.check("an include upward, sideways or into the kernel is found",
            expect(sorted(check_layers.upward(graph)), "kernel/ipc/port.h:2", "kernel/proc/watch.c:1",
                   "libmach/message/msg.c:1", "libmach/message/msg.c:2"))
    t.check("a circle of headers is found", expect(check_layers.circles(graph), "kernel/ipc/right.h"))
    t.check("a clock in the kernel is found", expect(check_layers.impure(graph), "kernel/task/task.h:2"))


def calls(t, root):
    sources = {"base/low.c": "void high(void); void low(void); void low(void) { high(); }\n",
               "kernel/ipc/high.c": "void low(void); void high(void); void high(void) { low(); }\n"}
    build = os.path.join(make_tree(root, sources), "build")
    os.mkdir(build)
    commands = []
    for source in sources:
        output = source.replace("/", "_") + ".o"
        subprocess.run([os.environ.get("CC", "cc"), "-c", os.path.join(root, source), "-o", output], cwd=build, check=True)
        commands.append({"directory": build, "file": os.path.join(root, source), "output": output})
    with open(os.path.join(build, "compile_commands.json"), "w", encoding="utf-8") as f:
        json.dump(commands, f)
    t.check("a call upward is found", expect(check_layers.upward_calls(root, build), "base/low.c: calls high of kernel/ipc"))


def result_of(script, tap_output=True, timeout=10, sanitizer=""):
    return run_tests.run(run_tests.Program("x", ["sh", "-c", script], dict(os.environ), "/", timeout, False, tap_output, [],
                                           sanitizer))


def count(script, tap_output=True, timeout=10, sanitizer=""):
    r = result_of(script, tap_output, timeout, sanitizer)
    return (r.passed, r.failed, r.skipped)


def runner(t):
    cases = {
        "counts cases": ("echo 1..3; echo ok 1 - a; echo not ok 2 - b; echo 'ok 3 # SKIP c'; exit 1", (1, 1, 1)),
        "cmocka's skipped case is no failure": ("echo 1..1; echo 'not ok 1 # SKIP a'", (0, 0, 1)),
        "a skipped case with its reason": ("echo 1..1; echo 'ok 1 - a # SKIP no b'", (0, 0, 1)),
        "a crash is one failure more": ("echo 1..2; echo ok 1 - a; kill -SEGV $$", (1, 1, 0)),
        "an early end is a failure": ("echo 1..2; echo ok 1 - a", (1, 1, 0)),
        "silence is a failure": ("true", (0, 1, 0)),
        "a bad exit status is a failure": ("echo 1..1; echo ok 1 - a; exit 3", (1, 1, 0)),
        "a race in whatever it started is a failure": (
            "echo 1..1; echo ok 1 - a; echo 'WARNING: ThreadSanitizer: data race (pid=1)' >&2", (1, 1, 0)),
        "so is what another sanitizer says": (
            "echo 1..1; echo ok 1 - a; echo '==1==ERROR: AddressSanitizer: heap-use-after-free' >&2", (1, 1, 0)),
        "a plan at the end will do": ("echo ok 1 - a; echo 1..1", (1, 0, 0)),
        "nothing to run is skipped": ("echo '1..0 # SKIP no such thing'", (0, 0, 1)),
    }
    for name, (script, wanted) in cases.items():
        got = count(script)
        t.check("runner: " + name, [] if got == wanted else [f"{got} instead of {wanted}"])
    r = result_of("echo 1..1; echo '# so far'; sleep 60 & sleep 60", timeout=0.3)
    t.check("runner: a program that hangs is ended with its children, and what it said is kept",
            [] if (r.passed, r.failed, r.skipped) == (0, 1, 0) and "# so far" in r.output and r.seconds < 5 else [str(r)])
    r = result_of("echo 1..1; echo ok 1 - a; p=${ASAN_OPTIONS#*log_path=}; p=${p%%:*}; "
                  "echo WARNING: in vain >$p.76; echo ==77==ERROR: LeakSanitizer: here alone >$p.77", sanitizer="address")
    t.check("runner: a report that nobody printed is a failure, and shown",
            [] if (r.passed, r.failed) == (1, 1) and "here alone" in r.output else [str(r)])
    got = [count("exit 0", False), count("exit 77", False), count("exit 1", False)]
    t.check("runner: without TAP the exit status counts",
            [] if got == [(1, 0, 0), (0, 0, 1), (0, 1, 0)] else [str(got)])


TREE = """project('x')
test('a', find_program('sh'), args: ['-c', 'echo 1..1; echo ok 1 - a'], protocol: 'tap')
test('b', find_program('sh'), args: ['-c', 'sleep 0.1; echo 1..1; echo ok 1 - b'], protocol: 'tap', suite: 'slow')
"""


def whole(t, root):
    """Runs of the runner itself: its status and its last line."""
    make_tree(root, {"meson.build": TREE})
    subprocess.run(["meson", "setup", "build"], cwd=root, check=True, capture_output=True)
    for name, arguments, status, closing in [
            ("all passed", ["build"], 0, "2 passed, 0 failed, 0 skipped"),
            ("a quick part", ["--quick", "build"], 0, "1 passed, 0 failed, 0 skipped"),
            ("nothing has that name", ["--pattern=c", "build"], 1, "0 passed, 0 failed, 0 skipped"),
            ("no build, no sanitizer", ["--without=thread", "build", "nowhere"], 1, "2 passed, 1 failed, 1 skipped")]:
        done = subprocess.run([sys.executable, run_tests.__file__, *arguments], cwd=root, capture_output=True, text=True)
        last = done.stdout.splitlines()[-1:]
        t.check("a run: " + name,
                [] if (done.returncode, last) == (status, [closing]) else [f"{done.returncode}: {done.stdout}{done.stderr}"])


def rules(t, root):
    make_tree(root, {"kernel/ipc/test/a.c": 'TEST(one, "P1 P3-P5")\n{\n}\nTEST(two,\n     "P1 "\n     "K7")\n{\n}\n',
                     "tests/live/b.sh": "#!/bin/sh\n# rules: B9\n"})
    tests = rules_table.by_rule(rules_table.citations(root))
    wanted = {"P1": ["one", "two"], "P3": ["one"], "P4": ["one"], "P5": ["one"], "K7": ["two"], "B9": ["b.sh"]}
    got = {rule: [name for _, name in where] for rule, where in tests.items()}
    t.check("rules are collected from tests and comments", [] if got == wanted else [str(got)])


def main():
    t = tap.Tap()
    with tempfile.TemporaryDirectory() as root:
        layers(t, os.path.join(root, "layers"))
        calls(t, os.path.join(root, "calls"))
        rules(t, os.path.join(root, "rules"))
        whole(t, os.path.join(root, "whole"))
    runner(t)
    t.exit()


main()
