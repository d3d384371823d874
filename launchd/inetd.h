/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/inetd.h - a process for each connection: inetdCompatibility with Wait false (B176)
 *
 * The job's sockets are watched as any others, but nobody gets them: launchd takes each connection and starts a process
 * of the job's program that has it for its descriptors 0, 1 and 2. These processes are not the job's instance: it goes on
 * waiting, is not throttled, and what the next launchd takes over knows nothing of them.
 */
#pragma once

#include <stdbool.h>

struct managed;
struct event;

#define INETD_MAX 64u /* processes of one job; connections beyond wait in the socket */

bool inetd_serves(const struct managed *m);
/* Before the socket is watched for the first time: taking a connection must never wait. */
void inetd_prepare(int listener);
/* The socket is readable. False: no more connections can be taken now, and the socket is to be left alone until one of the
 * processes ends, or for a while. */
bool inetd_take(struct managed *m, int listener);
/* They are told to end, and belong to nobody from now on. */
void inetd_stop(struct managed *m);
