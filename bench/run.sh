#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench/run.sh BUILD_DIR [GROUP] [--json] - runs the benchmarks of one group, or all, under a private machd
set -eu
build=$1
shift
group=all
case ${1:-} in
'' | -*) ;;
*)
    group=$1
    shift
    ;;
esac
case $group in
rpc | all) exec "$build/tools/machctl/machctl" run -- "$build/bench/bench-rpc" "$@" ;;
*)
    echo "bench: there is no group '$group'; there is: rpc" >&2
    exit 1
    ;;
esac
