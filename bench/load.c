/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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
