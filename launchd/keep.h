/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/keep.h - descriptors that outlive a launchd: the sockets of jobs (B14, B173)
 *
 * A connection that waits in a socket's queue is lost when the last descriptor of the socket is closed, and nobody else can make
 * the socket while the job still has it. So each job's sockets stand, besides in launchd, in a message that nobody has received:
 * machd holds both ends of a socket pair, and what is queued there lives as long as machd. A launchd that follows another takes
 * all messages out and puts each back behind the others before it does so: killed in between, it leaves one twice, which the
 * next one notices.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The two ends; without them (-1) nothing is kept. */
void keep_open(int to, int from);

/* Descriptors of a job and a number for each; at most SOCKETS_MAX. They stay the caller's. False: they are not kept. */
bool keep_put(uint64_t job, const int *fds, const uint32_t *numbers, size_t n);
/* What is kept of a job is not any more. */
void keep_drop(uint64_t job);

/* What is kept is told, each job's once: true, it is taken over, descriptors and all; false, it is dropped. */
void keep_adopt(bool (*take)(uint64_t job, const int *fds, const uint32_t *numbers, size_t n));
