#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program that was written for macOS, if it is there, and prints TAP: one line for each of its cases.

    run.py BUILD PROGRAM.c HELPER.c [--as UID]

PROGRAM.c stands in ../shared/conformance beside the tree; without it all is skipped. --as: as that user, when we are root.
rules: F185 H1 H12 T171
"""

import json
import os
import shutil
import subprocess
import sys


def main():
    build, program, helper = sys.argv[1:4]
    uid = sys.argv[5] if sys.argv[4:5] == ["--as"] else None
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    source = os.path.join(root, "..", "shared", "conformance", program)
    reason = None if os.path.exists(source) else "the program is not there"
    if uid and not reason and (os.geteuid() != 0 or not shutil.which("setpriv")):
        reason = "only root can be somebody else, with setpriv"
    if reason:
        print(f"1..1\nok 1 - {program} # SKIP {reason}")
        return 0
    command = [sys.executable, os.path.join(root, "scripts/conformance.py"), build, "--json"]
    command += ["--as", uid] if uid else []
    done = subprocess.run([*command, source, helper], stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    for line in lines[:-1]:
        print("#", line)
    try:
        cases = json.loads(lines[-1])["cases"]
    except (IndexError, ValueError, KeyError):
        print("1..1\nnot ok 1 - the program compiles and runs")
        return 1
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        good = "not ok" if case["verdict"] == "fail" else "ok"
        skip = f" # SKIP {case['reason']}" if case["verdict"] == "skip" else ""
        print(f"{good} {number} - {case['name']}{skip}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
