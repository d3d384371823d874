/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/helper.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK = 256 << 10 };

struct start {
    void *(*help)(void *argument);
    void *argument;
};

/* machd's own rank is higher. */
static void *begin(void *argument)
{
    const struct sched_param ordinary = { 0 };
    struct start start = *(struct start *)argument;
    free(argument);
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    syscall(SYS_setpriority, PRIO_PROCESS, syscall(SYS_gettid), 0);
    return start.help(start.argument);
}

bool helper_start(void *(*help)(void *argument), void *argument)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    struct start *start = malloc(sizeof(*start));
    if (!start)
        return false;
    *start = (struct start){ help, argument };
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    int error = pthread_create(&thread, &attributes, begin, start);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        free(start);
    return error == 0;
}
