#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles alone and without a warning, as each dialect, with each compiler that is here.

    check_headers.py INCLUDE-DIRECTORY

Prints TAP. A header that only works after another one is a trap for the program that sorts its includes. Programs
for macOS are also compiled as strict C99 and as C++.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys

# Those of one machine stand in a directory of its name and are reached through mach/machine.
OTHER_MACHINE = {"x86_64": "mach/arm/", "aarch64": "mach/i386/"}.get(os.uname().machine, "?")

DIALECTS = [
    ("C99", ["-x", "c", "-std=c99"], ["gcc", "clang"]),
    ("C11", ["-x", "c", "-std=c11"], ["gcc", "clang"]),
    ("C17", ["-x", "c", "-std=gnu17", "-D_GNU_SOURCE"], ["gcc", "clang"]),
    ("C++17", ["-x", "c++", "-std=c++17"], ["g++", "clang++"]),
]
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Wstrict-prototypes", "-Wundef", "-Werror", "-fsyntax-only"]


def headers(root):
    for directory, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(directory, name), root)
            if name.endswith(".h") and not path.startswith(OTHER_MACHINE):
                yield path


def complaint(root, compiler, flags, header):
    # Included twice: a header without a guard is one that works once. `clang` sees no system header below -I.
    source = f"#include <{header}>\n#include <{header}>\nextern int something;\n"
    warnings = [w for w in WARNINGS if not (w == "-Wstrict-prototypes" and "c++" in flags)]
    done = subprocess.run([compiler, *flags, *warnings, "-I", root, "-"], input=source, text=True, capture_output=True)
    return "" if done.returncode == 0 else f"{header}: {done.stderr}"


def main():
    root = sys.argv[1]
    every = list(headers(root))
    cases = [(name, c, flags) for name, flags, compilers in DIALECTS for c in compilers]
    print(f"1..{len(cases)}")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for number, (name, compiler, flags) in enumerate(cases, 1):
            title = f"{len(every)} headers compile alone as {name} with {compiler}"
            if not shutil.which(compiler):
                print(f"ok {number} - {title} # SKIP no {compiler}")
                continue
            bad = [text for text in pool.map(lambda h: complaint(root, compiler, flags, h), every) if text]
            print(f"{'not ok' if bad else 'ok'} {number} - {title}", flush=True)
            for text in bad:
                print("\n".join("# " + line for line in text.splitlines()[:8]))
            failed += bool(bad)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
