/* SPDX-License-Identifier: Apache-2.0 */
/* bench/launch_spawn.c - starting programs: our posix_spawn beside the C library's
 *
 * From the call to its return, to the first instruction of main in a program that knows nothing of Mach, and to the first message
 * of one that does (which after the C library's posix_spawn is a stranger that machd adopts). With ports: a bootstrap port, a registered
 * port and a watch port. The median of five rounds, which interleave the ways, is what is shown.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"
#include "measure.h"

enum { ROUNDS = 5, TIME_FD = 3 };
enum { LIBC, MACHD, PORTS, N_WAYS };
enum { RETURN, FIRST, CHECK_IN, N_TIMES };

typedef int (*spawn_function)(pid_t *pid, const char *path, const void *actions, const void *attributes,
                              char *const argv[], char *const envp[]);

static const char *const way_names[N_WAYS] = { "the C library's", "machd's", "machd's, with ports" };
static const char *const time_names[N_TIMES] = { "return", "main", "message" };
static double rounds[N_WAYS][N_TIMES][ROUNDS];
static unsigned n_calls = 100;
static char program[2][4096]; /* without libmach, with it */
static posix_spawnattr_t with_ports;

static void make_attributes(void)
{
    mach_port_t port, task = mach_task_self();
    mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MAKE_SEND);
    posix_spawnattr_init(&with_ports);
    posix_spawnattr_setspecialport_np(&with_ports, bootstrap_port, TASK_BOOTSTRAP_PORT);
    posix_spawnattr_set_registered_ports_np(&with_ports, &port, 1);
    posix_spawnattr_set_importancewatch_port_np(&with_ports, 1, &port);
}

static int start(int way, const char *path, pid_t *pid)
{
    static spawn_function libc;
    char *argv[] = { (char *)path, NULL };
    if (libc == NULL)
        libc = (spawn_function)dlsym(RTLD_NEXT, "posix_spawn");
    if (way == LIBC)
        return libc(pid, path, NULL, NULL, argv, environ);
    return posix_spawn(pid, path, NULL, way == PORTS ? &with_ports : NULL, argv, environ);
}

/* One program: when the call returned, and the time that the program wrote. False: something failed. */
static bool run_one(int way, const char *path, const int pipe[2], double *returned, double *ran)
{
    pid_t pid;
    double begin = now_us();
    if (start(way, path, &pid) != 0)
        return false;
    *returned = now_us() - begin;
    bool told = read(pipe[0], ran, sizeof(*ran)) == sizeof(*ran);
    *ran -= begin;
    return waitpid(pid, NULL, 0) == pid && told;
}

static bool run_round(int way, const int pipe[2], int round)
{
    double *values[N_TIMES], other;
    bool good = true;
    for (int i = 0; i < N_TIMES; i++)
        values[i] = calloc(n_calls, sizeof(double));
    for (unsigned i = 0; i < n_calls && good; i++)
        good = run_one(way, program[0], pipe, &values[RETURN][i], &values[FIRST][i]) &&
               run_one(way, program[1], pipe, &other, &values[CHECK_IN][i]);
    for (int i = 0; i < N_TIMES; i++) {
        rounds[way][i][round] = median(values[i], n_calls);
        free(values[i]);
    }
    return good;
}

/* The programs write to the other end under its own number. */
static bool make_pipe(int ends[2])
{
    int made[2];
    if (pipe2(made, O_CLOEXEC) != 0)
        return false;
    ends[0] = fcntl(made[0], F_DUPFD_CLOEXEC, 10);
    int to = fcntl(made[1], F_DUPFD_CLOEXEC, 10);
    close(made[0]);
    close(made[1]);
    ends[1] = dup2(to, TIME_FD);
    close(to);
    return ends[0] >= 0 && ends[1] == TIME_FD;
}

bool spawn_measure(const char *directory, bool quick)
{
    int pipe[2];
    if (quick)
        n_calls = 20;
    snprintf(program[0], sizeof(program[0]), "%s/launched", directory);
    snprintf(program[1], sizeof(program[1]), "%s/launched-mach", directory);
    make_attributes();
    bool good = make_pipe(pipe);
    for (int round = 0; round < ROUNDS && good; round++)
        for (int way = 0; way < N_WAYS && good; way++)
            good = run_round(way, pipe, round);
    if (!good)
        fprintf(stderr, "bench-launch: a program could not be started\n");
    return good;
}

static double shown(int way, int time)
{
    return median(rounds[way][time], ROUNDS);
}

static double over_libc(int way, int time)
{
    return shown(way, time) / shown(LIBC, time);
}

void spawn_show(void)
{
    printf("starting a program, microseconds from the call, median of %d interleaved rounds\n\n%-24s", ROUNDS,
           "");
    for (int i = 0; i < N_TIMES; i++)
        printf("%12s", time_names[i]);
    for (int way = 0; way < N_WAYS; way++) {
        printf("\n%-24s", way_names[way]);
        for (int i = 0; i < N_TIMES; i++)
            printf("%12.1f", shown(way, i));
    }
    printf("\n\nto main and to the first message, divided by the same of the C library's\n  %-36s%.3f\n  "
           "%-36s%.3f\n  %-36s%.3f\n",
           "spawn_over_posix_spawn", over_libc(MACHD, FIRST), "spawn_ports_over_posix_spawn",
           over_libc(PORTS, FIRST), "spawn_check_in_over_posix_spawn", over_libc(MACHD, CHECK_IN));
}

void spawn_json(void)
{
    json_number("spawn_return_us", shown(MACHD, RETURN));
    json_number("spawn_first_us", shown(MACHD, FIRST));
    json_number("spawn_check_in_us", shown(MACHD, CHECK_IN));
    json_number("spawn_over_posix_spawn", over_libc(MACHD, FIRST));
    json_number("spawn_ports_over_posix_spawn", over_libc(PORTS, FIRST));
    json_number("spawn_check_in_over_posix_spawn", over_libc(MACHD, CHECK_IN));
}
