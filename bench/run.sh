#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench/run.sh BUILD_DIR [GROUP...] [--json] [--quick] [--chart FILE] - runs groups of benchmarks, each under a private machd
#
# A group NAME is the program BUILD_DIR/bench/bench-NAME: it prints a table for people and, with --json, closes with one
# flat object on one line. With --json we close with one such object of all groups.
set -eu
build=$1
shift

list_groups() {
    for program in "$build"/bench/bench-*; do
        if [ -f "$program" ] && [ -x "$program" ]; then printf '%s\n' "${program##*/bench-}"; fi
    done
}

groups=
json=
quick=
chart=
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=1 ;;
    --quick) quick=--quick ;;
    --chart)
        chart=${2:?--chart wants the name of a file}
        shift
        ;;
    -*)
        echo "usage: ./dev bench [GROUP...] [--json] [--quick] [--chart FILE]" >&2
        exit 2
        ;;
    *)
        list_groups | grep -qx -e "$1" || {
            echo "bench: there is no group '$1'; there are:" $(list_groups) >&2
            exit 1
        }
        groups="$groups $1"
        ;;
    esac
    shift
done
[ -n "$groups" ] || groups=$(list_groups)

export MACHCTL="$build/tools/machctl/machctl" ABUSER="$build/tests/hostile/abuser"
out=$(mktemp)
log=$(mktemp) # of machd and launchd: shown when a group fails
trap 'rm -f "$out" "$log"' EXIT
object=
first=1
failed=0
for group in $groups; do
    [ -n "$first" ] || echo
    first=
    : >"$log"
    "$MACHCTL" run --log "$log" -- "$build/bench/bench-$group" --json $quick >"$out" || {
        cat "$out"
        tail -n 20 "$log" >&2
        echo "bench: group $group failed" >&2
        failed=1
        continue
    }
    sed '$d' "$out"
    numbers=$(sed -n '$ s/^{\(.*\)}$/\1/p' "$out")
    object="${object:+$object, }$numbers"
done
if [ -n "$chart" ]; then
    python=python3
    $python -c 'import matplotlib' 2>/dev/null || python=/usr/bin/python3
    printf '{%s}\n' "$object" | $python scripts/bench_chart.py "$chart"
fi
[ -z "$json" ] || printf '{%s}\n' "$object"
exit $failed
