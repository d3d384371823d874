# SPDX-License-Identifier: Apache-2.0
"""Which files there are, which layer each belongs to, and which object file a source became."""

import json
import os
import subprocess

SKIP_DIRECTORIES = {".git", "subprojects", "node_modules", "__pycache__"}

# Directory -> what it may include besides itself. The longest matching directory is a file's layer.
# Two layers that stand side by side (kernel/proc and kernel/kqueue) simply do not name each other.
_KERNEL = ["base", "wire", "include"]
LAYERS = {
    "include": [],
    "base": [],
    "wire": ["include"],
    "kernel/sched": _KERNEL,
    "kernel/ipc": _KERNEL + ["kernel/sched"],
    "kernel/task": _KERNEL + ["kernel/sched", "kernel/ipc"],
    "kernel/proc": _KERNEL + ["kernel/sched", "kernel/ipc", "kernel/task"],
    "kernel/kqueue": _KERNEL + ["kernel/sched", "kernel/ipc", "kernel/task"],
}
LAYERS["kernel/server"] = _KERNEL + [d for d in LAYERS if d.startswith("kernel/")]
LAYERS["kernel"] = _KERNEL + [d for d in LAYERS if d.startswith("kernel/")]
LAYERS["host"] = LAYERS["kernel"] + ["kernel"]
# The library's rooms, from the ground up; each sees some of those before it. The generated stubs are libmach's own.
_LIBMACH = ["include", "wire", "libmach"]
LAYERS["libmach"] = ["include", "wire"]
LAYERS["libmach/message"] = _LIBMACH
for _room in ["calls", "memory", "exception", "connection", "darwin", "thread"]:
    LAYERS["libmach/" + _room] = _LIBMACH + ["libmach/message"]
LAYERS["libmach/live"] = [d for d in LAYERS if d.startswith("libmach")] + ["include", "wire"]
LAYERS["libmach/kqueue"] = LAYERS["libmach/live"] + ["libmach/live"]
LAYERS["libmach/process"] = LAYERS["libmach/kqueue"] + ["libmach/kqueue"]
LAYERS["libmach/launch"] = _LIBMACH + ["libmach/message"]
_ROOMS = [d for d in LAYERS if d.startswith("libmach")]
LAYERS["sim"] = LAYERS["kernel"] + ["kernel"] + _ROOMS  # libmach runs there over a transport of the sim's
LAYERS["bench/kernel"] = LAYERS["kernel"]  # measures parts of it in its own process
for _client in ["launchd", "tools", "demo", "bench"]:
    LAYERS[_client] = ["include", "wire"]
LAYERS["bench"].append("bench/kernel")

# What a layer may call without including anything of it: programs reach libmach through include/.
# Within the library the includes tell who stands above whom: beyond them its rooms call each other as any program would.
LINKED = {_client: _ROOMS for _client in ["launchd", "tools", "demo", "bench"] + _ROOMS}


def is_test(path):
    """Tests may look wherever they like."""
    return path.startswith("tests/") or "/test/" in path


def layer_of(path):
    """'kernel/ipc/port.c' -> 'kernel/ipc'; None for what has no layer."""
    if is_test(path):
        return None
    best = None
    for directory in LAYERS:
        if path.startswith(directory + "/") and (best is None or len(directory) > len(best)):
            best = directory
    return best


def files(root, *suffixes):
    """Paths relative to root, sorted; build directories are left out."""
    found = []
    for where, directories, names in os.walk(root):
        here = os.path.relpath(where, root)
        directories[:] = [d for d in directories
                          if d not in SKIP_DIRECTORIES and not (here == "." and d.startswith("build"))]
        found += [os.path.normpath(os.path.join(here, n)) for n in names if n.endswith(suffixes)]
    return sorted(found)


def objects(root, build):
    """{source relative to root, or to the build directory if generated: object file}."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        commands = json.load(f)
    found = {}
    for c in commands:
        source = os.path.realpath(os.path.join(c["directory"], c["file"]))
        output = os.path.join(c["directory"], c["output"])
        inside = os.path.realpath(build) + os.sep
        base = build if source.startswith(inside) else root
        if os.path.exists(output):
            found.setdefault(os.path.relpath(source, os.path.realpath(base)), output)
    return found


def symbols(object_files):
    """{object: (defined, undefined)}, global symbols only; weak undefined ones are left out."""
    object_files = list(object_files)
    found = {o: (set(), set()) for o in object_files}
    for i in range(0, len(object_files), 200):
        out = subprocess.run(["nm", "-A", "-P", "-g"] + object_files[i:i + 200], check=True, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for line in out.splitlines():
            where, _, rest = line.rpartition(": ")
            name, kind = rest.split()[:2]
            if kind == "U":
                found[where][1].add(name)
            elif kind not in "wv":
                found[where][0].add(name)
    return found
