/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/threads.c - what Darwin's <pthread.h> has besides POSIX: ids, stacks, threads that are born suspended (abi-system 6.3)
 *
 * A suspended birth is an ordinary one that waits at a gate: its maker suspends it there, opens the gate, and the thread goes
 * through it when somebody resumes it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <mach/mach_init.h>
#include <mach/thread_act.h>
#include <mach/thread_info.h>
#include <os/tsd.h>
#include <pthread.h>
#include <pthread/private.h>
#include <pthread/pthread_spis.h>
#include <pthread/qos_private.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { N_SLOTS = 10, NS_PER_S = 1000000000 }; /* slots: the reserved ones */

static pthread_t main_thread;

__attribute__((constructor)) static void remember_main(void)
{
    main_thread = pthread_self();
}

/* ---- who ---- */

int(pthread_threadid_np)(pthread_t thread, uint64_t *thread_id)
{
    struct thread_identifier_info info;
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    mach_port_t port = pthread_mach_thread_np(thread != 0 ? thread : pthread_self());
    if (thread_id == NULL)
        return EINVAL;
    if (thread_info(port, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count) != KERN_SUCCESS)
        return ESRCH;
    *thread_id = info.thread_id;
    return 0;
}

int pthread_main_np(void)
{
    return gettid() == getpid();
}

pthread_t pthread_main_thread_np(void)
{
    return main_thread;
}

uint64_t _pthread_threadid_self_np_direct(void)
{
    uint64_t id = 0;
    return pthread_threadid_np(0, &id) == 0 ? id : 0;
}

mach_port_t _pthread_mach_thread_self_direct(void)
{
    return pthread_mach_thread_np(pthread_self());
}

pthread_t _pthread_self_direct(void)
{
    return pthread_self();
}

/* ---- stacks and CPUs ---- */

static size_t stack_of(pthread_t thread, void **low_p)
{
    pthread_attr_t attributes;
    size_t size = 0;
    *low_p = NULL;
    if (pthread_getattr_np(thread, &attributes) != 0)
        return 0;
    pthread_attr_getstack(&attributes, low_p, &size);
    pthread_attr_destroy(&attributes);
    return size;
}

size_t pthread_get_stacksize_np(pthread_t thread)
{
    void *low;
    return stack_of(thread, &low);
}

void *pthread_get_stackaddr_np(pthread_t thread)
{
    void *low;
    size_t size = stack_of(thread, &low);
    return low != NULL ? (char *)low + size : NULL;
}

int pthread_current_stack_contains_np(const void *address, size_t length)
{
    void *low;
    uintptr_t size = stack_of(pthread_self(), &low), offset = (uintptr_t)address - (uintptr_t)low;
    return low != NULL && offset <= size && length <= size - offset;
}

void pthread_yield_np(void)
{
    sched_yield();
}

int pthread_cpu_number_np(size_t *cpu_number)
{
    int cpu = sched_getcpu();
    if (cpu_number == NULL)
        return EINVAL;
    if (cpu < 0)
        return errno;
    *cpu_number = (size_t)cpu;
    return 0;
}

/* ---- conditions and mutexes ---- */

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       const struct timespec *timeout)
{
    struct timespec end;
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= NS_PER_S)
        return EINVAL;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += timeout->tv_nsec;
    if (__builtin_add_overflow(end.tv_sec, timeout->tv_sec + end.tv_nsec / NS_PER_S, &end.tv_sec))
        return pthread_cond_wait(cond, mutex); /* for ever */
    end.tv_nsec %= NS_PER_S;
    return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &end);
}

int(pthread_cond_signal_thread_np)(pthread_cond_t *cond, pthread_t thread)
{
    return thread == 0 ? pthread_cond_signal(cond) : pthread_cond_broadcast(cond);
}

int pthread_mutexattr_setpolicy_np(pthread_mutexattr_t *attr, int policy)
{
    (void)attr;
    return policy == PTHREAD_MUTEX_POLICY_FAIRSHARE_NP || policy == PTHREAD_MUTEX_POLICY_FIRSTFIT_NP ? 0
                                                                                                     : EINVAL;
}

int pthread_mutexattr_getpolicy_np(const pthread_mutexattr_t *attr, int *policy)
{
    (void)attr;
    *policy = PTHREAD_MUTEX_POLICY_FIRSTFIT_NP;
    return 0;
}

/* ---- births ---- */

int pthread_is_threaded_np(void)
{
    return !__libc_single_threaded;
}

int pthread_create_from_mach_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                                    void *argument)
{
    return pthread_create(thread, attr, start, argument);
}

struct birth {
    void *(*start)(void *argument);
    void *argument;
    _Atomic uint32_t is_open; /* the gate */
};

static void *wait_and_start(void *value)
{
    struct birth *birth = value;
    while (atomic_load(&birth->is_open) == 0)
        syscall(SYS_futex, &birth->is_open, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    struct birth copy = { birth->start, birth->argument, 0 };
    free(birth);
    return copy.start(copy.argument);
}

static bool is_joinable(const pthread_attr_t *attr)
{
    int state = PTHREAD_CREATE_JOINABLE;
    if (attr != NULL)
        pthread_attr_getdetachstate(attr, &state);
    return state == PTHREAD_CREATE_JOINABLE;
}

static void *end_at_once(void *argument)
{
    return argument;
}

int pthread_create_suspended_np(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                                void *argument)
{
    struct birth *birth = malloc(sizeof *birth);
    if (birth == NULL)
        return EAGAIN;
    *birth = (struct birth){ start, argument, 0 };
    int error = pthread_create(thread, attr, wait_and_start, birth);
    if (error != 0) {
        free(birth);
        return error;
    }
    kern_return_t kr = thread_suspend(pthread_mach_thread_np(*thread));
    if (kr != KERN_SUCCESS)
        birth->start = end_at_once;
    atomic_store(&birth->is_open, 1);
    syscall(SYS_futex, &birth->is_open, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    if (kr == KERN_SUCCESS)
        return 0;
    if (is_joinable(attr))
        pthread_join(*thread, NULL);
    return EAGAIN;
}

/* ---- slots ---- */

static __thread void *slots[N_SLOTS] __attribute__((tls_model("initial-exec")));

static int is_fixed(unsigned long slot)
{
    return slot == __TSD_THREAD_SELF || slot == __TSD_ERRNO || slot == __TSD_MACH_THREAD_SELF;
}

void *_os_tsd_get_direct(unsigned long slot)
{
    switch (slot) {
    case __TSD_THREAD_SELF: return (void *)pthread_self();
    case __TSD_ERRNO: return &errno;
    case __TSD_MACH_THREAD_SELF: return (void *)(uintptr_t)pthread_mach_thread_np(pthread_self());
    }
    if (slot < N_SLOTS)
        return slots[slot];
    errno = EINVAL;
    return NULL;
}

int _os_tsd_set_direct(unsigned long slot, void *value)
{
    if (slot >= N_SLOTS || is_fixed(slot))
        return EINVAL;
    slots[slot] = value;
    return 0;
}
