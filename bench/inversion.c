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
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "measure.h"
#include "service.h"

enum { CLIENT_NICE = -10, SERVER_NICE = 19, WORK_US = 100, CHAIN = 4 };
enum { WORKLOOP, MACH, MACH_CHAIN, APART, CHAIN_APART, UNIX, MQ, DBUS, N_WAYS };
enum { BACKGROUND_PRIORITY = 0x2ff, WORKLOOP_ID = 1 };

static unsigned n_calls = 2000;
static bool are_apart; /* each process in a session of its own */

/* ---- the servers ---- */

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void work(void)
{
    for (double end = cpu_us() + WORK_US; cpu_us() < end;)
        ;
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

/* The special reply port carries the caller's priority. */
static bool call_port(mach_port_t service, mach_port_t reply)
{
    struct message message = { .header = {
                                   .msgh_bits =
                                       MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                   .msgh_remote_port = service,
                                   .msgh_local_port = reply,
                               } };
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, MESSAGE_SIZE, sizeof(message), reply, 0,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS;
}

/* A server of a chain asks the one that was started before it; the first one works. */
static mach_port_t next_service;

static void serve(struct peer *peer)
{
    mach_port_t service = service_make(), reply = thread_get_special_reply_port();
    mach_msg_option_t option = MACH_RCV_MSG;
    struct message message = { 0 };
    (void)peer;
    while (mach_msg(&message.header, option, MESSAGE_SIZE, sizeof(message), service, 0, MACH_PORT_NULL) == 0) {
        if (next_service == MACH_PORT_NULL)
            work();
        else if (!call_port(next_service, reply))
            return;
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        option = MACH_SEND_MSG | MACH_RCV_MSG;
    }
}

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

static struct peer servers[CHAIN];
static mach_port_t services[CHAIN], reply_port;

/* A child inherits no names: it comes by its next one as a registered port. */
static void serve_in_chain(struct peer *peer)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    if (peer != &servers[0] && mach_ports_lookup(mach_task_self(), &ports, &n) == KERN_SUCCESS && n > 0)
        next_service = ports[0];
    serve(peer);
}

static const char *register_next(mach_port_t service)
{
    return mach_ports_register(mach_task_self(), &service, 1) ? "the next server cannot be named" : NULL;
}

static const char *start_servers(unsigned n)
{
    const char *why = NULL;
    for (unsigned i = 0; i < n && !why; i++) {
        if (i > 0)
            why = register_next(services[i - 1]);
        if (!why)
            why = service_fork(&servers[i], -1, serve_in_chain, &services[i]);
    }
    reply_port = thread_get_special_reply_port();
    return why;
}

static const char *workloop_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    reply_port = thread_get_special_reply_port();
    return service_fork(&servers[0], -1, serve_workloop, &services[0]);
}

static const char *mach_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    return start_servers(1);
}

static const char *chain_start(struct peer *peer, int cpu)
{
    (void)peer, (void)cpu;
    return start_servers(CHAIN);
}

static bool mach_call(struct peer *peer)
{
    (void)peer;
    return call_port(services[0], reply_port);
}

static bool chain_call(struct peer *peer)
{
    (void)peer;
    return call_port(services[CHAIN - 1], reply_port);
}

static void mach_stop(struct peer *peer)
{
    (void)peer;
    for (unsigned i = 0; i < CHAIN; i++) {
        peer_kill(&servers[i]);
        if (services[i] != MACH_PORT_NULL)
            mach_port_deallocate(mach_task_self(), services[i]);
        services[i] = MACH_PORT_NULL;
    }
    mach_port_mod_refs(mach_task_self(), reply_port, MACH_PORT_RIGHT_RECEIVE, -1);
}

static struct peer
    workloop = { .name = "machd, workloop", .start = workloop_start, .call = mach_call, .stop = mach_stop },
    one_server = { .name = "machd, plain", .start = mach_start, .call = mach_call, .stop = mach_stop },
    chain = { .name = "machd, 4 hops", .start = chain_start, .call = chain_call, .stop = mach_stop },
    workloop_apart = { .name = "machd, sessions",
                       .start = workloop_start,
                       .call = mach_call,
                       .stop = mach_stop },
    chain_apart = { .name = "machd, 4, sessions", .start = chain_start, .call = chain_call, .stop = mach_stop };

static struct way {
    struct peer *peer;
    const char *prefix, *suffix; /* of the names of its figures */
    const char *skipped;
    double unloaded, p50, p99, worst; /* microseconds */
} ways[N_WAYS] = {
    [WORKLOOP] = { &workloop, "", "", NULL, NAN, NAN, NAN, NAN },
    [MACH] = { &one_server, "", "_plain", NULL, NAN, NAN, NAN, NAN },
    [MACH_CHAIN] = { &chain, "", "_4hops", NULL, NAN, NAN, NAN, NAN },
    [APART] = { &workloop_apart, "", "_sessions", NULL, NAN, NAN, NAN, NAN },
    [CHAIN_APART] = { &chain_apart, "", "_4hops_sessions", NULL, NAN, NAN, NAN, NAN },
    [UNIX] = { &peer_unix, "unix_", "", NULL, NAN, NAN, NAN, NAN },
    [MQ] = { &peer_mq, "mq_", "", NULL, NAN, NAN, NAN, NAN },
    [DBUS] = { &peer_dbus, "dbus_", "", NULL, NAN, NAN, NAN, NAN },
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

/* Sorted, n of them; false if a call failed. */
static bool time_calls(struct way *way, double *took, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        double begin = now_us();
        if (!way->peer->call(way->peer))
            return false;
        took[i] = now_us() - begin;
    }
    median(took, n);
    return true;
}

static void measure(struct way *way, double *took)
{
    peer_begins = is_mach(way) ? be_background : be_nice;
    are_apart = way == &ways[APART] || way == &ways[CHAIN_APART];
    if ((way->skipped = way->peer->start(way->peer, -1)))
        return;
    be_urgent(way, true);
    load_start(LOAD_AWAKE, are_apart);
    bool works = time_calls(way, took, n_calls);
    way->unloaded = works ? took[n_calls / 2] : NAN;
    load_stop();
    load_start(LOAD_HOGS, are_apart);
    if (works && time_calls(way, took, n_calls)) {
        way->p50 = took[n_calls / 2];
        way->p99 = took[n_calls - 1 - n_calls / 100];
        way->worst = took[n_calls - 1];
    }
    load_stop();
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
        if (way->skipped)
            printf("%-20s  skipped: %s\n", way->peer->name, way->skipped);
        else
            printf("%-20s  %10.1f  %10.1f  %10.1f  %10.1f  %9.2f  %9.2f\n", way->peer->name, way->unloaded,
                   way->p50, way->p99, way->worst, way->p50 / way->unloaded, way->p99 / way->unloaded);
    }
}

static void put(const struct way *way, const char *what, double value)
{
    char name[64];
    snprintf(name, sizeof(name), "inversion_%s%s_over_unloaded%s", way->prefix, what, way->suffix);
    json_number(name, value / way->unloaded);
}

static void print_json(void)
{
    json_begin();
    for (unsigned w = 0; w < N_WAYS; w++) {
        put(&ways[w], "p50", ways[w].p50);
        put(&ways[w], "p99", ways[w].p99);
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
    return isnan(ways[WORKLOOP].p50) || isnan(ways[MACH].p50);
}
