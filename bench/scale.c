/* SPDX-License-Identifier: Apache-2.0 */
/* bench/scale.c - what more ports, more tasks and more threads cost
 *
 * Sends and allocations are timed with 10, 1,000 and 100,000 ports in the space, round trips with 1, 100 and 1,000 tasks
 * attached that do nothing. Bytes are the growth of machd's resident memory divided by what was made; beside them stands
 * what the kernel's own allocations grew by. The idle figure is the CPU time of machd in 10 s with 100 tasks that do nothing.
 */
#include <fcntl.h>
#include <mach/mach.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "peer.h"

enum { N_SIZES = 3, BATCH = 32, BATCHES = 200, THREADS = 500 };

static uint32_t n_ports[N_SIZES] = { 10, 1000, 100000 };
static uint32_t n_tasks[N_SIZES] = { 1, 100, 1000 };
static unsigned batches = BATCHES, calls = 10000, idle_s = 10;

/* ---- machd, from outside ---- */

struct machd {
    int pid;
    double resident, heap; /* bytes */
};

static double number_of(const char *status, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(status, key);
    return at ? atof(at + strlen(key)) : NAN;
}

static double resident_bytes(int pid)
{
    char name[64];
    unsigned long pages = 0;
    snprintf(name, sizeof(name), "/proc/%d/statm", pid);
    FILE *file = fopen(name, "re");
    if (!file || fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages ? (double)pages * (double)sysconf(_SC_PAGESIZE) : NAN;
}

static struct machd look_at_machd(void)
{
    static char status[1 << 20];
    char command[4200];
    const char *machctl = getenv("MACHCTL");
    snprintf(command, sizeof(command), "%s status --json", machctl ? machctl : "machctl");
    FILE *out = popen(command, "re");
    size_t n = out ? fread(status, 1, sizeof(status) - 1, out) : 0;
    status[n] = 0;
    if (!out || pclose(out) != 0)
        return (struct machd){ .resident = NAN, .heap = NAN };
    const char *machd = strstr(status, "\"mode\"");
    struct machd seen = { .heap = number_of(status, "heap_bytes") };
    seen.pid = machd ? (int)number_of(machd, "pid") : 0;
    seen.resident = resident_bytes(seen.pid);
    return seen;
}

/* Nanoseconds of CPU that machd has used. */
static double cpu_ns(int pid)
{
    char name[64];
    unsigned long long ns = 0;
    snprintf(name, sizeof(name), "/proc/%d/schedstat", pid);
    FILE *file = fopen(name, "re");
    bool ok = file && fscanf(file, "%llu", &ns) == 1;
    if (file)
        fclose(file);
    return ok ? (double)ns : NAN;
}

/* ---- ports ---- */

static mach_port_t *ports;
static uint32_t n_made;

static void make_ports(uint32_t n)
{
    for (; n_made < n; n_made++)
        if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &ports[n_made]))
            return;
}

/* Spread over all ports there are, the same every time; of 10, each has at most 4 of a batch: a queue holds 5. */
static mach_port_t some_port(uint32_t i)
{
    return ports[(uint64_t)i * 7919 % n_made];
}

static bool send_to(mach_port_t port)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                                  .msgh_remote_port = port };
    return mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL) == 0;
}

static void receive_from(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;
    mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), port, 0, MACH_PORT_NULL);
}

/* Only the sends are timed. */
static double time_sends(void)
{
    double *took = calloc(batches, sizeof(*took));
    for (uint32_t b = 0; b < batches; b++) {
        double begin = now_us();
        for (uint32_t i = 0; i < BATCH; i++)
            if (!send_to(some_port(b * BATCH + i)))
                took[b] = NAN;
        took[b] += (now_us() - begin) / BATCH;
        for (uint32_t i = 0; i < BATCH; i++)
            receive_from(some_port(b * BATCH + i));
    }
    double result = median(took, batches);
    free(took);
    return result;
}

/* Only the allocations are timed. */
static double time_allocations(void)
{
    mach_port_t fresh[BATCH];
    double *took = calloc(batches, sizeof(*took));
    for (uint32_t b = 0; b < batches; b++) {
        double begin = now_us();
        for (uint32_t i = 0; i < BATCH; i++)
            mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &fresh[i]);
        took[b] = (now_us() - begin) / BATCH;
        for (uint32_t i = 0; i < BATCH; i++)
            mach_port_mod_refs(mach_task_self(), fresh[i], MACH_PORT_RIGHT_RECEIVE, -1);
    }
    double result = median(took, batches);
    free(took);
    return result;
}

/* ---- tasks and threads ---- */

static pid_t *children;
static uint32_t n_children;
static int ready[2];

static void idle_child(void)
{
    char byte = 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mach_reply_port() == MACH_PORT_NULL)
        byte = 0;
    if (write(ready[1], &byte, 1) == 1)
        for (;;)
            pause();
    _exit(1);
}

/* False: this machine, or a limit, does not allow so many. */
static bool make_tasks(uint32_t n)
{
    char byte;
    while (n_children < n) {
        pid_t child = fork();
        if (child == 0)
            idle_child();
        if (child < 0)
            return false;
        children[n_children++] = child;
        if (read(ready[0], &byte, 1) != 1 || !byte)
            return false;
    }
    return true;
}

static void end_tasks(void)
{
    for (uint32_t i = 0; i < n_children; i++)
        kill(children[i], SIGKILL);
    while (n_children > 0)
        waitpid(children[--n_children], NULL, 0);
}

static double time_calls(void)
{
    struct peer *peer = &peer_mach;
    double *took = calloc(calls, sizeof(*took)), result = NAN;
    if (!peer->start(peer, -1)) {
        for (unsigned i = 0; i < calls; i++) {
            double begin = now_us();
            if (!peer->call(peer))
                break;
            took[i] = now_us() - begin;
        }
        peer->stop(peer);
        result = median(took, calls);
    }
    free(took);
    return result;
}

static pthread_barrier_t barrier;

static void *idle_thread(void *argument)
{
    (void)argument;
    mach_reply_port();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* Growth of machd's memory while THREADS threads live. */
static struct machd thread_growth(void)
{
    pthread_t thread[THREADS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    struct machd before = look_at_machd();
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], &attributes, idle_thread, NULL))
            abort();
    pthread_barrier_wait(&barrier);
    struct machd after = look_at_machd();
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    return (struct machd){ .resident = after.resident - before.resident, .heap = after.heap - before.heap };
}

/* ---- the figures ---- */

static struct figures {
    double send[N_SIZES], allocate[N_SIZES], rpc[N_SIZES]; /* us, median */
    double port, task, thread;                             /* bytes of machd's resident memory */
    double port_heap, task_heap, thread_heap;              /* bytes that the kernel allocated */
    double idle_percent;
} figures;

static void measure_ports(void)
{
    uint32_t most = n_ports[N_SIZES - 1];
    ports = calloc(most, sizeof(*ports));
    make_ports(n_ports[0]);
    time_sends(); /* warm */
    for (int i = 0; i < N_SIZES; i++) {
        struct machd before = look_at_machd();
        uint32_t n = n_made;
        make_ports(n_ports[i]);
        struct machd after = look_at_machd();
        figures.port = (after.resident - before.resident) / (n_made - n);
        figures.port_heap = (after.heap - before.heap) / (n_made - n);
        figures.send[i] = time_sends();
        figures.allocate[i] = time_allocations();
    }
    while (n_made > 0)
        mach_port_mod_refs(mach_task_self(), ports[--n_made], MACH_PORT_RIGHT_RECEIVE, -1);
    free(ports);
}

static void measure_idle(int pid)
{
    sleep(1);
    double before = cpu_ns(pid);
    sleep(idle_s);
    figures.idle_percent = (cpu_ns(pid) - before) / (idle_s * 1e9) * 100;
}

static void measure_tasks(void)
{
    struct machd before = { 0 };
    children = calloc(n_tasks[N_SIZES - 1], sizeof(*children));
    time_calls(); /* warm */
    for (int i = 0; i < N_SIZES; i++) {
        uint32_t n = n_children;
        before = look_at_machd();
        bool made = make_tasks(n_tasks[i]);
        struct machd after = look_at_machd();
        figures.rpc[i] = made ? time_calls() : NAN;
        if (made && i > 0) {
            figures.task = (after.resident - before.resident) / (n_children - n);
            figures.task_heap = (after.heap - before.heap) / (n_children - n);
        }
        if (i == 1)
            measure_idle(before.pid);
    }
    end_tasks();
    free(children);
}

/* ---- telling ---- */

static void print_row(const char *what, const char *unit, const uint32_t *n, const double *us)
{
    printf("%-28s", what);
    for (int i = 0; i < N_SIZES; i++)
        printf("  %8.2f with %6u", us[i], n[i]);
    printf("  %s\n", unit);
}

static void print_table(void)
{
    printf("Size: microseconds (median), and bytes of machd's memory for each\n\n");
    print_row("send", "ports", n_ports, figures.send);
    print_row("mach_port_allocate", "ports", n_ports, figures.allocate);
    print_row("round trip", "tasks attached", n_tasks, figures.rpc);
    printf("\n%-28s  %8s  %8s\n", "bytes for each", "resident", "kernel's");
    printf("%-28s  %8.0f  %8.0f\n", "port", figures.port, figures.port_heap);
    printf("%-28s  %8.0f  %8.0f\n", "task", figures.task, figures.task_heap);
    printf("%-28s  %8.0f  %8.0f\n", "thread", figures.thread, figures.thread_heap);
    printf("\n%.4f %% of a CPU with %u tasks that do nothing, over %u s\n", figures.idle_percent, n_tasks[1],
           idle_s);
}

static void print_json(void)
{
    json_begin();
    json_number("send_10_ports_us", figures.send[0]);
    json_number("send_1k_ports_us", figures.send[1]);
    json_number("send_100k_ports_us", figures.send[2]);
    json_number("send_100k_ports_over_10", figures.send[2] / figures.send[0]);
    json_number("allocate_10_ports_us", figures.allocate[0]);
    json_number("allocate_1k_ports_us", figures.allocate[1]);
    json_number("allocate_100k_ports_us", figures.allocate[2]);
    json_number("allocate_100k_ports_over_10", figures.allocate[2] / figures.allocate[0]);
    json_number("rpc_1_task_us", figures.rpc[0]);
    json_number("rpc_100_tasks_us", figures.rpc[1]);
    json_number("rpc_1k_tasks_us", figures.rpc[2]);
    json_number("rpc_1k_tasks_over_1", figures.rpc[2] / figures.rpc[0]);
    json_number("bytes_per_port", figures.port);
    json_number("bytes_per_task", figures.task);
    json_number("bytes_per_thread", figures.thread);
    json_number("kernel_bytes_per_port", figures.port_heap);
    json_number("kernel_bytes_per_task", figures.task_heap);
    json_number("kernel_bytes_per_thread", figures.thread_heap);
    json_number("idle_cpu_percent", figures.idle_percent);
    json_end();
}

int main(int argc, char **argv)
{
    struct bench_options options =
        bench_parse(argc, argv, "Measures what more ports, tasks and threads cost machd.");
    if (options.quick) {
        n_ports[2] /= 10;
        n_tasks[2] /= 5;
        batches /= 10;
        calls /= 10;
        idle_s = 1;
    }
    if (pipe2(ready, O_CLOEXEC))
        return 1;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    measure_ports();
    struct machd growth = thread_growth();
    figures.thread = growth.resident / THREADS;
    figures.thread_heap = growth.heap / THREADS;
    measure_tasks();
    print_table();
    if (options.json)
        print_json();
    return isnan(figures.send[2]) || isnan(figures.rpc[2]);
}
