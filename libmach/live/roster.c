/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/roster.c - pthread_create, and thread ports by pthread_t
 *
 * pthread_mach_thread_np must work as soon as pthread_create returned (H16). So the new thread is on the
 * roster before it exists, registers itself as the first thing it does, and whoever asks earlier waits for
 * that. A destructor of thread-specific data tells the end; it lets the program's own destructors, which may
 * use Mach, go first as long as there are rounds left.
 */
#include "libmach/live/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/lock.h"
#include "libmach/connection/real.h"
#include "libmach/live/asan.h"
#include "libmach/live/handlers.h"
#include "libmach/live/live.h"
#include "libmach/live/vfork.h"
#include "libmach/message/mig.h"
#include "libmach/message/transport.h"
#include "libmach/message/trap.h"
#include "libmach/thread/qos.h"

#define LAST_ROUND (PTHREAD_DESTRUCTOR_ITERATIONS - 1)

struct member {
    struct member *next;
    _Atomic pthread_t thread;
    mach_port_t port;
    _Atomic uint32_t known; /* thread and port are set; waited for */
    _Atomic uint32_t refs;  /* the thread's own, its creator's, and of those who ask */
    void *(*start)(void *argument);
    void *argument;
    uint32_t qos; /* asked for at creation; 0: none */
    int relative;
    int sched; /* a Mach priority asked for at creation; 0: none (T8) */
    sigset_t mask;
    bool has_mask; /* else it is its creator's (F79) */
    bool is_heap;  /* else part of the thread's own storage, and its thread outlives all who ask */
};

static struct {
    _Atomic uint32_t lock;
    struct member *first;
    pthread_key_t key;
    bool has_key;
} roster;

static __thread struct member embedded __attribute__((tls_model("initial-exec")));
static __thread struct member *me __attribute__((tls_model("initial-exec")));
static __thread int rounds __attribute__((tls_model("initial-exec")));

/* ---- the list ---- */

static void list_add(struct member *member)
{
    sigset_t mask;
    lock_take(&roster.lock, &mask);
    member->next = roster.first;
    roster.first = member;
    lock_give(&roster.lock, &mask);
}

static void list_remove(struct member *member)
{
    sigset_t mask;
    lock_take(&roster.lock, &mask);
    for (struct member **at = &roster.first; *at != NULL; at = &(*at)->next) {
        if (*at == member) {
            *at = member->next;
            break;
        }
    }
    lock_give(&roster.lock, &mask);
}

static void put(struct member *member)
{
    if (atomic_fetch_sub(&member->refs, 1) == 1 && member->is_heap)
        free(member);
}

static void make_known(struct member *member)
{
    atomic_store(&member->thread, pthread_self());
    atomic_store(&member->known, 1);
    syscall(SYS_futex, &member->known, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* ---- begin and end of threads ---- */

/* Bit n - 1 for signal n; sigpending also tells what is pending for the process. */
static uint64_t pending_of_thread(void)
{
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/self/task/%ld/status", syscall(SYS_gettid));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *line = strstr(text, "\nSigPnd:");
    return line != NULL ? strtoull(line + strlen("\nSigPnd:"), NULL, 16) : 0;
}

void roster_enter(struct lib_thread *thread)
{
    if (me == NULL) {
        memset(&embedded, 0, sizeof embedded);
        atomic_store(&embedded.refs, 1);
        me = &embedded;
        list_add(me);
    }
    if (thread->self == MACH_PORT_NULL)
        thread->self = TRAP_NAME(TRAP_THREAD_SELF);
    me->port = thread->self;
    make_known(me);
    if (roster.has_key)
        pthread_setspecific(roster.key, me);
}

/* What was sent to this thread alone, and survives an exec, the process gets (F82). Nothing is delivered here any more then. */
static void give_signals_on(void)
{
    static const int kept[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGTSTP,
                                SIGCONT, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2 };
    sigset_t pending;
    uint64_t own = 0;
    if (sigpending(&pending) != 0)
        return;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (sigismember(&pending, kept[i]) != 1)
            continue;
        if (own == 0 && (own = pending_of_thread()) == 0)
            return; /* all is the process's already */
        if (own & 1ull << (kept[i] - 1))
            kill(getpid(), kept[i]);
    }
}

static void leave(void)
{
    struct member *member = me;
    struct lib_thread *thread = live_thread_is_known() ? transport_thread(NULL) : NULL;
    me = NULL;
    give_signals_on();
    list_remove(member);
    if (thread != NULL)
        mig_thread_fini(thread);
    live_thread_end();
    put(member);
}

static void thread_ends(void *value)
{
    if (me == NULL || vfork_is_child())
        return;
    if (++rounds < LAST_ROUND)
        pthread_setspecific(roster.key, value);
    else
        leave();
}

void roster_begin(void)
{
    roster.has_key = pthread_key_create(&roster.key, thread_ends) == 0;
}

void roster_forget(void)
{
    atomic_store(&roster.lock, 0);
    roster.first = NULL;
    me = NULL;
}

/* ---- pthread_create ---- */

static void *thread_begins(void *value)
{
    struct member *member = value;
    void *(*start)(void *) = member->start;
    void *argument = member->argument;
    me = member;
    ASAN_FORGET_STACK(); /* what its stack was used for before: the sanitizer comes to know this thread in start() */
    if (member->has_mask)
        mask_set(&member->mask, NULL);
    live_thread_begin();
    if (atomic_load(&member->known) == 0)
        make_known(member); /* without a port: machd could not be had */
    if (member->qos != 0)
        qos_begin(member->qos, member->relative);
    if (member->sched != 0)
        pthread_setschedparam(pthread_self(), SCHED_OTHER,
                              &(struct sched_param){ .sched_priority = member->sched });
    if (roster.has_key)
        pthread_setspecific(roster.key, member);
    return start(argument);
}

FIND_REAL(pthread_create)

/* A thread of a vfork child would be one of another process, and stand in its parent's lists. */
__attribute__((visibility("default"))) int pthread_create(pthread_t *restrict thread,
                                                          const pthread_attr_t *restrict attributes,
                                                          void *(*start)(void *), void *restrict argument)
{
    struct member *member = vfork_is_child() ? NULL : calloc(1, sizeof *member);
    if (member == NULL)
        return EAGAIN;
    member->start = start;
    member->argument = argument;
    member->qos = qos_of_attributes(attributes, &member->relative);
    member->sched = attributes != NULL ? sched_of_attributes(attributes) : 0;
    member->has_mask = handlers_mask_before_suspension(&member->mask);
    member->is_heap = true;
    atomic_store(&member->refs, 2);
    list_add(member);
    pthread_t made;
    int error = REAL(pthread_create)(&made, attributes, thread_begins, member);
    if (error != 0) {
        list_remove(member);
        free(member);
        return error;
    }
    atomic_store(&member->thread, made);
    put(member);
    *thread = made;
    return 0;
}

/* ---- asking ---- */

/* A vfork child, which takes no lock, finds nobody but itself. No thread is 0, but one that is being made is not known otherwise. */
static struct member *find(pthread_t thread, mach_port_t port)
{
    sigset_t mask;
    if (vfork_is_child() || (thread == 0 && port == MACH_PORT_NULL))
        return NULL;
    lock_take(&roster.lock, &mask);
    struct member *member = roster.first;
    while (member != NULL && !(port != MACH_PORT_NULL ? member->port == port
                                                      : pthread_equal(atomic_load(&member->thread), thread)))
        member = member->next;
    if (member != NULL)
        atomic_fetch_add(&member->refs, 1);
    lock_give(&roster.lock, &mask);
    return member;
}

static mach_port_t own_port(void)
{
    struct lib_thread *thread = transport_thread(NULL);
    return thread != NULL ? thread->self : MACH_PORT_NULL;
}

mach_port_t pthread_mach_thread_np(pthread_t thread)
{
    if (pthread_equal(thread, pthread_self()))
        return own_port();
    struct member *member = find(thread, MACH_PORT_NULL);
    if (member == NULL)
        return MACH_PORT_NULL;
    while (atomic_load(&member->known) == 0)
        syscall(SYS_futex, &member->known, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    mach_port_t port = member->port;
    put(member);
    return port;
}

pthread_t pthread_from_mach_thread_np(mach_port_t port)
{
    if (MACH_PORT_VALID(port) && port == own_port())
        return pthread_self();
    struct member *member = MACH_PORT_VALID(port) ? find(0, port) : NULL;
    pthread_t thread = member != NULL ? atomic_load(&member->thread) : 0;
    if (member != NULL)
        put(member);
    return thread;
}
