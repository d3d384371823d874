/* SPDX-License-Identifier: Apache-2.0 */
/* bench/oneway.c - messages of 64 bytes one way: how many a second arrive
 *
 * One process sends without a pause, another receives, checks that none is missing, and says so at the end. Every way has
 * a bounded queue (a pipe's 64 KiB, a socket's buffer, 1,024 messages of a port), and the sender waits when it is full.
 * The median of five rounds, which interleave the ways, is what is shown.
 */
#include <fcntl.h>
#include <math.h>
#include <mach/mach.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "service.h"

enum { ROUNDS = 5 };
enum { PIPE, UNIX, MACH, N_WAYS };

struct message {
    mach_msg_header_t header;
    uint32_t number;
    char bytes[MESSAGE_SIZE - sizeof(mach_msg_header_t) - sizeof(uint32_t)];
    mach_msg_max_trailer_t trailer;
};

static uint32_t n_messages = 200000;
static int done[2]; /* a pipe: what the receiver has counted */

/* ---- the receiver ---- */

static void tell(uint32_t count)
{
    if (write(done[1], &count, sizeof(count)) != sizeof(count))
        _exit(1);
}

/* A batch begins with number 0. */
static void count_messages(struct peer *peer, bool (*receive)(struct peer *peer, struct message *message))
{
    struct message message;
    for (uint32_t next = 0; receive(peer, &message) && message.number == next;) {
        if (++next < n_messages)
            continue;
        tell(next);
        next = 0;
    }
    tell(0);
}

static bool fd_receive(struct peer *peer, struct message *message)
{
    return read(peer->fd[0], message, MESSAGE_SIZE) == MESSAGE_SIZE;
}

static void fd_count(struct peer *peer)
{
    close(peer->fd[1]);
    count_messages(peer, fd_receive);
}

static mach_port_t service;

static bool mach_receive(struct peer *peer, struct message *message)
{
    (void)peer;
    return mach_msg(&message->header, MACH_RCV_MSG, 0, sizeof(*message), service, 0, MACH_PORT_NULL) == 0;
}

static void mach_count(struct peer *peer)
{
    service = service_make();
    mach_port_limits_t limits = { .mpl_qlimit = MACH_PORT_QLIMIT_LARGE };
    mach_port_set_attributes(mach_task_self(), service, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                             MACH_PORT_LIMITS_INFO_COUNT);
    count_messages(peer, mach_receive);
}

/* ---- the ways ---- */

static const char *fd_start(struct peer *peer)
{
    pid_t child = peer_fork(peer, -1, fd_count);
    close(peer->fd[0]);
    peer->fd[0] = -1;
    return child < 0 ? "cannot fork" : NULL;
}

static const char *pipe_start(struct peer *peer, int cpu)
{
    (void)cpu;
    return pipe2(peer->fd, O_CLOEXEC) ? "no pipes" : fd_start(peer);
}

static const char *unix_start(struct peer *peer, int cpu)
{
    (void)cpu;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, peer->fd) ? "no sockets" : fd_start(peer);
}

static bool fd_send(struct peer *peer, struct message *message)
{
    return write(peer->fd[1], message, MESSAGE_SIZE) == MESSAGE_SIZE;
}

static void fd_stop(struct peer *peer)
{
    peer_kill(peer);
    close(peer->fd[1]);
}

static const char *mach_start(struct peer *peer, int cpu)
{
    return service_fork(peer, cpu, mach_count, &service);
}

static bool mach_send(struct peer *peer, struct message *message)
{
    (void)peer;
    message->header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    message->header.msgh_remote_port = service;
    return mach_msg(&message->header, MACH_SEND_MSG, MESSAGE_SIZE, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL) == 0;
}

static void mach_stop(struct peer *peer)
{
    peer_kill(peer);
    mach_port_deallocate(mach_task_self(), service);
}

static struct way {
    struct peer peer;
    bool (*send)(struct peer *peer, struct message *message);
    double round[ROUNDS]; /* messages a second; NAN: not measured */
    const char *skipped;
} ways[N_WAYS] = {
    [PIPE] = { .peer = { .name = "pipe", .key = "pipe", .start = pipe_start, .stop = fd_stop },
               .send = fd_send },
    [UNIX] = { .peer = { .name = "AF_UNIX seqpacket", .key = "unix", .start = unix_start, .stop = fd_stop },
               .send = fd_send },
    [MACH] = { .peer = { .name = "machd (mach_msg)", .key = "mach", .start = mach_start, .stop = mach_stop },
               .send = mach_send },
};

/* ---- measuring ---- */

/* Messages a second, NAN if one got lost. */
static double flood(struct way *way)
{
    struct message message = { 0 };
    uint32_t counted = 0;
    double begin = now_us();
    for (message.number = 0; message.number < n_messages; message.number++)
        if (!way->send(&way->peer, &message))
            return NAN;
    if (read(done[0], &counted, sizeof(counted)) != sizeof(counted) || counted != n_messages)
        return NAN;
    return n_messages / (now_us() - begin) * 1e6;
}

static void measure(struct way *way, unsigned round)
{
    way->round[round] = NAN;
    if (way->skipped || (way->skipped = way->peer.start(&way->peer, -1)))
        return;
    way->round[round] = flood(way);
    way->peer.stop(&way->peer);
}

static double figure(struct way *way)
{
    return way->skipped ? NAN : median(way->round, ROUNDS);
}

/* ---- telling ---- */

static void print_table(const double *rate)
{
    printf("64-byte messages one way, bounded queue, median of %d interleaved rounds\n\n", ROUNDS);
    printf("%-24s  %12s  %12s\n", "", "a second", "us each");
    for (unsigned w = 0; w < N_WAYS; w++)
        printf("%-24s  %12.0f  %12.2f%s%s\n", ways[w].peer.name, rate[w], 1e6 / rate[w],
               ways[w].skipped ? "  skipped: " : "", ways[w].skipped ? ways[w].skipped : "");
    printf("\nrate of machd divided by rate of the other\n");
    printf("  oneway_over_unix       %8.3f\n", rate[MACH] / rate[UNIX]);
    printf("  oneway_over_pipe       %8.3f\n", rate[MACH] / rate[PIPE]);
}

static void print_json(const double *rate)
{
    json_begin();
    json_number("oneway_per_s", rate[MACH]);
    json_number("unix_oneway_per_s", rate[UNIX]);
    json_number("pipe_oneway_per_s", rate[PIPE]);
    json_number("oneway_over_unix", rate[MACH] / rate[UNIX]);
    json_number("oneway_over_pipe", rate[MACH] / rate[PIPE]);
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv, "Measures how many 64-byte messages a second go one way.");
    double rate[N_WAYS];
    if (options.quick)
        n_messages /= 20;
    if (pipe2(done, O_CLOEXEC))
        return 1;
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned w = 0; w < N_WAYS; w++)
            measure(&ways[w], round);
    for (unsigned w = 0; w < N_WAYS; w++)
        rate[w] = figure(&ways[w]);
    print_table(rate);
    if (options.json)
        print_json(rate);
    return isnan(rate[MACH]);
}
