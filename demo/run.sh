#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo/run.sh BUILD_DIR - the demo, under a machd of its own that ends with it
set -eu
build=$(cd "${1:-build}" && pwd)
echo "Mach ports between ordinary Linux processes, under a machd and a launchd of their own"
exec "$build/tools/machctl/machctl" run -- "$build/demo/tour" "$build/demo" "$build/tools/machctl/machctl"
