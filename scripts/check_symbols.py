#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kernel archive needs nothing from outside but a short list of symbols.

    check_symbols.py ROOT BUILD

What it may not name it cannot do: no clock, no descriptor, no memory that nobody accounts for.
"""

import sys

import tap
import tree

STRINGS = {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strnlen", "strcmp", "strncmp"}
COMPILER = {"_GLOBAL_OFFSET_TABLE_", "__stack_chk_fail", "__memcpy_chk", "__memmove_chk", "__memset_chk"}
EVERYWHERE = STRINGS | COMPILER | {"abort"}
ALSO = {
    "base/alloc.c": {"malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign"},
    "base/assert.c": {"fprintf", "vfprintf", "snprintf", "vsnprintf", "dprintf", "stderr", "fputs", "fflush", "write",
                      "__fprintf_chk", "__vfprintf_chk", "__snprintf_chk", "__vsnprintf_chk"},
}


def main():
    root, build = sys.argv[1:3]
    sources = {s: o for s, o in tree.objects(root, build).items()
               if s.startswith(("kernel/", "base/")) and not tree.is_test(s)}
    t = tap.Tap()
    if not sources:
        t.skip("the kernel archive asks for nothing outside a short list", "no kernel object is built")
        t.exit()
    found = tree.symbols(sources.values())
    own = set().union(*(defined for defined, _ in found.values()))
    problems = []
    for source, obj in sorted(sources.items()):
        outside = found[obj][1] - own - EVERYWHERE - ALSO.get(source, set())
        problems += [f"{source}: needs {name}" for name in sorted(outside)
                     if not name.startswith(("__asan", "__ubsan", "__tsan"))]
    t.check("the kernel archive asks for nothing outside a short list", problems)
    t.exit()


if __name__ == "__main__":
    main()
