/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/helper.h - small programs that do for a job, as its user, what launchd itself must not wait for
 *
 * A helper stands beside launchd in the file system, is no Mach program, and gets the uid that it is to become and its words
 * as arguments. What it says comes over its standard output, a SOCK_SEQPACKET socket: one packet at a time.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "launchd/events.h"

struct helper {
    struct event event; /* its fd is ours: -1, there is none */
    pid_t pid;
};

/* words: NULL at the end. says is called when there is a packet, or its end. False: it cannot be started. */
bool helper_start(struct helper *helper, const char *program, uid_t uid, char **words, void (*says)(struct event *event));

/* Ends it, if there is one. */
void helper_end(struct helper *helper);
