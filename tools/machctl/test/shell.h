/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/test/shell.h - shell scripts as tests: run one, look at what it printed */
#pragma once

#include <stdbool.h>

/* Everything that the last script printed. */
extern char output[1 << 16];

/* Runs a shell script; its exit status, -1 for a signal. */
int shell(const char *script);
/* The same under a machd of its own, with standard error, but without the log of machd and launchd. No single
 * quotes in script. */
int under(const char *script);
/* The output has this text; else it is logged. */
bool says(const char *text);
