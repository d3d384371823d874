/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/fork.c - fork and the wait family (F46, F63 to F68, decision 2)
 *
 * The parent asks machd before the real fork, so that the child inherits what the parent had then. The
 * child's half runs as the first pthread_atfork child handler: it was registered before main. Signals stay
 * blocked meanwhile, since a handler in a child that is not attached yet would attach it as a stranger. The parent
 * waits until the child is a task, so that it finds it when fork returns (F50, F51).
 */
#include "libmach/process/fork.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <mach/spawn_np.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "libmach/connection/lock.h"
#include "libmach/connection/real.h"
#include "libmach/kqueue/events.h"
#include "libmach/kqueue/kqueue.h"
#include "libmach/kqueue/workqueue.h"
#include "libmach/live/handlers.h"
#include "libmach/live/live.h"
#include "libmach/live/vfork.h"

#define EXPORT __attribute__((visibility("default")))

FIND_REAL(fork)
FIND_REAL(wait4)
FIND_REAL(waitid)

static __thread uint64_t nonce __attribute__((tls_model("initial-exec")));

/* Shared with the child: 1 when it is attached, or cannot be. NULL: nobody waits. */
static __thread _Atomic uint32_t *is_attached __attribute__((tls_model("initial-exec")));

static void tell_attached(void)
{
    if (is_attached == NULL)
        return;
    atomic_store(is_attached, 1);
    syscall(SYS_futex, is_attached, FUTEX_WAKE, 1, NULL, NULL, 0);
    munmap((void *)is_attached, sizeof *is_attached);
    is_attached = NULL;
}

static _Atomic uint32_t *word_new(void)
{
    void *word = mmap(NULL, sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return word != MAP_FAILED ? word : NULL;
}

static bool is_dead(pid_t pid)
{
    siginfo_t info = { 0 };
    return REAL(waitid)(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_pid != 0;
}

/* Ends when the child has died before, and after a while in any case: it may be stopped. False: it has died, and will not use what
 * was announced for it. */
static bool await_attached(_Atomic uint32_t *word, pid_t pid)
{
    enum { FIRST_LOOKS = 10, LOOK_MS = 20, LOOKS_MAX = 100 };
    for (int i = 0; i < LOOKS_MAX && atomic_load(word) == 0; i++) {
        const struct timespec time = { 0, (i < FIRST_LOOKS ? 1 : LOOK_MS) * 1000000 };
        if (i > 0 && is_dead(pid))
            return atomic_load(word) != 0;
        syscall(SYS_futex, word, FUTEX_WAIT, 0, &time, NULL, 0);
    }
    return true;
}

static __thread bool is_bare
    __attribute__((tls_model("initial-exec"))); /* the child will be no task (mach/spawn_np.h) */

static void in_child(void)
{
    vfork_forget();
    if (is_bare)
        return;
    handlers_forget();
    kqueue_forget();
    sources_forget();
    ports_forget();
    workqueue_forget();
    live_fork_child(nonce);
    nonce = 0;
    tell_attached();
}

void fork_begin(void)
{
    pthread_atfork(NULL, NULL, in_child);
}

EXPORT pid_t fork(void)
{
    sigset_t mask;
    uint64_t announced;
    mask_block_all(&mask);
    if (!live_fork_request(&announced)) {
        mask_set(&mask, NULL);
        errno = EAGAIN;
        return -1;
    }
    nonce = announced;
    _Atomic uint32_t *word = is_attached = announced != 0 ? word_new() : NULL;
    pid_t pid = REAL(fork)();
    int error = errno;
    if (pid != 0)
        nonce = 0;
    if (pid < 0 && announced != 0)
        live_fork_abort(announced);
    if (pid > 0 && word != NULL && !await_attached(word, pid))
        live_fork_abort(announced);
    if (pid != 0 && word != NULL) {
        munmap((void *)word, sizeof *word);
        is_attached = NULL;
    }
    mask_set(&mask, NULL);
    errno = error;
    return pid;
}

EXPORT pid_t mach_spawn_fork_np(void)
{
    is_bare = true;
    pid_t pid = REAL(fork)();
    if (pid != 0)
        is_bare = false;
    return pid;
}

/* ---- waiting for children: what a death does has been done when the wait returns (F144) ----
 *
 * A dead child is looked at first; machd confirms while it still holds its number; then it is collected. Another thread may have
 * been faster: then there is nothing to collect any more, and all begins anew. */

static bool is_death(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

/* As waitid, but what it tells of stays to be collected. */
static int look_at(idtype_t type, id_t id, siginfo_t *info, int options)
{
    *info = (siginfo_t){ 0 };
    int answer = REAL(waitid)(type, id, info, options | WNOWAIT);
    if (answer == 0 && info->si_pid > 0 && is_death(info))
        live_settle(info->si_pid);
    return answer;
}

static int look_at_child(pid_t pid, siginfo_t *info, int options)
{
    options |= WEXITED;
    if (pid > 0)
        return look_at(P_PID, (id_t)pid, info, options);
    if (pid == -1)
        return look_at(P_ALL, 0, info, options);
    return look_at(P_PGID, pid == 0 ? (id_t)getpgrp() : (id_t)-pid, info, options);
}

EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    siginfo_t info;
    int collected;
    if (pid == INT_MIN)
        return REAL(wait4)(pid, status, options, usage);
    do {
        if (look_at_child(pid, &info, options) != 0)
            return -1;
        if (info.si_pid == 0)
            return 0;
        collected = REAL(wait4)(info.si_pid, status, options | WNOHANG, usage);
    } while (collected == 0 || (collected < 0 && errno == ECHILD));
    return collected;
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

EXPORT pid_t wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    siginfo_t seen, collected;
    if ((options & WNOWAIT) || !(options & WEXITED))
        return REAL(waitid)(type, id, info, options);
    do {
        if (look_at(type, id, &seen, options) != 0)
            return -1;
        collected = (siginfo_t){ 0 };
        if (seen.si_pid != 0 && REAL(waitid)(P_PID, (id_t)seen.si_pid, &collected, options | WNOHANG) != 0 &&
            errno != ECHILD)
            return -1;
    } while (seen.si_pid != 0 && collected.si_pid == 0);
    if (info != NULL)
        *info = collected;
    return 0;
}
