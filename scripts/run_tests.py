#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the test programs that meson knows and counts their cases.

    run_tests.py [--quick] [--pattern TEXT] [--without SANITIZER]... DIRECTORY[:SANITIZER]...

One line per test program with what it took, failures in full, and at the end, alone on a line, the sum of all cases:
`N passed, N failed, N skipped`. Fails when a case failed or none ran. `meson test` works too; this one
counts cases instead of programs and knows which of them belong to which sanitizer:

    suite 'slow'   is left out by --quick
    suite 'plain'  runs in no sanitizer build
    suite 'tsan'   runs in the thread sanitizer build, which runs nothing else

Of a sanitizer's build only what its tests need is built, beside the tests of the build before. What fails beside other
programs is run a second time, by itself, and that run counts.

A pattern picks the programs with that in their name, and of the others that use our harness the cases
with that in theirs.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

MARKER = b"machd-test-harness-v1"
SLOWER = {"": 2, "address": 5, "thread": 10}
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=0:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "die_after_fork=0:exitcode=66",
}
REPORT = r"(WARNING|ERROR): \w+Sanitizer: |: runtime error: "
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
    sanitizer: str = ""

    def title(self):
        return self.name + (f" ({self.sanitizer})" if self.sanitizer else "")


@dataclasses.dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
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
    if re.search(REPORT, result.output):  # also of launchd, whose exit status nobody sees
        result.fail("a sanitizer reported something")
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


RUNNING = set()  # ended if we are


def kill_group(proc):
    try:
        os.killpg(proc.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def listen(proc, deadline, chunks):
    """Takes what is printed until nobody can print any more and the program has ended: True, or False at the deadline."""
    output = proc.stdout.fileno()
    waiting = {output, os.pidfd_open(proc.pid)}
    pidfd = max(waiting - {output})
    try:
        while waiting:
            left = deadline - time.monotonic()
            ready = select.select(waiting, [], [], left)[0] if left > 0 else []
            if not ready:
                return False
            for fd in ready:
                data = os.read(fd, 1 << 16) if fd == output else b""
                chunks.append(data)
                if not data:
                    waiting.discard(fd)
        return True
    finally:
        os.close(pidfd)


def run_in(program, env):
    start = time.monotonic()
    result = Result()
    chunks = []
    proc = subprocess.Popen(program.command, env=env, cwd=program.cwd, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    RUNNING.add(proc)
    timed_out = not listen(proc, start + program.timeout, chunks)
    kill_group(proc)  # what the program left running, too
    if timed_out and not listen(proc, time.monotonic() + 5, chunks):
        chunks.append(b"# a child that left the session still holds the output\n")
    RUNNING.discard(proc)
    _, status, usage = os.wait4(proc.pid, 0)
    proc.returncode = os.waitstatus_to_exitcode(status)
    proc.stdout.close()
    result.output = b"".join(chunks).decode("utf-8", "replace")
    result.seconds = time.monotonic() - start
    result.cpu = usage.ru_utime + usage.ru_stime
    judge(program, proc.returncode, timed_out, result)
    return result


def sanitizer_env(directory, env):
    """Reports go to files: what launchd starts prints nowhere, and nobody sees its exit status nor launchd's own."""
    return {name: ":".join(filter(None, (options, f"log_path={directory}/report", env.get(name))))
            for name, options in SANITIZER_OPTIONS.items()}


def reports(directory):
    """Without mere warnings, that a program changes its stack, say."""
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as f:
            text = f.read()
        if re.search(REPORT, text):
            yield text


def run(program):
    if not program.sanitizer:
        return run_in(program, program.env)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        os.chmod(directory, 0o1777)  # some tests become other users
        result = run_in(program, dict(program.env, **sanitizer_env(directory, program.env)))
        for text in reports(directory):
            result.fail("a sanitizer reported something")
            result.output += "\n" + text
        return result


def without_aslr():
    """gcc's thread sanitizer cannot live with the address layout of newer kernels."""
    prefix = ["setarch", os.uname().machine, "-R"]
    if shutil.which("setarch") and subprocess.run(prefix + ["true"], capture_output=True).returncode == 0:
        return prefix
    return []


class World:
    """A build directory and the tests that belong there."""

    def __init__(self, text, quick):
        self.directory, _, self.sanitizer = text.partition(":")
        self.quick = quick

    def introspect(self, what):
        out = subprocess.run(["meson", "introspect", "--" + what, self.directory], check=True, capture_output=True).stdout
        return json.loads(out)

    def belongs(self, suites):
        if self.quick and "slow" in suites:
            return False
        if self.sanitizer and "plain" in suites:
            return False
        return self.sanitizer != "thread" or "tsan" in suites

    def tests(self):
        tests = [dict(t, suite=[s.split(":")[-1] for s in t["suite"]]) for t in self.introspect("tests")]
        return [t for t in tests if self.belongs(t["suite"])]

    def targets(self):
        """All, or what a sanitizer's tests need: what they name, and all that is installed, for those find each other."""
        if not self.sanitizer:
            return []
        needed = {d for t in self.tests() for d in t["depends"]}
        files = [f for t in self.introspect("targets") if t["id"] in needed or t["installed"] for f in t["filename"]]
        return [os.path.relpath(f, os.path.realpath(self.directory)) for f in files]

    def ninja(self, beside, targets):
        """Quiet unless something goes wrong, or somebody is watching and no tests run beside it."""
        command = ["ninja", "-C", self.directory, *targets]
        if sys.stdout.isatty() and not beside:
            return subprocess.run(command).returncode == 0
        done = subprocess.run(command + ["--quiet"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or targets != ["build.ninja"]:
            print("".join(s + "\n" for s in done.stdout.splitlines()
                          if not s.startswith(("ninja: no work", "ninja: Entering"))), end="")
        return done.returncode == 0

    def build(self, beside):
        print(f"building {self.directory}", flush=True)
        start = time.monotonic()
        # first the build file by itself: meson has much to say when it is asked again
        ok = self.ninja(beside, ["build.ninja"]) and self.ninja(beside, self.targets())
        print(f"built {self.directory} in {time.monotonic() - start:.0f} s" if ok
              else f"FAIL  {self.directory} does not build", flush=True)
        return ok

    def programs(self):
        prefix = without_aslr() if self.sanitizer == "thread" else []
        found = []
        for t in self.tests():
            env = dict(os.environ, **t["env"])
            if self.sanitizer:
                env["MACHD_SANITIZER"] = self.sanitizer
            found.append(Program(
                name=t["name"], command=prefix + t["cmd"], env=env, cwd=t["workdir"] or os.path.abspath(self.directory),
                timeout=(t["timeout"] or 3600) * SLOWER[self.sanitizer], alone=not t["is_parallel"],
                tap=t["protocol"] == "tap", suites=t["suite"], sanitizer=self.sanitizer))
        return found


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
        middle = lines[half:-half]
        told = [s for s in middle if s.startswith(("# FAIL", "not ok"))][:half]
        lines = lines[:half] + [f"... {len(middle)} lines, of which these:"] + told + ["..."] + lines[-half:]
    for line in lines:
        print("        | " + line)


def show(program, r, word=None):
    word = word or ("FAIL" if r.failed else "skip" if r.skipped and not r.passed else "ok")
    print(f"{word:5} {program.title():38} {counts(r):32} {r.seconds:6.1f} s {r.cpu:6.1f} s of CPU")
    for reason in r.reasons:
        print("        " + reason)
    if r.failed:
        show_output(r.output)
    sys.stdout.flush()


def processor_seconds():
    """(passed, idle) of all processors since the machine began."""
    with open("/proc/stat", encoding="ascii") as f:
        ticks = [int(word) for word in f.readline().split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


class Gate:
    """How many programs run at once: one more than there are processors, and as long as a processor has nothing to do
    another one every TICK, since many tests wait. So what waits and what computes need no marks."""

    TICK = 0.25
    N_PROCESSORS = len(os.sched_getaffinity(0))
    MOST = 6 * N_PROCESSORS

    def __init__(self):
        self.seen = processor_seconds()
        self.looked = time.monotonic()
        self.is_idle = False

    def look(self):
        if time.monotonic() - self.looked < self.TICK:
            return
        self.looked = time.monotonic()
        now = processor_seconds()
        passed, idle = now[0] - self.seen[0], now[1] - self.seen[1]
        self.seen = now
        self.is_idle = idle * os.cpu_count() > passed * 0.4

    def admits(self, n_running):
        if n_running <= self.N_PROCESSORS:
            return True
        admitted = self.is_idle and n_running < self.MOST
        self.is_idle = False
        return admitted


class Run:
    """Programs of all worlds, beside each other and beside the builds of the worlds that come later. What takes long comes
    first; those that must be alone come last. What failed beside others is run once more, by itself: that counts, since live
    tests have patience for a slow machine, but it ends; the first run is told of all the same."""

    def __init__(self, worlds, pattern):
        self.total = Result()
        self.worlds = worlds
        self.pattern = pattern
        self.n_unbuilt = len(worlds)
        self.built = queue.SimpleQueue()
        self.together = []
        self.alone = []
        self.again = []

    def count(self, program, result):
        show(program, result)
        self.total.passed += result.passed
        self.total.failed += result.failed
        self.total.skipped += result.skipped

    def note(self, program, result):
        if result.failed:
            show(program, result, "again")
            self.again.append(program)
        else:
            self.count(program, result)

    def build_all(self):
        for n, world in enumerate(self.worlds):
            try:
                self.built.put((world, world.build(beside=n > 0)))
            except Exception as error:  # told where it is taken: nobody looks here
                self.built.put((world, error))

    def take_built(self):
        world, ok = self.built.get()
        self.n_unbuilt -= 1
        if isinstance(ok, Exception):
            raise ok
        if not ok:
            self.total.failed += 1
            return
        found = pick(world.programs(), self.pattern)
        self.alone += [p for p in found if p.alone]
        self.together += sorted((p for p in found if not p.alone), key=lambda p: "slow" not in p.suites)

    def run_together(self, pool):
        gate, jobs = Gate(), {}
        while self.n_unbuilt or self.together or jobs:
            while self.n_unbuilt and (not self.built.empty() or not (self.together or jobs)):
                self.take_built()
            gate.look()
            while self.together and gate.admits(len(jobs)):
                program = self.together.pop(0)
                jobs[pool.submit(run, program)] = program
            for job in concurrent.futures.wait(jobs, Gate.TICK, concurrent.futures.FIRST_COMPLETED).done:
                self.note(jobs.pop(job), job.result())

    def run(self):
        with concurrent.futures.ThreadPoolExecutor(Gate.MOST) as pool:
            try:
                threading.Thread(target=self.build_all, daemon=True).start()
                self.run_together(pool)
                for p in self.alone:
                    self.note(p, run(p))
                for p in self.again:
                    print(f"{p.title()} once more, by itself")
                    self.count(p, run(p))
            finally:
                for proc in list(RUNNING):
                    kill_group(proc)
        return self.total


def stop(number, _):
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pattern")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("worlds", nargs="+", metavar="DIRECTORY[:SANITIZER]")
    args = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, stop)  # programs do not find them ignored either, as those do that a shell put into the background
    start = time.monotonic()
    whole = Run([World(text, args.quick) for text in args.worlds], args.pattern)
    total = whole.run()
    for sanitizer in args.without:
        print(f"skip  this compiler has no {sanitizer} sanitizer; its part is left out")
        total.skipped += 1
    if whole.again:
        print("run a second time: " + ", ".join(p.title() for p in whole.again))
    print(f"in {time.monotonic() - start:.0f} s")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
