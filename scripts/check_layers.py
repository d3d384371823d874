#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Directories are layers that only look down (docs/architecture.md).

    check_layers.py ROOT [BUILD]

Checks the includes, the circles among headers, what the kernel takes from the C library's headers and,
given a build directory, that no object refers to a symbol of a layer it may not see.
"""

import os
import re
import sys

import tap
import tree

# The kernel is pure: no clock, no system call, no stdio. Of errno.h it takes the numbers.
KERNEL_SYSTEM_HEADERS = {"inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h",
                         "stddef.h", "errno.h", "stdint.h", "stdnoreturn.h", "string.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def resolve(root, path, quote, name):
    """The included file relative to root, or None when it is not ours."""
    places = ["include"]
    if quote == '"':
        places = [os.path.dirname(path), ""] + places
    elif layer_is_plain(path):
        return None
    for place in places:
        candidate = os.path.normpath(os.path.join(place, name))
        if os.path.isfile(os.path.join(root, candidate)):
            return candidate
    return None


def layer_is_plain(path):
    """base and the host see the C library's sys/ headers, not ours of the same name."""
    return path.startswith(("base/", "host/"))


def includes(root):
    """{file: [(line, quote, name, resolved)]}"""
    found = {}
    for path in tree.files(root, ".c", ".h"):
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        found[path] = [(text.count("\n", 0, m.start()) + 1, m[1], m[2], resolve(root, path, m[1], m[2]))
                       for m in INCLUDE.finditer(text)]
    return found


def upward(graph):
    problems = []
    for path, edges in graph.items():
        layer = tree.layer_of(path)
        if layer is None:
            continue
        for line, _, name, target in edges:
            other = tree.layer_of(target) if target else None
            if target and tree.is_test(target) and layer != "sim":  # the sim is a world for tests
                problems.append(f"{path}:{line}: includes {target}, which is a test's")
            elif other and other != layer and other not in tree.LAYERS[layer]:
                problems.append(f"{path}:{line}: {layer} includes {name} of {other}, which it may not see")
    return problems


def circles(graph):
    """Depth first over the headers; each circle is reported once. The public headers are as macOS's are."""
    problems, done, path = [], set(), []

    def visit(node):
        if node in path:
            problems.append("circle: " + " -> ".join(path[path.index(node):] + [node]))
            return
        if node in done:
            return
        path.append(node)
        for _, _, _, target in graph.get(node, []):
            if target and target.endswith(".h") and not target.startswith("include/"):
                visit(target)
        path.pop()
        done.add(node)

    for node in graph:
        if node.endswith(".h") and not tree.is_test(node) and not node.startswith("include/"):
            visit(node)
    return problems


def impure(graph):
    problems = []
    for path, edges in graph.items():
        if not path.startswith("kernel/") or tree.is_test(path):
            continue
        for line, quote, name, target in edges:
            if quote == "<" and target is None and name not in KERNEL_SYSTEM_HEADERS:
                problems.append(f"{path}:{line}: the kernel includes <{name}>")
    return problems


def object_layer(source):
    """Generated stubs belong to the directory that they were generated in."""
    return tree.layer_of(source)


def doubles(root, build):
    """From an archive the linker takes a name only if it has none yet: a second definition is never complained of
    when the first one comes with it, and the kernel would call the host's."""
    homes = {}
    sources = {s: o for s, o in tree.objects(root, build).items() if object_layer(s)}
    found = tree.symbols(sources.values())
    for source, obj in sources.items():
        side = object_layer(source).split("/")[0]
        for name in found[obj][0]:
            homes.setdefault(name, {}).setdefault("kernel" if side == "base" else side, source)
    return [f"{name} is defined in {where['kernel']} and in {where[side]}" for name, where in sorted(homes.items())
            for side in ("host", "sim", "libmach") if "kernel" in where and side in where]


# Functions of the C library that libmach also defines, to stand before it in programs that link it (F63). Whoever does not
# link libmach and calls one of these calls the C library.
INTERPOSED = {"close", "fork", "vfork", "wait", "wait3", "wait4", "waitid", "waitpid", "pthread_create", "pthread_sigmask", "sigaction", "sigprocmask", "signal", "bsd_signal",
              "sysv_signal", "sigset", "__sysv_signal", "_exit", "execl", "execle", "execlp", "execv", "execve", "execveat", "execvp", "execvpe", "fexecve",
              "setuid", "seteuid", "setreuid", "setresuid", "setgid", "setegid", "setregid", "setresgid", "setgroups", "initgroups"}


def upward_calls(root, build):
    sources = {s: o for s, o in tree.objects(root, build).items() if object_layer(s)}
    found = tree.symbols(sources.values())
    homes = {}
    for source, obj in sources.items():
        for name in found[obj][0]:
            homes.setdefault(name, set()).add(object_layer(source))
    problems = []
    for source, obj in sorted(sources.items()):
        layer = object_layer(source)
        allowed = {layer, *tree.LAYERS[layer], *tree.LINKED.get(layer, [])}
        for name in sorted(found[obj][1]):
            if name in homes and name not in INTERPOSED and not homes[name] & allowed:
                problems.append(f"{source}: calls {name} of {', '.join(sorted(homes[name]))}")
    return problems


def main():
    root = sys.argv[1]
    graph = includes(root)
    t = tap.Tap()
    t.check("no layer includes what stands above or beside it", upward(graph))
    t.check("no header includes itself through others", circles(graph))
    t.check("the kernel includes no system header that reaches out", impure(graph))
    if len(sys.argv) > 2:
        t.check("no layer calls what stands above or beside it", upward_calls(root, sys.argv[2]))
        t.check("no symbol of the kernel is defined a second time where it is linked", doubles(root, sys.argv[2]))
    t.exit()


if __name__ == "__main__":
    main()
