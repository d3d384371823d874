#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles tests that were written for macOS's kernel, wherever they are, and runs them under a machd of their own.

    conformance.py BUILD [--json] [--as UID] [--with MORE]... FILE.c [HELPER.c ...] [-- CASE ...]

FILE.c is a program for darwintest (tests/darwintest); each HELPER.c becomes an executable of its base name, which stands
in the directory in which the program runs. All are compiled with what `pkg-config mach` says and nothing else that knows
of this tree. Prints what the program prints: a line for each case, and the sums. --json: one object on the last line.
Fails when a case failed or none passed.

MORE is a source that belongs to the program too (exc_helpers.c), or a server that mig makes: NAME=FILE.defs gives NAME.h, and
NAME.c is linked; a FILE that is not there is looked for beside our headers (--with excserver=mach/mach_exc.defs).
"""

import argparse
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


def make(command, source, output, more=()):
    done = subprocess.run([*command[0], *LANGUAGE, source, *more, "-o", output, *command[1]], stderr=subprocess.PIPE,
                          text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}conformance: {source} does not compile")


def extra(build, scratch, more):
    """The sources that belong to the program besides its own file; a server of mig's is made first."""
    if "=" not in more:
        return os.path.abspath(more)
    name, defs = more.split("=", 1)
    headers = pkg_config(build, "--variable=headers")[0]
    description = defs if os.path.exists(defs) else os.path.join(headers, defs)
    server = os.path.join(scratch, name)
    done = subprocess.run([os.path.join(build, "tools/mig/mig"), "-q", "-I" + headers, "-user", "/dev/null", "-header",
                           "/dev/null", "-server", server + ".c", "-sheader", server + ".h", description])
    if done.returncode != 0:
        sys.exit(f"conformance: mig refuses {description}")
    return server + ".c"


def run(build, scratch, program, cases, uid):
    machctl = os.path.join(build, "tools/machctl/machctl")
    command = [machctl, "run", "--", program]
    if uid:
        command = ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", *command, "-u"]
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--as", dest="uid", help="run it as that user, cases for root too")
    parser.add_argument("--with", dest="more", action="append", default=[], help="a source of the program, or NAME=FILE.defs")
    parser.add_argument("sources", nargs="+", type=os.path.abspath, metavar="FILE.c")
    cases = words[words.index("--") + 1:] if "--" in words else []
    options = parser.parse_args(words[:words.index("--")] if "--" in words else words)
    missing = [source for source in options.sources if not os.path.isfile(source)]
    if missing:
        parser.error("no such file: " + " ".join(missing))
    return options, cases


def main():
    options, cases = arguments(sys.argv[1:])
    build, sources = options.build, options.sources
    here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests/darwintest")
    with tempfile.TemporaryDirectory(prefix="machd-conformance-") as scratch:
        os.chmod(scratch, 0o755)
        flags, last = compiler(scratch)
        flags = [flags + pkg_config(build, "--cflags"), pkg_config(build, "--libs") + last]
        harness = [flags[0] + ["-I", here], [os.path.join(build, "tests/darwintest/libdarwintest.a")] + flags[1]]
        program = os.path.join(scratch, os.path.basename(sources[0])[:-2])
        more = [extra(build, scratch, each) for each in options.more]
        harness[0] += ["-I", scratch, "-I", os.path.dirname(sources[0])]
        make(harness, sources[0], program, more)
        for helper in sources[1:]:
            make(flags, helper, os.path.join(scratch, os.path.basename(helper)[:-2]))
        status, found = run(build, scratch, program, cases, options.uid)
    count = {word: sum(case["verdict"] == word for case in found) for word in ("pass", "fail", "skip")}
    if options.json:
        print(json.dumps({"passed": count["pass"], "failed": count["fail"], "skipped": count["skip"], "cases": found}))
    return status != 0 or count["fail"] > 0 or count["pass"] == 0


if __name__ == "__main__":
    sys.exit(main())
