/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/pool_sim.c - the pool of a simulated task: what libmach/kqueue/workqueue.c is to a process */
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/message/trap.h"
#include "sim/sim.h"
#include "tests/kqueue/common.h"

/* One callback for all tasks: a test's servers are told apart by their workloops. */
static pthread_workqueue_function_workloop_t installed;

static void spawn(void);

static void *serve(void *argument)
{
    workloop_serve(installed, spawn);
    return argument;
}

static void spawn(void)
{
    sim_thread_spawn(serve, NULL);
}

int _pthread_workqueue_init_with_workloop(pthread_workqueue_function2_t queue_func,
                                          pthread_workqueue_function_kevent_t kevent_func,
                                          pthread_workqueue_function_workloop_t workloop_func, int offset,
                                          int flags)
{
    (void)queue_func, (void)kevent_func, (void)offset, (void)flags;
    int error = kevent_errno(trap_call(TRAP_WORKQ_SETUP, NULL, 0, NULL, ENOTCONN));
    if (error != 0)
        return error;
    installed = workloop_func;
    spawn();
    return 0;
}
