/* SPDX-License-Identifier: Apache-2.0 */
/* <darwintest_utils.h> - what tests use besides cases: the number of CPUs, waiting for a child */
#ifndef DARWINTEST_UTILS_H
#define DARWINTEST_UTILS_H

#include <darwintest.h>

int dt_ncpu(void);

/* Waits for a child, at most timeout_s seconds (0: for ever). True: it has exited with 0. *status_p and *signal_p, unless NULL,
 * say how it ended. */
bool dt_waitpid(pid_t child, int *status_p, int *signal_p, unsigned timeout_s);

/* Starts a program with its output in files, or in our own where the name is NULL. True: it was started; with suspended it
 * waits for SIGCONT. */
bool dt_launch_tool(pid_t *child_p, char *argv[], bool suspended, const char *stdout_path, const char *stderr_path);

/* A directory of the running case, made when it is first asked for, and removed at its end with the files in it. */
const char *dt_tmpdir(void);

#endif /* DARWINTEST_UTILS_H */
