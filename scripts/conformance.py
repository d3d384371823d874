#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles tests that were written for macOS's kernel, wherever they are, and runs them under a machd of their own.

    conformance.py BUILD [--json] FILE.c [HELPER.c ...] [-- CASE ...]

FILE.c is a program for darwintest (tests/darwintest); each HELPER.c becomes an executable of its base name, which stands
in the directory in which the program runs. All are compiled with what `pkg-config mach` says and nothing else that knows
of this tree. Prints what the program prints: a line for each case, and the sums. --json: one object on the last line.
Fails when a case failed or none passed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

LANGUAGE = ["-std=gnu17", "-g", "-O1", "-pthread"]
VERDICT = re.compile(r"^(PASS|FAIL|SKIP) (\w+)(?:: (.*))?$")


def pkg_config(build, *what):
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(build, "meson-uninstalled"))
    return subprocess.run(["pkg-config", *what, "mach"], env=env, check=True, capture_output=True, text=True).stdout.split()


def compiler(scratch):
    """clang with blocks where it is there; the runtime of blocks only where it can be linked."""
    if not shutil.which("clang"):
        return ["gcc"], []
    probe = os.path.join(scratch, "probe.c")
    with open(probe, "w", encoding="utf-8") as out:
        out.write("int main(void) { return 0; }\n")
    linked = subprocess.run(["clang", probe, "-o", probe + ".out", "-lBlocksRuntime"], capture_output=True).returncode == 0
    return ["clang", "-fblocks"], ["-lBlocksRuntime"] if linked else []


def make(command, source, output):
    done = subprocess.run([*command[0], *LANGUAGE, source, "-o", output, *command[1]], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}conformance: {source} does not compile")


def run(build, scratch, program, cases):
    machctl = os.path.join(build, "tools/machctl/machctl")
    command = [machctl, "run", "--", program]
    for case in cases:
        command += ["-n", case]
    env = dict(os.environ, DARWINTEST_MACHCTL=machctl)
    found = []
    with subprocess.Popen(command, cwd=scratch, env=env, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            match = VERDICT.match(line)
            if match:
                found.append({"name": match[2], "verdict": match[1].lower(), "reason": match[3] or ""})
    return process.returncode, found


def arguments(words):
    build = os.path.abspath(words[0])
    rest = words[1:]
    cases = rest[rest.index("--") + 1:] if "--" in rest else []
    rest = rest[:rest.index("--")] if "--" in rest else rest
    sources = [os.path.abspath(w) for w in rest if w != "--json"]
    if not sources or any(not os.path.isfile(s) for s in sources):
        sys.exit(__doc__)
    return build, sources, cases, "--json" in rest


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, sources, cases, as_json = arguments(sys.argv[1:])
    here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests/darwintest")
    with tempfile.TemporaryDirectory(prefix="machd-conformance-") as scratch:
        os.chmod(scratch, 0o755)
        flags, last = compiler(scratch)
        flags = [flags + pkg_config(build, "--cflags"), pkg_config(build, "--libs") + last]
        harness = [flags[0] + ["-I", here], [os.path.join(build, "tests/darwintest/libdarwintest.a")] + flags[1]]
        program = os.path.join(scratch, os.path.basename(sources[0])[:-2])
        make(harness, sources[0], program)
        for helper in sources[1:]:
            make(flags, helper, os.path.join(scratch, os.path.basename(helper)[:-2]))
        status, found = run(build, scratch, program, cases)
    count = {word: sum(case["verdict"] == word for case in found) for word in ("pass", "fail", "skip")}
    if as_json:
        print(json.dumps({"passed": count["pass"], "failed": count["fail"], "skipped": count["skip"], "cases": found}))
    return status != 0 or count["fail"] > 0 or count["pass"] == 0


if __name__ == "__main__":
    sys.exit(main())
