/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ool.c - large memory there and back: out of line through machd, beside an AF_UNIX stream and plain copies
 *
 * Whoever receives reads every byte, there and back. The echo sends back the memory that it received. A round makes a few
 * calls with each way and each size, and keeps the median; the median of five rounds, which interleave the ways, is what is shown.
 * memcpy is the floor: two copies within one process, each read once.
 */
#include <getopt.h>
#include <mach/mach.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

enum { ROUNDS = 5, N_SIZES = 4, CALLS_MAX = 256 };

static const struct size {
    const char *key;
    size_t bytes;
    unsigned calls;
} sizes[N_SIZES] = {
    { "64k", 64u << 10, 256 }, { "1m", 1u << 20, 64 }, { "16m", 16u << 20, 8 }, { "64m", 64u << 20, 3 }
};

static size_t size;     /* of the present calls */
static uint8_t *buffer; /* of the caller; as large as the largest */

static volatile uint64_t sum;

static void read_every_byte(const void *bytes, size_t n)
{
    const uint64_t *word = bytes;
    uint64_t all = 0;
    for (size_t i = 0; i < n / sizeof(*word); i++)
        all += word[i];
    sum = all;
}

static void *make_buffer(void)
{
    size_t largest = sizes[N_SIZES - 1].bytes;
    void *at = mmap(NULL, largest, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        abort();
    memset(at, 1, largest);
    return at;
}

/* ---- memcpy ---- */

static void *other_buffer;

static const char *copy_start(struct peer *peer, int cpu)
{
    (void)cpu;
    other_buffer = make_buffer();
    peer->child = 0;
    return NULL;
}

static bool copy_call(struct peer *peer)
{
    (void)peer;
    memcpy(other_buffer, buffer, size);
    read_every_byte(other_buffer, size);
    memcpy(buffer, other_buffer, size);
    read_every_byte(buffer, size);
    return true;
}

static void copy_stop(struct peer *peer)
{
    (void)peer;
    munmap(other_buffer, sizes[N_SIZES - 1].bytes);
}

/* ---- AF_UNIX stream ---- */

static bool write_all(int fd, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = write(fd, (const char *)bytes + at, n - at);
        if (done <= 0)
            return false;
        at += (size_t)done;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = read(fd, (char *)bytes + at, n - at);
        if (done <= 0)
            return false;
        at += (size_t)done;
    }
    return true;
}

static void stream_echo(struct peer *peer)
{
    uint8_t *bytes = make_buffer();
    size_t n;
    close(peer->fd[0]);
    while (read_all(peer->fd[1], &n, sizeof(n)) && read_all(peer->fd[1], bytes, n)) {
        read_every_byte(bytes, n);
        if (!write_all(peer->fd[1], bytes, n))
            return;
    }
}

static const char *stream_start(struct peer *peer, int cpu)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, peer->fd) != 0)
        return "no socket pair";
    pid_t child = peer_fork(peer, cpu, stream_echo);
    close(peer->fd[1]);
    return child < 0 ? "no child" : NULL;
}

static bool stream_call(struct peer *peer)
{
    if (!write_all(peer->fd[0], &size, sizeof(size)) || !write_all(peer->fd[0], buffer, size) ||
        !read_all(peer->fd[0], buffer, size))
        return false;
    read_every_byte(buffer, size);
    return true;
}

static void stream_stop(struct peer *peer)
{
    close(peer->fd[0]);
    peer_kill(peer);
}

/* ---- machd ---- */

struct message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_max_trailer_t trailer;
};

#define SEND_SIZE offsetof(struct message, trailer)

static struct {
    mach_port_t service, reply;
} mach;

static void set_memory(struct message *message, void *address, size_t n, boolean_t deallocate)
{
    message->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    message->body.msgh_descriptor_count = 1;
    message->memory = (mach_msg_ool_descriptor_t){
        .address = address,
        .deallocate = deallocate,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .type = MACH_MSG_OOL_DESCRIPTOR,
        .size = (mach_msg_size_t)n,
    };
}

/* The caller's port is the child's registered port; the child's comes as the reply port of its first message. */
static void mach_echo(struct peer *peer)
{
    mach_port_t service = MACH_PORT_NULL, *registered = NULL;
    mach_msg_type_number_t n = 0;
    struct message message = { 0 };
    mach_msg_option_t option = MACH_SEND_MSG | MACH_RCV_MSG;
    (void)peer;
    if (mach_ports_lookup(mach_task_self(), &registered, &n) || n == 0)
        return;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &service);
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND);
    message.header.msgh_remote_port = registered[0];
    message.header.msgh_local_port = service;
    mach_msg_size_t send_size = sizeof(message.header);
    while (mach_msg(&message.header, option, send_size, sizeof(message), service, 0, MACH_PORT_NULL) == 0) {
        read_every_byte(message.memory.address, message.memory.size);
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        set_memory(&message, message.memory.address, message.memory.size, TRUE);
        send_size = SEND_SIZE;
    }
}

static const char *mach_start(struct peer *peer, int cpu)
{
    struct message hello;
    if (mach_task_self() == MACH_PORT_NULL)
        return "no machd (run it by machctl run)";
    mach.reply = mach_reply_port();
    mach_port_insert_right(mach_task_self(), mach.reply, mach.reply, MACH_MSG_TYPE_MAKE_SEND);
    mach_ports_register(mach_task_self(), &mach.reply, 1);
    pid_t child = peer_fork(peer, cpu, mach_echo);
    mach_ports_register(mach_task_self(), NULL, 0);
    if (child < 0 || mach_msg(&hello.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(hello), mach.reply,
                              5000, MACH_PORT_NULL))
        return "the echoing child did not answer";
    mach.service = hello.header.msgh_remote_port;
    return NULL;
}

static bool mach_call(struct peer *peer)
{
    struct message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = mach.service,
            .msgh_local_port = mach.reply,
        },
    };
    (void)peer;
    set_memory(&message, buffer, size, FALSE);
    if (mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, SEND_SIZE, sizeof(message), mach.reply, 0,
                 MACH_PORT_NULL) != MACH_MSG_SUCCESS ||
        message.memory.size != size)
        return false;
    read_every_byte(message.memory.address, size);
    return vm_deallocate(mach_task_self(), (vm_address_t)message.memory.address, size) == KERN_SUCCESS;
}

static void mach_stop(struct peer *peer)
{
    peer_kill(peer);
    mach_port_deallocate(mach_task_self(), mach.service);
    mach_port_mod_refs(mach_task_self(), mach.reply, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* ---- measuring ---- */

enum way { COPY, STREAM, MACH, N_WAYS };

static struct peer ways[N_WAYS] = {
    [COPY] = { .name = "memcpy (floor)",
               .key = "memcpy",
               .start = copy_start,
               .call = copy_call,
               .stop = copy_stop },
    [STREAM] = { .name = "AF_UNIX stream",
                 .key = "unix_stream",
                 .start = stream_start,
                 .call = stream_call,
                 .stop = stream_stop },
    [MACH] = { .name = "machd (out of line)",
               .key = "ool",
               .start = mach_start,
               .call = mach_call,
               .stop = mach_stop },
};

static double rounds[N_WAYS][N_SIZES][ROUNDS]; /* microseconds; NAN: not measured */
static bool is_quick;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorts the values. */
static double median(double *values, unsigned n)
{
    qsort(values, n, sizeof(*values), compare);
    return values[n / 2];
}

static double measure_size(struct peer *peer, const struct size *s)
{
    double took[CALLS_MAX];
    unsigned calls = is_quick ? (s->calls + 3) / 4 : s->calls;
    size = s->bytes;
    for (unsigned i = 0; i < 2; i++)
        if (!peer->call(peer))
            return NAN;
    for (unsigned i = 0; i < calls; i++) {
        double begin = now_us();
        if (!peer->call(peer))
            return NAN;
        took[i] = now_us() - begin;
    }
    return median(took, calls);
}

static void measure(enum way way, unsigned round)
{
    struct peer *peer = &ways[way];
    const char *why = peer->start(peer, -1);
    if (why)
        fprintf(stderr, "%s: %s\n", peer->name, why);
    for (unsigned s = 0; s < N_SIZES; s++)
        rounds[way][s][round] = why ? NAN : measure_size(peer, &sizes[s]);
    if (!why)
        peer->stop(peer);
}

static double figure(enum way way, unsigned s)
{
    double values[ROUNDS];
    memcpy(values, rounds[way][s], sizeof(values));
    return median(values, ROUNDS);
}

/* ---- telling ---- */

static void print_table(void)
{
    printf("memory there and back, every byte read on both sides, microseconds, median of %d interleaved "
           "rounds\n\n",
           ROUNDS);
    printf("%-24s", "");
    for (unsigned s = 0; s < N_SIZES; s++)
        printf("  %10s", sizes[s].key);
    printf("\n");
    for (unsigned w = 0; w < N_WAYS; w++) {
        printf("%-24s", ways[w].name);
        for (unsigned s = 0; s < N_SIZES; s++)
            printf("  %10.1f", figure(w, s));
        printf("\n");
    }
    printf("\ntime of machd divided by time of the other\n");
    for (unsigned s = 0; s < N_SIZES; s++)
        printf("  ool_%s_over_unix %*.3f   ool_%s_over_memcpy %*.3f\n", sizes[s].key, 8,
               figure(MACH, s) / figure(STREAM, s), sizes[s].key, 8, figure(MACH, s) / figure(COPY, s));
}

static void print_json(void)
{
    const char *separator = "{";
    for (unsigned w = 0; w < N_WAYS; w++)
        for (unsigned s = 0; s < N_SIZES; s++) {
            printf("%s\"%s_%s_us\": %.1f", separator, ways[w].key, sizes[s].key, figure(w, s));
            separator = ", ";
        }
    for (unsigned s = 0; s < N_SIZES; s++)
        printf(", \"ool_%s_over_unix\": %.4f, \"ool_%s_over_memcpy\": %.4f", sizes[s].key,
               figure(MACH, s) / figure(STREAM, s), sizes[s].key, figure(MACH, s) / figure(COPY, s));
    printf("}\n");
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' },
                                             { "quick", no_argument, NULL, 'q' },
                                             { 0 } };
    bool as_json = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'j': as_json = true; break;
        case 'q': is_quick = true; break;
        default: fprintf(stderr, "usage: bench-ool [--json] [--quick]\n"); return 1;
        }
    }
    pin_to(-1);
    buffer = make_buffer();
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned way = 0; way < N_WAYS; way++)
            measure(way, round);
    for (unsigned s = 0; s < N_SIZES; s++)
        if (isnan(figure(MACH, s))) {
            fprintf(stderr, "bench: nothing was measured with machd\n");
            return 1;
        }
    print_table();
    if (as_json)
        print_json();
    return 0;
}
