#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every function that a public header declares is there for a program to link.

    check_defined.py INCLUDE-DIRECTORY LIBMACH.SO

Prints TAP. gcc lists the declarations (-aux-info); where there is no gcc the test is skipped. Link names that a header
gives with __asm__ are in LINK_NAMES, because that list shows the C name.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import check_headers

# Supplied by the program, or generated into it by mig.
OF_THE_PROGRAM = {
    "exc_server", "mach_exc_server", "notify_server",
    "clock_alarm_reply",  # the message of an alarm: sent by the kernel, made by mig from clock_reply.defs
}
OF_THE_PROGRAM_BEGIN = ("catch_", "do_mach_notify_")
LINK_NAMES = {name: "_mach_" + name for name in ("pthread_setname_np", "pthread_attr_setschedparam",
                                                 "pthread_attr_getschedparam")}
DECLARATION = re.compile(r"/\* (\S+?):(\d+):[NOI]C \*/ .*?(\w+) \(")


def declared(root):
    """name -> the header that declares it; definitions (static inline) are not among them."""
    with tempfile.TemporaryDirectory() as scratch:
        source, listing = os.path.join(scratch, "all.c"), os.path.join(scratch, "all.txt")
        with open(source, "w", encoding="utf-8") as out:
            out.writelines(f"#include <{h}>\n" for h in check_headers.headers(root))
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-I", root, "-fsyntax-only", "-aux-info", listing, source], check=True)
        found = {}
        with open(listing, encoding="utf-8") as lines:
            for line in lines:
                match = DECLARATION.match(line)
                if match and os.path.abspath(match[1]).startswith(os.path.abspath(root) + os.sep):
                    found[match[3]] = os.path.relpath(match[1], root)
        return found


def defined(library):
    text = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return {line.split()[2].split("@")[0] for line in text.splitlines() if len(line.split()) == 3}


def main():
    root, library = sys.argv[1:3]
    title = "every function that the headers declare is in libmach"
    print("1..1")
    if not shutil.which("gcc"):
        print(f"ok 1 - {title} # SKIP no gcc")
        return 0
    there = defined(library)
    missing = sorted((header, name) for name, header in declared(root).items()
                     if name not in OF_THE_PROGRAM and not name.startswith(OF_THE_PROGRAM_BEGIN)
                     and LINK_NAMES.get(name, name) not in there)
    print(f"{'not ok' if missing else 'ok'} 1 - {title}")
    for header, name in missing:
        print(f"# {header}: {name}")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
