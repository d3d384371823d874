#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scenarios of waiting and pushing (S1 to S61) in the simulator, under many seeds.

    seeds.py BUILD [--seeds N] [--first M] [--jobs J] [--rule RULE]

A seed is one interleaving. Every program tests/*/*_sim of the build runs those of its cases that name a scenario (or RULE:
"S43", "T175", or a family, "T"), once for each seed; after each trap the simulator checks the kernel's invariants and asks
its oracle for every priority (sim/oracle.h). What fails is printed with the command that shows it again.
Output is TAP: one line for each program, and one that says whether every scenario has a case.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

import tap

N_SCENARIOS = 61
TIMEOUT_S = 300
SHOWN = 5


def programs(build, rule):
    """{program: {case: [rules]}} of those with a case that names the rule."""
    found = {}
    for path in sorted(glob.glob(os.path.join(build, "tests", "*", "*_sim"))):
        out = subprocess.run([path, "--list"], capture_output=True, text=True, check=True).stdout
        cases = {name: rules.split() for name, rules, _ in (line.split("\t") for line in out.splitlines())}
        if any(re.fullmatch(rule + (r"\d+" if rule.isalpha() else ""), r) for rules in cases.values() for r in rules):
            found[path] = cases
    return found


def run(path, rule, seed):
    """Nothing, or what is to be told of it."""
    env = dict(os.environ, MACHD_SIM_SEED=str(seed))
    try:
        done = subprocess.run([path, "--rule", rule], capture_output=True, text=True, errors="replace", env=env,
                              timeout=TIMEOUT_S, check=False)
        text, status = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        text, status = "# FAIL it does not end", -1
    if status == 0 and not re.search(r"^not ok", text, re.M):
        return []
    lines = [line.lstrip("# ") for line in text.splitlines() if re.match(r"# FAIL|not ok|\S+:\d+: ", line)]
    return [f"seed {seed}: {line}" for line in lines[:SHOWN] or [f"ended with status {status}"]] + [
        f"again: MACHD_SIM_SEED={seed} {os.path.relpath(path)} --rule {rule}"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rule", default="S")
    args = parser.parse_args()
    t = tap.Tap()
    began = time.time()
    found = programs(args.build, args.rule)
    if args.rule == "S":
        named = {r for cases in found.values() for rules in cases.values() for r in rules}
        t.check(f"all {N_SCENARIOS} scenarios have a case in the simulator",
                [f"S{n} has none" for n in range(1, N_SCENARIOS + 1) if f"S{n}" not in named])
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for path in found:
            seeds = range(args.first, args.first + args.seeds)
            problems = [p for told in pool.map(lambda seed: run(path, args.rule, seed), seeds) for p in told]
            t.check(f"{os.path.basename(path)} under seeds {seeds[0]} to {seeds[-1]}", problems[:100])
    print(f"# {args.seeds} seeds of {len(found)} programs in {time.time() - began:.1f} s", file=sys.stderr)
    t.exit()


if __name__ == "__main__":
    main()
