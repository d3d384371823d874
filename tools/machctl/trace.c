/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/trace.c - calls and messages, live
 *
 * Reads the ring that machd writes. What it does not read in time is overwritten there, and counted here.
 */
#include <errno.h>
#include <fcntl.h>
#include <mach/kern_return.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/trace.h"
#include "tools/machctl/verbs.h"
#include "wire/attach.h"

#define LOOK_EVERY_MS 2
#define LAST_LOOK_MS 20

struct tracing {
    struct trace_filter filter;
    bool json;
    const char *perfetto_path;
    char **program; /* NULL: none */
    FILE *perfetto;
    int fd;
    const struct trace_ring *ring;
    uint64_t next, n_lost, n_lost_told;
    int64_t to_wall_clock;
    pid_t child;
    int go; /* written to when the program may start */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

/* ---- the ring ---- */

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool open_ring(struct tracing *t)
{
    bool is_one = t->program == NULL && t->perfetto_path == NULL;
    int pid = is_one ? t->filter.pid : 0, fd = -1;

    t->fd = control_open_here();
    if (t->fd < 0)
        return false;
    if (control_trace(t->fd, pid, &fd) != 0) {
        fprintf(stderr, "machctl: machd gives no trace: %s\n",
                errno == EBUSY ? "others trace already" : "it does not answer");
        return false;
    }
    t->ring = mmap(NULL, sizeof(*t->ring), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    t->to_wall_clock = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC);
    return t->ring != MAP_FAILED;
}

/* Both ends of an arrow are wanted, though only one process was asked for. */
static void show_in_file(struct tracing *t, const struct trace_seen *seen)
{
    if (trace_passes(&t->filter, seen))
        perfetto_event(t->perfetto, seen, false);
    else if (seen->event->kind == TRACE_TRAP || trace_is_with_peer(&t->filter, seen->event))
        perfetto_event(t->perfetto, seen, true);
}

static void show(struct tracing *t, const struct trace_event *event)
{
    struct trace_seen seen;

    trace_look(event, &seen);
    if (t->perfetto != NULL) {
        show_in_file(t, &seen);
        return;
    }
    if (!trace_passes(&t->filter, &seen))
        return;
    if (t->json)
        trace_print_json(&seen);
    else
        trace_print(&seen, t->to_wall_clock);
}

static void tell_lost(struct tracing *t)
{
    uint64_t n = t->n_lost - t->n_lost_told;

    if (n == 0)
        return;
    t->n_lost_told = t->n_lost;
    if (t->json)
        printf("{\"lost\":%llu}\n", (unsigned long long)n);
    else
        fprintf(stderr, "machctl: %llu events were lost: they came faster than they were read\n",
                (unsigned long long)n);
}

static void read_ring(struct tracing *t)
{
    uint64_t written = atomic_load_explicit(&t->ring->written, memory_order_acquire);
    struct trace_event event;

    while (t->next < written && interrupted < 2) {
        if (written - t->next > TRACE_SLOTS) {
            t->n_lost += written - t->next - TRACE_SLOTS;
            t->next = written - TRACE_SLOTS;
        }
        if (trace_read(t->ring, t->next++, &event))
            show(t, &event);
        else
            t->n_lost++;
    }
    tell_lost(t);
    fflush(stdout);
}

/* ---- the program ---- */

/* It starts when somebody watches. */
static bool start_program(struct tracing *t)
{
    int gate[2];
    char byte;

    if (pipe2(gate, O_CLOEXEC) != 0)
        return false;
    t->child = fork();
    if (t->child == 0) {
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 1)
            _exit(127);
        execvp(t->program[0], t->program);
        fprintf(stderr, "machctl: %s: %s\n", t->program[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    close(gate[0]);
    t->go = gate[1];
    t->filter.pid = t->child;
    t->filter.below_pid = true;
    return t->child > 0;
}

static bool program_has_ended(const struct tracing *t, int *status_p)
{
    int status;

    if (t->child == 0 || waitpid(t->child, &status, WNOHANG) != t->child)
        return false;
    *status_p = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

/* ---- the loop ---- */

static bool machd_has_ended(const struct tracing *t)
{
    struct pollfd wait = { .fd = t->fd, .events = POLLIN };

    return poll(&wait, 1, LOOK_EVERY_MS) > 0;
}

static int follow(struct tracing *t)
{
    const struct timespec last_look = { .tv_nsec = LAST_LOOK_MS * 1000000 };
    int status = 0;

    while (!interrupted && !machd_has_ended(t) && !program_has_ended(t, &status))
        read_ring(t);
    nanosleep(&last_look, NULL);
    read_ring(t);
    return status;
}

static bool open_file(struct tracing *t)
{
    if (t->perfetto_path == NULL)
        return true;
    t->perfetto = fopen(t->perfetto_path, "we");
    if (t->perfetto == NULL) {
        fprintf(stderr, "machctl: %s: %s\n", t->perfetto_path, strerror(errno));
        return false;
    }
    perfetto_begin(t->perfetto);
    return true;
}

static int close_file(struct tracing *t, int status)
{
    if (t->perfetto == NULL)
        return status;
    perfetto_end(t->perfetto, t->n_lost);
    if (fclose(t->perfetto) == 0)
        return status;
    fprintf(stderr, "machctl: %s: %s\n", t->perfetto_path, strerror(errno));
    return 1;
}

static int run(struct tracing *t)
{
    struct sigaction action = { .sa_handler = on_signal };
    int status;

    if (t->program != NULL && !start_program(t))
        return 1;
    if (!open_ring(t) || !open_file(t))
        return 1;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    if (t->program != NULL && write(t->go, "", 1) != 1)
        return 1;
    status = follow(t);
    return close_file(t, status);
}

/* ---- the verb ---- */

static int usage(void)
{
    fprintf(
        stderr,
        "usage: machctl trace [-p PID] [--call NAME] [--port PORT] [--refused] [--json | --perfetto FILE] "
        "[-- PROGRAM [ARGUMENT...]]\n");
    return 1;
}

/* One option with its value at argv[i]; the number of words it took, 0: it is none. */
static int take_value(struct tracing *t, char **argv, int i)
{
    const char *value = argv[i + 1];
    char *end;

    if (value == NULL)
        return 0;
    if (strcmp(argv[i], "-p") == 0)
        return (t->filter.pid = atoi(value)) > 0 ? 2 : 0;
    if (strcmp(argv[i], "--call") == 0)
        return (t->filter.call = value) != NULL ? 2 : 0;
    if (strcmp(argv[i], "--perfetto") == 0)
        return (t->perfetto_path = value) != NULL ? 2 : 0;
    if (strcmp(argv[i], "--port") != 0)
        return 0;
    t->filter.has_port = true;
    t->filter.port = strtoull(value, &end, 0);
    return *value != 0 && *end == 0 ? 2 : 0;
}

int verb_trace(int argc, char **argv)
{
    static struct tracing t;

    t.json = take_option(&argc, argv, "--json");
    t.filter.refused_only = take_option(&argc, argv, "--refused");
    for (int i = 1, n; i < argc; i += n) {
        if (strcmp(argv[i], "--") == 0) {
            t.program = &argv[i + 1];
            break;
        }
        n = take_value(&t, argv, i);
        if (n == 0)
            return usage();
    }
    if ((t.program != NULL && (t.program[0] == NULL || t.filter.pid != 0)) ||
        (t.json && t.perfetto_path != NULL))
        return usage();
    return run(&t);
}
