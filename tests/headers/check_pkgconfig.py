#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What pkg-config says of `mach` suffices to compile, link and run a program, before and after an installation (H20).

    check_pkgconfig.py BUILD-DIRECTORY MACHCTL [PROGRAM.c ...]

Without it the headers of an installation are not seen: other projects switch to Mach as soon as they find mach/mach.h.

rules: H20

Prints TAP. MACHCTL runs the programs under a private machd. Other people's PROGRAMs are compiled and linked only.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

OURS = """
#include <mach/mach.h>
#include <servers/bootstrap.h>
int main(void)
{
    mach_port_t port = MACH_PORT_NULL;
    return !MACH_PORT_VALID(bootstrap_port) ||
           mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS;
}
"""


HIDDEN = """
#if __has_include(<mach/mach.h>) || __has_include(<servers/bootstrap.h>) || __has_include(<launch.h>)
#error "ordinary builds see them"
#endif
"""


class Refused(Exception):
    pass


def run(*command, **settings):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **settings}, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def check(directory, machctl, sources, settings):
    """Each source against the mach.pc that the settings lead to; the first is run, too."""
    compiler = os.environ.get("CC", "cc").split()
    for number, source in enumerate(sources):
        program = os.path.join(directory, f"program{number}")
        flags = run("pkg-config", "--cflags", "--libs", "mach", **settings).split()
        run(*compiler, "-w", source, "-o", program, *flags)
        if number == 0:
            run(machctl, "run", "--", program, **settings)


def check_hidden(directory, settings):
    """Where compilers look by themselves, which is the prefix's include, there are none of our headers."""
    source = os.path.join(directory, "hidden.c")
    with open(source, "w", encoding="utf-8") as out:
        out.write(HIDDEN)
    include = run("pkg-config", "--variable=prefix", "mach", **settings).strip() + "/include"
    include = settings["PKG_CONFIG_SYSROOT_DIR"] + include.removeprefix(settings["PKG_CONFIG_SYSROOT_DIR"])
    if not os.path.isdir(include):
        raise Refused(f"there is no {include}")
    run(*os.environ.get("CC", "cc").split(), "-fsyntax-only", "-isystem", include, source)


def installed(build, directory):
    """The settings for what `meson install` puts below the directory."""
    root = os.path.join(directory, "root")
    run("meson", "install", "--no-rebuild", "--quiet", "-C", build, "--destdir", root)
    found = glob.glob(os.path.join(root, "**", "mach.pc"), recursive=True)
    if len(found) != 1:
        raise Refused(f"{len(found)} files mach.pc were installed")
    return {"PKG_CONFIG_SYSROOT_DIR": root, "PKG_CONFIG_PATH": os.path.dirname(found[0]),
            "LD_LIBRARY_PATH": os.path.dirname(os.path.dirname(found[0]))}


def main():
    build, machctl, *others = sys.argv[1:]
    print("1..3")
    if not shutil.which("pkg-config"):
        for number in (1, 2, 3):
            print(f"ok {number} # SKIP no pkg-config")
        return 0
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        source = os.path.join(directory, "ours.c")
        with open(source, "w", encoding="utf-8") as out:
            out.write(OURS)
        programs = [source, *others]
        cases = (("a program is built and runs against this tree",
                  lambda: check(directory, machctl, programs, {"PKG_CONFIG_PATH": os.path.join(build, "meson-uninstalled")})),
                 ("a program is built and runs against what was installed",
                  lambda: check(directory, machctl, programs, installed(build, directory))),
                 ("who does not ask for the headers does not see them",
                  lambda: check_hidden(directory, installed(build, directory))))
        for number, (title, case) in enumerate(cases, 1):
            try:
                case()
                print(f"ok {number} - {title}")
            except Refused as reason:
                failed = True
                print(f"not ok {number} - {title}")
                print("\n".join(f"# {line}" for line in str(reason).splitlines()))
    return failed


if __name__ == "__main__":
    sys.exit(main())
