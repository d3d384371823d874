/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/workqueue.c - the pool of threads of a real process (T130, T132, T145)
 *
 * The kernel says when a thread is wanted and which workloop it serves; here is only how one is made. Threads block
 * the signals that are not of their own doing, as on macOS. A fork child has no pool, and may set one up.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <pthread/workqueue_private.h>
#include <signal.h>
#include <stdatomic.h>

#include "libmach/connection/lock.h"
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/kqueue/workqueue.h"
#include "libmach/live/handlers.h"
#include "libmach/live/park.h"
#include "libmach/live/vfork.h"
#include "libmach/message/trap.h"

static _Atomic(pthread_workqueue_function_workloop_t) installed;

/* F79 */
static void unblock_own(void)
{
    static const int own[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGPIPE, SIGPROF };
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sigaddset(&set, own[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void spawn(void);

static void *serve(void *argument)
{
    unblock_own();
    workloop_serve(atomic_load(&installed), spawn);
    return argument;
}

typedef int (*create_function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/* As the program would make it: what stands before us, such as a sanitizer, must know of every thread. */
static create_function create_of_program(void)
{
    create_function create = (create_function)dlsym(RTLD_DEFAULT, "pthread_create");
    return create != NULL ? create : pthread_create;
}

bool thread_of_library(void *(*start)(void *), void *argument)
{
    sigset_t blocked, mask;
    pthread_t thread;
    sigfillset(&blocked);
    park_keep_open(&blocked);
    mask_set(&blocked, &mask);
    const void *hidden = handlers_hide_suspension();
    bool is_made = create_of_program()(&thread, NULL, start, argument) == 0;
    if (is_made)
        pthread_detach(thread);
    handlers_show_suspension(hidden);
    mask_set(&mask, NULL);
    return is_made;
}

/* Without a thread what waits goes on waiting; the next one that comes back is asked again. */
static void spawn(void)
{
    thread_of_library(serve, NULL);
}

void workqueue_forget(void)
{
    atomic_store(&installed, NULL);
}

static int set_up(pthread_workqueue_function_workloop_t function)
{
    pthread_workqueue_function_workloop_t none = NULL;
    if (function == NULL || vfork_is_child())
        return EINVAL;
    if (!atomic_compare_exchange_strong(&installed, &none, function))
        return EBUSY;
    int error = kevent_errno(trap_call(TRAP_WORKQ_SETUP, NULL, 0, NULL, ENOTCONN));
    if (error == 0 && !thread_of_library(serve, NULL))
        error = ENOMEM;
    if (error != 0)
        atomic_store(&installed, NULL);
    return error;
}

int pthread_workqueue_setup(struct pthread_workqueue_config *cfg, size_t cfg_size)
{
    if (cfg == NULL || cfg_size < sizeof *cfg || cfg->version < PTHREAD_WORKQUEUE_CONFIG_MIN_SUPPORTED_VERSION)
        return EINVAL;
    if ((cfg->flags & ~(uint32_t)PTHREAD_WORKQUEUE_CONFIG_SUPPORTED_FLAGS) != 0 ||
        cfg->version > PTHREAD_WORKQUEUE_CONFIG_VERSION)
        return ENOTSUP;
    return set_up(cfg->workloop_cb);
}

int _pthread_workqueue_init_with_workloop(pthread_workqueue_function2_t queue_func,
                                          pthread_workqueue_function_kevent_t kevent_func,
                                          pthread_workqueue_function_workloop_t workloop_func, int offset,
                                          int flags)
{
    (void)queue_func;
    (void)kevent_func;
    (void)offset; /* of a number in dispatch queues: of interest to debuggers */
    return flags != 0 ? ENOTSUP : set_up(workloop_func);
}

int _pthread_workqueue_supported(void)
{
    return WORKQ_FEATURE_WORKLOOP;
}
