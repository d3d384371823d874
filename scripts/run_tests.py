#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the test programs that meson knows and counts their cases.

    run_tests.py [--quick] [--pattern TEXT] DIRECTORY[:SANITIZER]...

One line per test program, failures in full, and at the end, alone on a line, the sum of all cases:
`N passed, N failed, N skipped`. Fails when a case failed or none ran. `meson test` works too; this one
counts cases instead of programs and knows which of them belong to which sanitizer:

    suite 'slow'   is left out by --quick
    suite 'plain'  runs in no sanitizer build
    suite 'tsan'   runs in the thread sanitizer build, which runs nothing else

What fails beside other programs is run a second time, by itself, and that run counts.

A pattern picks the programs with that in their name, and of the others that use our harness the cases
with that in theirs.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

MARKER = b"machd-test-harness-v1"
SLOWER = {"": 2, "address": 5, "thread": 10}
SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=0:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "die_after_fork=0:exitcode=66",
}
OUTPUT_LINES = 400


@dataclasses.dataclass
class Program:
    name: str
    command: list
    env: dict
    cwd: str
    timeout: float
    alone: bool
    tap: bool
    suites: list


@dataclasses.dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: list = dataclasses.field(default_factory=list)
    output: str = ""

    def fail(self, reason):
        self.failed += 1
        self.reasons.append(reason)


def parse_tap(text, result):
    """Counts the cases; returns False when the plan was not kept."""
    planned = None
    seen = 0
    for line in text.splitlines():
        if m := re.match(r"1\.\.(\d+)\s*(?:#\s*SKIP\s*(.*))?", line, re.I):
            planned = int(m[1])
            if planned == 0:
                result.skipped += 1
                result.reasons.append("skipped: " + (m[2] or "nothing to run"))
        elif m := re.match(r"(not )?ok\b\s*(\d*)\s*-?\s*([^#]*)(?:#\s*(\w+)\s*(.*))?", line):
            seen += 1
            directive = (m[4] or "").upper()
            if directive.startswith("SKIP"):
                result.skipped += 1
                result.reasons.append("skipped: " + ": ".join(s for s in (m[3].strip(), m[5]) if s))
            elif m[1]:
                result.fail("failed: " + m[3].strip())
            else:
                result.passed += 1
        elif line.startswith("Bail out!"):
            result.fail(line)
    return planned is not None and planned == seen


def judge(program, code, timed_out, result):
    if "WARNING: ThreadSanitizer: " in result.output:  # also of launchd, whose exit status nobody sees
        result.fail("a race was reported")
    if timed_out:
        result.fail(f"did not end within {program.timeout:.0f} s")
    if not program.tap:
        if code == 77:
            result.skipped += 1
        elif code == 0:
            result.passed += 1
        elif not timed_out:
            result.fail(f"exit status {code}")
        return
    kept = parse_tap(result.output, result)
    if timed_out:
        return
    if code < 0:
        result.fail(f"ended by {signal.Signals(-code).name}")
    elif code != 0 and result.failed == 0:
        result.fail(f"exit status {code}")
    elif not kept and result.failed == 0:
        result.fail("ended before all its cases had run")


def run(program):
    result = Result()
    start = time.monotonic()
    timed_out = False
    proc = subprocess.Popen(program.command, env=program.env, cwd=program.cwd, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out, _ = proc.communicate(timeout=program.timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        os.killpg(proc.pid, signal.SIGKILL)
        try:
            out, _ = proc.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            out = b"# a child that left the session still holds the output\n"
            proc.stdout.close()
            proc.wait()
    try:
        os.killpg(proc.pid, signal.SIGKILL)  # what the program left running
    except ProcessLookupError:
        pass
    result.output = out.decode("utf-8", "replace")
    result.seconds = time.monotonic() - start
    judge(program, proc.returncode, timed_out, result)
    return result


def introspect(directory):
    out = subprocess.run(["meson", "introspect", "--tests", directory], check=True, capture_output=True).stdout
    return json.loads(out)


def without_aslr():
    """gcc's thread sanitizer cannot live with the address layout of newer kernels."""
    prefix = ["setarch", os.uname().machine, "-R"]
    if shutil.which("setarch") and subprocess.run(prefix + ["true"], capture_output=True).returncode == 0:
        return prefix
    return []


def programs(directory, sanitizer):
    prefix = without_aslr() if sanitizer == "thread" else []
    found = []
    for t in introspect(directory):
        suites = [s.split(":")[-1] for s in t["suite"]]
        env = dict(os.environ, **t["env"])
        if sanitizer:
            env.update({k: v + (":" + env[k] if k in env else "") for k, v in SANITIZER_ENV.items()})
            env["MACHD_SANITIZER"] = sanitizer
        found.append(Program(
            name=t["name"], command=prefix + t["cmd"], env=env, cwd=t["workdir"] or directory,
            timeout=(t["timeout"] or 3600) * SLOWER[sanitizer], alone=not t["is_parallel"],
            tap=t["protocol"] == "tap", suites=suites))
    return found


def belongs(program, sanitizer, quick):
    if quick and "slow" in program.suites:
        return False
    if sanitizer and "plain" in program.suites:
        return False
    return sanitizer != "thread" or "tsan" in program.suites


def uses_harness(program):
    try:
        with open(next(a for a in program.command if os.sep in a), "rb") as f:
            return MARKER in f.read()
    except (OSError, StopIteration):
        return False


def pick(found, pattern):
    """Narrows the programs to those, and the cases of those, that the pattern names."""
    if not pattern:
        return found
    picked = []
    for p in found:
        if pattern in p.name:
            picked.append(p)
        elif uses_harness(p):
            names = subprocess.run(p.command + ["--list"], env=p.env, capture_output=True, text=True).stdout
            if any(pattern in line.split("\t")[0] for line in names.splitlines()):
                picked.append(dataclasses.replace(p, command=p.command + [pattern]))
    return picked


def counts(r):
    parts = [f"{r.passed} passed"]
    if r.failed:
        parts.append(f"{r.failed} failed")
    if r.skipped:
        parts.append(f"{r.skipped} skipped")
    return ", ".join(parts)


def show_output(text):
    lines = [s for s in text.splitlines() if s.strip() and not s.startswith("ok ")]
    if len(lines) > OUTPUT_LINES:
        half = OUTPUT_LINES // 2
        lines = lines[:half] + [f"... {len(lines) - 2 * half} lines ..."] + lines[-half:]
    for line in lines:
        print("        | " + line)


def show(program, r, word=None):
    word = word or ("FAIL" if r.failed else "skip" if r.skipped and not r.passed else "ok")
    print(f"{word:5} {program.name:32} {counts(r):36} {r.seconds:6.1f} s")
    for reason in r.reasons:
        print("        " + reason)
    if r.failed:
        show_output(r.output)
    sys.stdout.flush()


def run_all(found, total):
    """Live tests have patience for a slow machine, but it ends. What failed beside others is run once more, alone: that
    counts, and the first run is told of all the same."""
    again = []

    def count(program, result):
        show(program, result)
        total.passed += result.passed
        total.failed += result.failed
        total.skipped += result.skipped

    def note(program, result):
        if result.failed:
            show(program, result, "again")
            again.append(program)
        else:
            count(program, result)

    together = [p for p in found if not p.alone]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0)) + 1) as pool:
        jobs = {pool.submit(run, p): p for p in together}
        for job in concurrent.futures.as_completed(jobs):
            note(jobs[job], job.result())
    for p in found:
        if p.alone:
            note(p, run(p))
    for p in again:
        print(f"{p.name} once more, by itself")
        count(p, run(p))
    total.reasons += [p.name for p in again]


def build(directory):
    """On a terminal ninja shows its own progress; elsewhere only what went wrong is worth a line."""
    print(f"building {directory}", flush=True)
    start = time.monotonic()
    if sys.stdout.isatty():
        return subprocess.run(["ninja", "-C", directory]).returncode == 0
    for target in (["build.ninja"], []):  # first by itself: meson has much to say when it is asked again
        done = subprocess.run(["ninja", "--quiet", "-C", directory, *target], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or not target:
            print("".join(s + "\n" for s in done.stdout.splitlines()
                          if not s.startswith(("ninja: no work", "ninja: Entering"))), end="")
        if done.returncode != 0:
            break
    print(f"built in {time.monotonic() - start:.0f} s", flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pattern")
    parser.add_argument("worlds", nargs="+", metavar="DIRECTORY[:SANITIZER]")
    args = parser.parse_args()
    total = Result()
    for world in args.worlds:
        directory, _, sanitizer = world.partition(":")
        if not build(directory):
            print(f"FAIL  {directory} does not build")
            total.failed += 1
            continue
        found = [p for p in programs(os.path.abspath(directory), sanitizer) if belongs(p, sanitizer, args.quick)]
        found = pick(found, args.pattern)
        if sanitizer and found:
            print(f"with the {sanitizer} sanitizer")
        run_all(found, total)
    if total.reasons:
        print("run a second time: " + ", ".join(total.reasons))
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
