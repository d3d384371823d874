/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void (*peer_begins)(void);
void (*peer_works)(void);

void pin_to(int cpu)
{
    static cpu_set_t all;
    static bool known;
    if (!known) {
        sched_getaffinity(0, sizeof(all), &all);
        known = true;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    if (cpu >= 0)
        CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), cpu < 0 ? &all : &one);
}

pid_t peer_fork(struct peer *peer, int cpu, void (*echo)(struct peer *peer))
{
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin_to(cpu);
        if (peer_begins)
            peer_begins();
        echo(peer);
        _exit(0);
    }
    peer->child = child;
    return child;
}

void peer_kill(struct peer *peer)
{
    if (peer->child > 0) {
        kill(peer->child, SIGKILL);
        waitpid(peer->child, NULL, 0);
    }
    peer->child = 0;
}
