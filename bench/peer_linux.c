/* SPDX-License-Identifier: Apache-2.0 */
/* bench/peer_linux.c - what Linux itself offers: a futex hand-off, pipes, POSIX message queues, AF_UNIX sockets */
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer.h"

/* ---- futex: two processes hand a word to each other; nothing can be faster that sleeps in between ---- */

struct words {
    _Atomic uint32_t to_server, to_client;
};

static void futex_post(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void futex_await(_Atomic uint32_t *word, uint32_t value)
{
    for (uint32_t seen; (seen = atomic_load(word)) != value;)
        syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void futex_echo(struct peer *peer)
{
    struct words *words = peer->state;
    for (uint32_t n = 1;; n++) {
        futex_await(&words->to_server, n);
        futex_post(&words->to_client, n);
    }
}

static const char *futex_start(struct peer *peer, int cpu)
{
    peer->state = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (peer->state == MAP_FAILED)
        return "no shared memory";
    return peer_fork(peer, cpu, futex_echo) < 0 ? "cannot fork" : NULL;
}

static bool futex_call(struct peer *peer)
{
    struct words *words = peer->state;
    uint32_t n = atomic_load(&words->to_server) + 1;
    futex_post(&words->to_server, n);
    futex_await(&words->to_client, n);
    return true;
}

static void futex_stop(struct peer *peer)
{
    peer_kill(peer);
    munmap(peer->state, 4096);
}

struct peer peer_futex = { .name = "futex hand-off (floor)",
                           .key = "futex",
                           .floor = true,
                           .start = futex_start,
                           .call = futex_call,
                           .stop = futex_stop };

/* ---- descriptors: what is written on one side is read on the other ---- */

static bool fd_call(struct peer *peer)
{
    char message[MESSAGE_SIZE] = { 1 };
    return write(peer->fd[1], message, sizeof(message)) == sizeof(message) &&
           read(peer->fd[0], message, sizeof(message)) == sizeof(message);
}

static void fd_echo(struct peer *peer)
{
    char message[MESSAGE_SIZE];
    while (read(peer->fd[0], message, sizeof(message)) == sizeof(message)) {
        peer_work();
        if (write(peer->fd[1], message, sizeof(message)) != sizeof(message))
            return;
    }
}

static void fd_stop(struct peer *peer)
{
    peer_kill(peer);
    close(peer->fd[0]);
    if (peer->fd[1] != peer->fd[0])
        close(peer->fd[1]);
}

static const char *pipe_start(struct peer *peer, int cpu)
{
    int there[2], back[2];
    if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
        return "no pipes";
    peer->fd[0] = there[0];
    peer->fd[1] = back[1];
    pid_t child = peer_fork(peer, cpu, fd_echo);
    close(there[0]);
    close(back[1]);
    peer->fd[0] = back[0];
    peer->fd[1] = there[1];
    return child < 0 ? "cannot fork" : NULL;
}

struct peer peer_pipe = { .name = "pipe", .key = "pipe", .start = pipe_start, .call = fd_call, .stop = fd_stop };

static const char *unix_start(struct peer *peer, int cpu)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return "no sockets";
    peer->fd[0] = peer->fd[1] = pair[1];
    pid_t child = peer_fork(peer, cpu, fd_echo);
    close(pair[1]);
    peer->fd[0] = peer->fd[1] = pair[0];
    return child < 0 ? "cannot fork" : NULL;
}

struct peer peer_unix = {
    .name = "AF_UNIX seqpacket", .key = "unix", .start = unix_start, .call = fd_call, .stop = fd_stop
};

/* ---- POSIX message queues ---- */

static void mq_echo(struct peer *peer)
{
    char message[MESSAGE_SIZE];
    while (mq_receive(peer->fd[0], message, sizeof(message), NULL) == sizeof(message)) {
        peer_work();
        mq_send(peer->fd[1], message, sizeof(message), 0);
    }
}

static int mq_make(const char *what)
{
    char name[64];
    struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = MESSAGE_SIZE };
    snprintf(name, sizeof(name), "/machd-bench-%d-%s", (int)getpid(), what);
    int fd = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
    mq_unlink(name);
    return fd;
}

static const char *mq_start(struct peer *peer, int cpu)
{
    int there = mq_make("there"), back = mq_make("back");
    if (there < 0 || back < 0)
        return "no POSIX message queues";
    peer->fd[0] = there;
    peer->fd[1] = back;
    pid_t child = peer_fork(peer, cpu, mq_echo);
    peer->fd[0] = back;
    peer->fd[1] = there;
    return child < 0 ? "cannot fork" : NULL;
}

static bool mq_call(struct peer *peer)
{
    char message[MESSAGE_SIZE] = { 1 };
    return mq_send(peer->fd[1], message, sizeof(message), 0) == 0 &&
           mq_receive(peer->fd[0], message, sizeof(message), NULL) == sizeof(message);
}

struct peer peer_mq = { .name = "POSIX mq", .key = "mq", .start = mq_start, .call = mq_call, .stop = fd_stop };
