/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer.h - one way for two processes to exchange 64 bytes and an answer of 64 bytes
 *
 * A peer forks a child that echoes, and then makes calls to it from this process. All peers are driven by the
 * same loop (rpc.c), in the same run, so that their figures can be divided by each other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { MESSAGE_SIZE = 64 };

struct peer {
    const char *name;    /* in tables */
    const char *key;     /* in JSON */
    bool floor;          /* a lower bound that carries no message: measured pinned only */
    /* Starts the echoing child; NULL, or why this machine cannot. cpu: pin both sides to it, -1: leave them. */
    const char *(*start)(struct peer *peer, int cpu);
    bool (*call)(struct peer *peer); /* one round trip; false: broken, the run ends */
    void (*stop)(struct peer *peer); /* the child has been reaped afterwards */
    pid_t child;
    int fd[2];
    void *state;
};

extern struct peer peer_futex, peer_pipe, peer_mq, peer_unix, peer_dbus, peer_mach;

/* What the echoing child does when it begins, and for each request before it answers; NULL: nothing. Set before start. */
extern void (*peer_begins)(void);
extern void (*peer_works)(void);
static inline void peer_work(void)
{
    if (peer_works)
        peer_works();
}

/* Forks; the child is pinned, dies with its parent, runs echo(peer) and exits. */
pid_t peer_fork(struct peer *peer, int cpu, void (*echo)(struct peer *peer));
void peer_kill(struct peer *peer);
void pin_to(int cpu); /* -1: to every CPU that the process began with */
