/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/verbs.h - what machctl can do; each takes its own arguments (argv[0] is the verb) and returns
 * the exit status */
#pragma once

#include <stdbool.h>

int verb_run(int argc, char **argv);
int verb_start(int argc, char **argv);
int verb_stop(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_top(int argc, char **argv);
int verb_lsmp(int argc, char **argv);
int verb_why(int argc, char **argv);
int verb_why_not(int argc, char **argv);
int verb_trace(int argc, char **argv);
/* bslist, bstree, bsexec, manager*: the Mach program machctl-names does them. Does not return when that could
 * be started. */
int verb_names(int argc, char **argv);

/* Starts a machd, and waits until it serves. root: the process that it ends with, 0 for the user's own.
 * config: its settings, NULL for the system's. log: a file for what it and launchd say, NULL: our standard error (root 0:
 * nowhere). Its pid, or -1 after saying why. */
int machd_start(int root, const char *config, const char *log);

/* `word` stands among the arguments before `--`; it is taken out of them. */
bool take_option(int *argc_p, char **argv, const char *word);
