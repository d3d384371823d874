/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/exec.h - bsexec (B101, B102) */
#pragma once

/* The private variable of the user's own, which machctl replaced by the administrative socket
 * (tools/machctl/names.c): given back to what is started, so that it is not privileged. */
#define BEFORE_ENV "MACHCTL_SOCKET_BEFORE"

/* Runs the command, found through PATH, in the namespace of the process; the exit status to end with. */
int exec_in(const char *pid_text, char **command);
