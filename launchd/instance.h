/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/instance.h - the process of a job, from its start to its end (B119-B127)
 *
 * Whether there is to be one is managed.c's affair; this is how. The states SPAWNING to KILLING of managed.h are set here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct managed;

/* The job has no process. Afterwards it has one, or its last end says why not, and it has been touched. */
void instance_start(struct managed *m);
/* B127 */
void instance_stop(struct managed *m);
/* To its process; an error number (ESRCH: none). */
int instance_signal(struct managed *m, int number);

/* The process that the record names, which another launchd started (B14): goes on with it, or learns that it has ended. */
void instance_take_over(struct managed *m);

/* Of the last one, when it has ended (B119). */
bool instance_has_crashed(const struct managed *m);
/* "never", "exited 0", "signal 9", "exec: ENOENT", "unknown" (B168). */
void instance_last_end(const struct managed *m, char *text, size_t size);

/* Descriptors and timer, when the job goes. */
void instance_close(struct managed *m);
