#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev check: what must hold of the sources before they are handed in.

    check.py BUILD

Runs the checks that are also tests, and those that would be a nuisance as tests: formatting (its answer
depends on the version of clang-format) and the length of files. clang-format rules the .c files; headers are
laid out by hand and are only looked at for tabs, stray blanks and long lines.
"""

import os
import subprocess
import sys

import tree

LONG_FILE = 900
LONG_LINE = 130  # of a header; 110 is what to aim for, and what clang-format keeps in sources


def run_check(root, *command):
    """Prints a check's TAP without the plan; returns (checks, failures)."""
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run([sys.executable, os.path.join(here, command[0]), root, *command[1:]], text=True,
                          stdout=subprocess.PIPE)
    lines = done.stdout.splitlines()
    names = [s for s in lines if s.startswith(("ok ", "not ok "))]
    for line in lines:
        if line.startswith(("ok ", "not ok ")):
            word, _, name = line.partition(" - ")
            print(f"{'FAIL' if word.startswith('not') else 'ok':5} {name}")
        elif line.startswith("# "):
            print("        " + line[2:])
    failed = sum(s.startswith("not ok") for s in names)
    return len(names), max(failed, 1 if done.returncode else 0)


def unformatted(root, paths):
    bad = []
    for i in range(0, len(paths), 50):
        done = subprocess.run(["clang-format", "--dry-run", *paths[i:i + 50]], cwd=root, text=True, capture_output=True)
        bad += [line.split(":")[0] for line in done.stderr.splitlines() if "[-Wclang-format-violations]" in line]
    return sorted(set(bad))


def untidy(root, paths):
    bad = []
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                line = line.rstrip("\n")
                if "\t" in line or line != line.rstrip():
                    bad.append(f"{path}:{n}: tab or blank at the end")
                elif len(line) > LONG_LINE:
                    bad.append(f"{path}:{n}: {len(line)} columns")
    return bad


def long_files(root, paths):
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as f:
            n = sum(1 for _ in f)
        if n > LONG_FILE:
            yield f"{path} has {n} lines"


def report(name, problems):
    print(f"{'FAIL' if problems else 'ok':5} {name}")
    for problem in problems:
        print("        " + problem)
    return bool(problems)


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    build = sys.argv[1]
    total = failures = 0
    for command in (["check_layers.py", build], ["check_symbols.py", build], ["rules_table.py", "--check", "--strict"]):
        n, bad = run_check(root, *command)
        total += n
        failures += bad
    sources, headers = tree.files(root, ".c"), tree.files(root, ".h")
    failures += report("sources are formatted (./dev fmt)", unformatted(root, sources))
    failures += report("headers are tidy", untidy(root, headers))
    total += 2
    for line in long_files(root, sources + headers):
        print("warning " + line)
    print(f"{total - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
