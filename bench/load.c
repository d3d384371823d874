/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

enum { MAX_CPUS = 64, SETTLE_US = 200000 };

static pid_t spinners[MAX_CPUS];
static unsigned n_spinners;

static _Noreturn void spin(enum load load, bool apart)
{
    struct sched_param zero = { 0 };
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (apart)
        setsid();
    if (load == LOAD_AWAKE)
        sched_setscheduler(0, SCHED_IDLE, &zero);
    for (volatile unsigned i = 0;; i++)
        ;
}

void load_start(enum load load, bool apart)
{
    long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
    n_spinners = n_cpus < MAX_CPUS ? (unsigned)n_cpus : MAX_CPUS;
    for (unsigned i = 0; i < n_spinners; i++)
        if ((spinners[i] = fork()) == 0)
            spin(load, apart);
    usleep(SETTLE_US);
}

void load_stop(void)
{
    for (unsigned i = 0; i < n_spinners; i++) {
        kill(spinners[i], SIGKILL);
        waitpid(spinners[i], NULL, 0);
    }
}

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

void load_compute(unsigned us)
{
    for (double end = cpu_us() + us; cpu_us() < end;)
        ;
}

/* Sorted; false if a call failed. */
static bool time_calls(bool (*call)(void *argument), void *argument, double *took, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        double begin = now_us();
        if (!call(argument))
            return false;
        took[i] = now_us() - begin;
    }
    median(took, n);
    return true;
}

struct loaded load_compare(bool (*call)(void *argument), void *argument, bool apart, double *took, unsigned n)
{
    struct loaded loaded = { NAN, NAN, NAN, NAN };
    load_start(LOAD_AWAKE, apart);
    bool works = time_calls(call, argument, took, n);
    load_stop();
    if (!works)
        return loaded;
    loaded.unloaded = took[n / 2];
    load_start(LOAD_HOGS, apart);
    if (time_calls(call, argument, took, n)) {
        loaded.p50 = took[n / 2];
        loaded.p99 = took[n - 1 - n / 100];
        loaded.worst = took[n - 1];
    }
    load_stop();
    return loaded;
}
