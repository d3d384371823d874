#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the marked parts of README.md from what the programs really print.

    readme_update.py [rules] [demo] [bench]      all three without arguments; demo: docs/launch.svg too

A part stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`. Run it after ./dev build; ./dev fmt
runs the first part alone.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SCREEN_LINES = 60
PICTURE = "docs/launch.svg"
BENCH_GROUPS = ("rpc", "oneway", "scale", "ool")


def output_of(*command):
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=900)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return [ESCAPES.sub("", line).rstrip() for line in done.stdout.splitlines()]


def screen(command, lines):
    if len(lines) > SCREEN_LINES:
        sys.exit(f"{command} prints {len(lines)} lines; a README shows at most {SCREEN_LINES}")
    while lines and not lines[0]:
        lines.pop(0)
    return ["```", "$ " + command, *lines, "```"]


def rules():
    return output_of(sys.executable, "scripts/rules_table.py", ".", "--summary")


def demo():
    """The picture is of the same run."""
    return screen("./dev run --svg " + PICTURE, output_of("sh", "demo/run.sh", "build", "--svg", PICTURE))


def bench():
    return screen("./dev bench " + " ".join(BENCH_GROUPS), output_of("sh", "bench/run.sh", "build", *BENCH_GROUPS))


def replace(text, name, lines):
    pattern = re.compile(rf"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)", re.S)
    new, n = pattern.subn(lambda m: m[1] + "\n".join(lines) + "\n" + m[2], text)
    if n != 1:
        sys.exit(f"README.md has no part {name}")
    return new


def main():
    parts = {"rules": rules, "demo": demo, "bench": bench}
    path = os.path.join(ROOT, "README.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for name in sys.argv[1:] or parts:
        text = replace(text, name, parts[name]())
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


main()
