/* SPDX-License-Identifier: Apache-2.0 */
/* bench/chain.h - plain Mach servers, each in a process of its own, that ask each other
 *
 * Each receives with mach_msg and asks the one that was started before it; the first one works (peer_work) and answers. What
 * a server does when it begins is peer_begins (peer.h).
 */
#pragma once

#include <mach/mach.h>

#include "peer.h"

enum { CHAIN_MAX = 16 };

struct chain {
    struct peer servers[CHAIN_MAX];
    mach_port_t services[CHAIN_MAX]; /* send rights; the last one is for the caller */
    mach_port_t reply;               /* the caller's; a special reply port carries its priority. Set after the start */
    unsigned n;
};

/* 1 to CHAIN_MAX servers; NULL, or why it failed. */
const char *chain_start(struct chain *chain, unsigned n);
/* One server that runs serve(). */
const char *chain_start_one(struct chain *chain, void (*serve)(struct peer *peer));
/* One round trip; false: broken. `chain`: a struct chain. */
bool chain_call(void *chain);
void chain_stop(struct chain *chain);
