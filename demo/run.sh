#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo/run.sh BUILD_DIR [--svg FILE] - the demo, under a machd of its own that ends with it; the picture of a launch to FILE
set -eu
build=$(cd "${1:-build}" && pwd)
[ $# -gt 0 ] && shift
echo "Mach ports between ordinary Linux processes, under a machd and a launchd of their own"
log=$build/demo/machd.log
rm -f "$log"
"$build/tools/machctl/machctl" run --log "$log" -- sh -c '
    "$1/demo/tour" "$1/demo" "$1/tools/machctl/machctl" &&
    build=$1 && shift &&
    echo "8  A service that is not running is started at its caller'"'"'s priority" &&
    exec "$build/demo/launch" "$build/demo" "$build/tools/machctl/machctl" "$@"' sh "$build" "$@" || {
    status=$?
    echo "demo: it failed ($status); the last that machd and launchd said:" >&2
    tail -n 20 "$log" >&2
    exit $status
}
