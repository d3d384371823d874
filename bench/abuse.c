/* SPDX-License-Identifier: Apache-2.0 */
/* bench/abuse.c - what honest programs get beside one that means harm
 *
 * Four pairs that call as fast as they can and check every message share machd with one more process: an
 * honest one with as many threads, or the hostile client of the tests (bench/abuser.c). Rounds of
 * both alternate; the figure is the median of the pairs' calls beside the hostile one divided by that
 * beside the honest one.
 *
 * Then a single pair's call is timed while machd takes a dead process with a million ports apart, and
 * while another process sends a receive right, again and again, to a port below a chain of 10,000 ports in
 * transit, each of which has to be asked whether that closes a circle.
 */
#include <getopt.h>
#include <limits.h>
#include <mach/mach.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/peer.h"
#include "bench/pairs.h"
#include "wire/attach.h"

enum { PAIRS = 4, ROUNDS_MAX = 5, CALLS_MAX = 4000000, CHAIN = 10000, SETTLE_US = 200000 };

static unsigned n_rounds = 5, round_us = 6000000, n_ports = 1000000;
static char machd_socket[108];

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

/* ---- throughput ---- */

static double calls_per_second(const struct pairs *pairs)
{
    usleep(SETTLE_US);
    double begin = now_us();
    uint64_t before = pairs_calls(pairs);
    usleep(round_us);
    return (double)(pairs_calls(pairs) - before) / (now_us() - begin) * 1e6;
}

static double beside_honest(const struct pairs *pairs)
{
    pid_t busy = busy_begin();
    double rate = calls_per_second(pairs);
    kill(busy, SIGKILL);
    waitpid(busy, NULL, 0);
    return rate;
}

static double beside_hostile(const struct pairs *pairs, unsigned round)
{
    pid_t hostile = abuse_begin(machd_socket, round + 1, getenv("OFFENCE"));
    double rate = calls_per_second(pairs);
    abuse_end(hostile);
    return rate;
}

struct throughput {
    double honest[ROUNDS_MAX], hostile[ROUNDS_MAX];
};

static bool measure_throughput(struct throughput *t)
{
    struct pairs pairs;
    const char *what;
    if (!pairs_begin(&pairs, PAIRS))
        return false;
    for (unsigned round = 0; round < n_rounds; round++) {
        t->honest[round] = beside_honest(&pairs);
        t->hostile[round] = beside_hostile(&pairs, round);
        fprintf(stderr, "round %u of %u: %.0f and %.0f calls a second\n", round + 1, n_rounds,
                t->honest[round], t->hostile[round]);
    }
    uint64_t errors = pairs_errors(&pairs, &what);
    pairs_end(&pairs);
    if (errors > 0)
        fprintf(stderr, "%llu calls went wrong: %s\n", (unsigned long long)errors, what);
    qsort(t->honest, n_rounds, sizeof(double), compare);
    qsort(t->hostile, n_rounds, sizeof(double), compare);
    return errors == 0;
}

/* ---- the times of single calls ---- */

static atomic_bool is_over;

struct times {
    double p50, p99, max; /* us */
    unsigned n;
};

/* Calls until is_over. */
static struct times time_calls(void)
{
    double *took = malloc(CALLS_MAX * sizeof(*took));
    struct times times = { 0 };
    while (took && !is_over && times.n < CALLS_MAX) {
        double begin = now_us();
        if (!peer_mach.call(&peer_mach))
            break;
        took[times.n++] = now_us() - begin;
    }
    if (times.n > 0) {
        qsort(took, times.n, sizeof(*took), compare);
        times.p50 = took[times.n / 2];
        times.p99 = took[times.n - 1 - times.n / 100];
        times.max = took[times.n - 1];
    }
    free(took);
    return times;
}

static ssize_t exchange(int fd, const struct attach_packet *request, struct attach_packet *answer)
{
    if (request && send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
        return -1;
    return recv(fd, answer, sizeof(*answer), 0);
}

/* The number in the first text of a status, the census is at its head; 0: none came. */
static unsigned long long read_ports(int fd)
{
    struct attach_packet request = { .magic = ATTACH_MAGIC, .type = ATTACH_STATUS }, answer = { 0 };
    static const char key[] = "\"ports\":";
    unsigned long long n = 0;
    ssize_t size = exchange(fd, &request, &answer);
    if (size > 0 && answer.type == ATTACH_TEXT) {
        answer.text.text[sizeof(answer.text.text) - 1] = 0;
        const char *at = strstr(answer.text.text, key);
        n = at ? strtoull(at + strlen(key), NULL, 10) : 0;
    }
    while (size > 0 && answer.type == ATTACH_TEXT && answer.text.length > 0)
        size = exchange(fd, NULL, &answer);
    return n;
}

/* How many ports machd holds: asked as a tool does. */
static unsigned long long ports_now(void)
{
    struct attach_packet hello = { .magic = ATTACH_MAGIC,
                                   .type = ATTACH_HELLO,
                                   .hello = { .version = ATTACH_VERSION, .flags = ATTACH_FLAG_ADMIN_ONLY } },
                         answer;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    unsigned long long n = 0;
    memcpy(address.sun_path, machd_socket, sizeof(address.sun_path));
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        exchange(fd, &hello, &answer) > 0 && answer.type == ATTACH_WELCOME)
        n = read_ports(fd);
    if (fd >= 0)
        close(fd);
    return n;
}

static void *end_after_round(void *unused)
{
    usleep(round_us);
    is_over = true;
    return unused;
}

static void *end_when_ports_are_gone(void *unused)
{
    while (ports_now() > n_ports / 100)
        usleep(5000);
    is_over = true;
    return unused;
}

static struct times time_until(void *(*end)(void *))
{
    pthread_t thread;
    is_over = false;
    pthread_create(&thread, NULL, end, NULL);
    struct times times = time_calls();
    pthread_join(thread, NULL);
    return times;
}

/* A child that tells when it is ready. */
static pid_t child_begin(void (*body)(int ready))
{
    int ready[2];
    char byte = 0;
    pid_t parent = getpid();
    if (pipe(ready) != 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            body(ready[1]);
        _exit(1);
    }
    close(ready[1]);
    bool told = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (told)
        return pid;
    waitpid(pid, NULL, 0);
    return -1;
}

/* ---- a million ports ---- */

static void hold_ports(int ready)
{
    mach_port_t port;
    for (unsigned i = 0; i < n_ports; i++)
        if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS)
            return;
    (void)!write(ready, "", 1);
    pause();
}

static bool measure_dying(struct times *times, double *took_ms)
{
    pid_t pid = child_begin(hold_ports);
    if (pid < 0)
        return false;
    double begin = now_us();
    kill(pid, SIGKILL);
    *times = time_until(end_when_ports_are_gone);
    *took_ms = (now_us() - begin) / 1e3;
    waitpid(pid, NULL, 0);
    return true;
}

/* ---- a chain ---- */

struct parcel {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
};

static kern_return_t send_port(mach_port_t to, mach_port_t port, struct parcel *parcel)
{
    *parcel = (struct parcel){
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to },
        .body = { 1 },
        .port = { .name = port, .disposition = MACH_MSG_TYPE_MOVE_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    return mach_msg(&parcel->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(*parcel), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

static mach_port_t port_new(void)
{
    mach_port_t port = MACH_PORT_NULL;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    return port;
}

/* The innermost port's queue is full: what is sent there is copied in, with the walk up the chain, and
 * comes back. */
static void toggle_chain(int ready)
{
    struct parcel parcel;
    mach_port_t innermost = port_new(), inner = innermost;
    while (send_port(innermost, port_new(), &parcel) == KERN_SUCCESS)
        continue;
    for (unsigned i = 0; i < CHAIN; i++) {
        mach_port_t outer = port_new();
        if (send_port(outer, inner, &parcel) != KERN_SUCCESS)
            return;
        inner = outer;
    }
    (void)!write(ready, "", 1);
    for (mach_port_t port = port_new();; port = parcel.port.name)
        if (send_port(innermost, port, &parcel) != MACH_SEND_TIMED_OUT)
            return;
}

static bool measure_chain(struct times *times)
{
    pid_t pid = child_begin(toggle_chain);
    if (pid < 0)
        return false;
    *times = time_until(end_after_round);
    bool lives = waitpid(pid, NULL, WNOHANG) == 0;
    if (lives) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return lives;
}

/* ---- telling ---- */

static void print_times(const char *what, const struct times *t)
{
    printf("%-44s %9.1f %9.1f %9.1f\n", what, t->p50, t->p99, t->max);
}

static int measure(bool as_json)
{
    struct throughput t = { 0 };
    struct times quiet, dying = { 0 }, chain = { 0 };
    double took_ms = 0;
    bool good = measure_throughput(&t);
    double honest = t.honest[n_rounds / 2], hostile = t.hostile[n_rounds / 2];
    const char *why = peer_mach.start(&peer_mach, -1);
    if (why) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    quiet = time_until(end_after_round);
    good = measure_dying(&dying, &took_ms) && good;
    good = measure_chain(&chain) && good;
    peer_mach.stop(&peer_mach);
    printf(
        "calls a second of %d honest pairs beside\n  an honest process   %9.0f\n  a hostile one       %9.0f\n"
        "  honest_beside_hostile %.3f\n\none pair's call, us%25s %9s %9s %9s\n",
        PAIRS, honest, hostile, hostile / honest, "", "p50", "p99", "max");
    print_times("alone", &quiet);
    print_times("while a dead process's ports are destroyed", &dying);
    print_times("while a chain of ports in transit is walked", &chain);
    printf("%u ports were gone %.0f ms after kill -9, %u calls later\n", n_ports, took_ms, dying.n);
    if (as_json)
        printf(
            "{\"honest_beside_hostile\": %.4f, \"honest_calls_per_s\": %.0f, \"abuse_quiet_p99_us\": %.2f, "
            "\"ports_die_p99_us\": %.2f, \"ports_die_ms\": %.1f, \"chain_p99_us\": %.2f}\n",
            hostile / honest, hostile, quiet.p99, dying.p99, took_ms, chain.p99);
    fflush(stdout);
    return good ? 0 : 1;
}

/* `machctl status` says where the machd is that we are under. */
static bool find_socket(void)
{
    char line[PATH_MAX + 16], command[PATH_MAX];
    const char *machctl = getenv("MACHCTL");
    snprintf(command, sizeof(command), "%s status", machctl ? machctl : "machctl");
    FILE *pipe = popen(command, "re");
    while (pipe && fgets(line, sizeof(line), pipe))
        if (!strncmp(line, "socket ", 7) && strchr(line, '/'))
            snprintf(machd_socket, sizeof(machd_socket), "%.*s", (int)strcspn(strchr(line, '/'), "\n"),
                     strchr(line, '/'));
    if (pipe)
        pclose(pipe);
    return machd_socket[0] != 0;
}

static void usage(FILE *out)
{
    fprintf(out, "usage: bench-abuse [--json] [--quick]\n"
                 "Measures honest programs beside a hostile one; `./dev bench abuse` runs it as it needs.\n"
                 "  --json   print one flat JSON object on one line after the table\n"
                 "  --quick  short rounds: shows that it works, not how well\n");
}

int main(int argc, char **argv)
{
    static const struct option options[] = { { "json", no_argument, NULL, 'j' },
                                             { "quick", no_argument, NULL, 'q' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    bool as_json = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'j': as_json = true; break;
        case 'q':
            n_rounds = 3;
            round_us = 700000;
            n_ports = 100000;
            break;
        case 'h': usage(stdout); return 0;
        default: usage(stderr); return 1;
        }
    }
    if (!find_socket() || getenv("ABUSER") == NULL) {
        fprintf(stderr, "bench-abuse: no machd, or no ABUSER in the environment\n");
        return 1;
    }
    return measure(as_json);
}
