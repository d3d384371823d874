#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every function that a public header declares is there for a program to link.

    check_defined.py INCLUDE-DIRECTORY LIBMACH.SO

Prints TAP. gcc lists the declarations (-aux-info); where there is no gcc the test is skipped. That list shows C names; a
header gives a function another link name with __asm__ where the C library has one of the name with another prototype
(H14, H15), and that is always the name behind _mach_.

And no other name of the C library is exported: it would take the place of the C library's in the whole process.
"""

# rules: H14 H15

import ctypes.util
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
# Those that the library wraps on purpose, each with the C library's own prototype.
WRAPPED = {
    "bsd_signal", "close", "execl", "execle", "execlp", "execv", "execve", "execveat", "execvp", "execvpe", "fexecve", "fork", "getpriority", "pthread_create", "pthread_sigmask", "setegid", "seteuid",
    "setgid", "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setuid", "sigaction", "signal", "sigprocmask", "sigsuspend", "ssignal",
    "sysv_signal", "__sysv_signal", "vfork", "wait", "wait3", "wait4", "waitid", "waitpid",
}
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


def hijacked(there):
    """What both libmach and the C library that it was linked to define."""
    libc = ctypes.util.find_library("c")
    path = next((line.split()[-1] for line in open("/proc/self/maps", encoding="utf-8") if line.rstrip().endswith(libc)), None)
    return sorted(there & defined(path) - WRAPPED) if path else []


def main():
    root, library = sys.argv[1:3]
    title = "every function that the headers declare is in libmach"
    print("1..2")
    there = defined(library)
    taken = hijacked(there)
    print(f"{'not ok' if taken else 'ok'} 1 - libmach exports no function of the C library but those that it wraps")
    for name in taken:
        print(f"# {name}")
    if not shutil.which("gcc"):
        print(f"ok 2 - {title} # SKIP no gcc")
        return bool(taken)
    missing = sorted((header, name) for name, header in declared(root).items()
                     if name not in OF_THE_PROGRAM and not name.startswith(OF_THE_PROGRAM_BEGIN)
                     and name not in there and "_mach_" + name not in there)
    print(f"{'not ok' if missing else 'ok'} 2 - {title}")
    for header, name in missing:
        print(f"# {header}: {name}")
    return bool(missing or taken)


if __name__ == "__main__":
    sys.exit(main())
