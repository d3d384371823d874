/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/launchd.h - the bootstrap server as a child of machd (B14)
 *
 * Started with machd, again when it dies (the kernel keeps its names, the stash its job table), ended with
 * machd. It finds the stash, a memfd, as the descriptor that `--stash` names, and machd by the environment. From `--ask`, a
 * pipe, it reads the uids whose domain machd wants to hear of: 32 bits each (B8). `--keep` is a socket pair, of which machd
 * touches neither end: descriptors in messages there live on when launchd dies.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machd;

void launchd_start(struct machd *m);
/* A uid whose domain launchd is to name. What does not fit is asked again by the caller. */
void launchd_ask(struct machd *m, uint32_t uid);
/* epoll says so. */
void launchd_died(struct machd *m);
/* Starts it again when it is time. */
void launchd_look(struct machd *m, uint64_t now);
/* machd is to end: asks launchd to, and is true as long as it is worth waiting for. */
bool launchd_is_ending(struct machd *m, uint64_t now);
void launchd_fini(struct machd *m);
