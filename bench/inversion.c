/* SPDX-License-Identifier: Apache-2.0 */
/* bench/inversion.c - an urgent client calls a background server while a hog keeps every CPU busy
 *
 * The client has niceness -10, the server 19; each request costs the server 0.1 ms of CPU. Without inheritance the
 * server waits behind the hogs, and so does the client. For machd nobody sets a niceness: the client asks for
 * USER_INTERACTIVE in the focal role, the server for BACKGROUND, and machd does the rest. It is measured with a server that
 * is a workloop, as on macOS; with one that receives with plain mach_msg; and with a chain of four of those.
 *
 * What loaded figures are divided by is the same way's own median without hogs, while threads of policy SCHED_IDLE keep
 * the CPUs awake, as the hogs do. Everything stands in one scheduling group, but for two ways that are measured again with
 * hogs, servers and client each in a session of its own: where autogroup is on, niceness does not count between those.
 */
#include <math.h>
#include <pthread.h>
#include <pthread/workqueue_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/resource.h>
#include <unistd.h>

#include "chain.h"
#include "load.h"
#include "measure.h"
#include "service.h"

enum { CLIENT_NICE = -10, SERVER_NICE = 19, WORK_US = 100 };
enum { WORKLOOP, MACH, MACH_CHAIN, APART, CHAIN_APART, UNIX, MQ, DBUS, N_WAYS };
enum { BACKGROUND_PRIORITY = 0x2ff, WORKLOOP_ID = 1 };

static unsigned n_calls = 2000;
static bool are_apart; /* each process in a session of its own */

/* ---- the servers ---- */

static void work(void)
{
    load_compute(WORK_US);
}

static void be_nice(void)
{
    setpriority(PRIO_PROCESS, 0, SERVER_NICE);
}

static void be_background(void)
{
    if (are_apart)
        setsid();
    pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0);
}

struct message {
    mach_msg_header_t header;
    char bytes[MESSAGE_SIZE - sizeof(mach_msg_header_t)];
    mach_msg_max_trailer_t trailer;
};

/* ---- a server that is a workloop ---- */

static void answer(const mach_msg_header_t *request)
{
    struct message message = { .header = { .msgh_bits =
                                               MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(request->msgh_bits), 0),
                                           .msgh_remote_port = request->msgh_remote_port } };
    mach_msg(&message.header, MACH_SEND_MSG, MESSAGE_SIZE, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static struct kevent_qos_s next_message(uint64_t port, uint16_t flags)
{
    return (struct kevent_qos_s){ .ident = port,
                                  .filter = EVFILT_MACHPORT,
                                  .flags = flags | EV_ENABLE | EV_DISPATCH | EV_UDATA_SPECIFIC,
                                  .qos = BACKGROUND_PRIORITY,
                                  .fflags = MACH_RCV_MSG };
}

/* The push ends with the answer; the list of changes asks for the next message. */
static void called(uint64_t *id, void **events, int *n_events)
{
    struct kevent_qos_s *event = *events;
    (void)id;
    for (int i = 0; i < *n_events; i++) {
        work();
        answer((const mach_msg_header_t *)(uintptr_t)event[i].ext[0]);
        event[i] = next_message(event[i].ident, 0);
    }
}

static void never(pthread_priority_t priority)
{
    (void)priority;
}

static void never_events(void **events, int *n_events)
{
    (void)events, (void)n_events;
}

static void serve_workloop(struct peer *peer)
{
    struct kevent_qos_s change = next_message(service_make(), EV_ADD);
    (void)peer;
    if (_pthread_workqueue_init_with_workloop(never, never_events, called, 0, 0) == 0 &&
        kevent_id(WORKLOOP_ID, &change, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP) == 0)
        for (;;)
            pause();
}

/* ---- the ways ---- */

static struct chain servers;

/* The special reply port carries the caller's priority. */
static const char *ready(const char *why)
{
    if (!why)
        servers.reply = thread_get_special_reply_port();
    return why;
}

static const char *workloop_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    return ready(chain_start_one(&servers, serve_workloop));
}

static const char *mach_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    return ready(chain_start(&servers, 1));
}

static const char *four_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    return ready(chain_start(&servers, 4));
}

static bool mach_call(struct peer *peer)
{
    (void)peer;
    return chain_call(&servers);
}

static void mach_stop(struct peer *peer)
{
    (void)peer;
    chain_stop(&servers);
}

static struct peer
    workloop = { .name = "machd, workloop", .start = workloop_start, .call = mach_call, .stop = mach_stop },
    one_server = { .name = "machd, plain", .start = mach_start, .call = mach_call, .stop = mach_stop },
    four_servers = { .name = "machd, 4 hops", .start = four_start, .call = mach_call, .stop = mach_stop },
    workloop_apart = { .name = "machd, sessions",
                       .start = workloop_start,
                       .call = mach_call,
                       .stop = mach_stop },
    four_apart = { .name = "machd, 4, sessions", .start = four_start, .call = mach_call, .stop = mach_stop };

static struct way {
    struct peer *peer;
    const char *prefix, *suffix; /* of the names of its figures */
    const char *skipped;
    struct loaded took;
} ways[N_WAYS] = {
    [WORKLOOP] = { &workloop, "", "" },
    [MACH] = { &one_server, "", "_plain" },
    [MACH_CHAIN] = { &four_servers, "", "_4hops" },
    [APART] = { &workloop_apart, "", "_sessions" },
    [CHAIN_APART] = { &four_apart, "", "_4hops_sessions" },
    [UNIX] = { &peer_unix, "unix_", "" },
    [MQ] = { &peer_mq, "mq_", "" },
    [DBUS] = { &peer_dbus, "dbus_", "" },
};

/* ---- measuring ---- */

static bool is_mach(const struct way *way)
{
    return way < &ways[UNIX];
}

static void be_urgent(const struct way *way, bool on)
{
    if (is_mach(way))
        setpriority(PRIO_DARWIN_ROLE, 0, on ? PRIO_DARWIN_ROLE_UI_FOCAL : PRIO_DARWIN_ROLE_DEFAULT);
    else
        setpriority(PRIO_PROCESS, 0, on ? CLIENT_NICE : 0);
}

static bool call(void *peer)
{
    return ((struct peer *)peer)->call(peer);
}

static void measure(struct way *way, double *took)
{
    peer_begins = is_mach(way) ? be_background : be_nice;
    are_apart = way == &ways[APART] || way == &ways[CHAIN_APART];
    way->took = (struct loaded){ NAN, NAN, NAN, NAN };
    if ((way->skipped = way->peer->start(way->peer, -1)))
        return;
    be_urgent(way, true);
    way->took = load_compare(call, way->peer, are_apart, took, n_calls);
    be_urgent(way, false);
    way->peer->stop(way->peer);
}

/* ---- telling ---- */

static void print_table(void)
{
    printf("urgent client, background server, 0.1 ms of work, a hog on every CPU; microseconds, %u calls\n\n",
           n_calls);
    printf("%-20s  %10s  %10s  %10s  %10s  %9s  %9s\n", "", "unloaded", "median", "p99", "worst", "p50/unl.",
           "p99/unl.");
    for (unsigned w = 0; w < N_WAYS; w++) {
        const struct way *way = &ways[w];
        const struct loaded *t = &way->took;
        if (way->skipped)
            printf("%-20s  skipped: %s\n", way->peer->name, way->skipped);
        else
            printf("%-20s  %10.1f  %10.1f  %10.1f  %10.1f  %9.2f  %9.2f\n", way->peer->name, t->unloaded,
                   t->p50, t->p99, t->worst, t->p50 / t->unloaded, t->p99 / t->unloaded);
    }
}

static void put(const struct way *way, const char *what, double value)
{
    char name[64];
    snprintf(name, sizeof(name), "inversion_%s%s_over_unloaded%s", way->prefix, what, way->suffix);
    json_number(name, value / way->took.unloaded);
}

static void print_json(void)
{
    json_begin();
    for (unsigned w = 0; w < N_WAYS; w++) {
        put(&ways[w], "p50", ways[w].took.p50);
        put(&ways[w], "p99", ways[w].took.p99);
    }
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv,
                    "Measures what a hog on every CPU does to an urgent client of a background server.");
    if (options.quick)
        n_calls /= 20;
    double *took = calloc(n_calls, sizeof(*took));
    if (!took)
        return 1;
    peer_works = work;
    for (unsigned w = 0; w < N_WAYS; w++)
        measure(&ways[w], took);
    print_table();
    if (options.json)
        print_json();
    free(took);
    return isnan(ways[WORKLOOP].took.p50) || isnan(ways[MACH].took.p50);
}
