/* SPDX-License-Identifier: Apache-2.0 */
/* <darwintest_utils.h> - what tests use besides cases: the number of CPUs, waiting for a child */
#ifndef DARWINTEST_UTILS_H
#define DARWINTEST_UTILS_H

#include <darwintest.h>

int dt_ncpu(void);

/* Waits for a child, at most timeout_s seconds (0: for ever). True: it has exited with 0. *status_p and *signal_p, unless NULL,
 * say how it ended. */
bool dt_waitpid(pid_t child, int *status_p, int *signal_p, unsigned timeout_s);

#endif /* DARWINTEST_UTILS_H */
