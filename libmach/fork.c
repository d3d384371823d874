/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/fork.c - fork, vfork and the wait family (F46, F63 to F68, decisions 2 and 10)
 *
 * The parent asks machd before the real fork, so that the child inherits what the parent had then. The
 * child's half runs as the first pthread_atfork child handler: it was registered before main. Signals stay
 * blocked meanwhile, since a handler in a child that is not attached yet would attach it as a stranger.
 */
#include "libmach/fork.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/events.h"
#include "libmach/handlers.h"
#include "libmach/kqueue.h"
#include "libmach/live.h"
#include "libmach/lock.h"
#include "libmach/workqueue.h"

#define EXPORT __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static __thread uint64_t nonce __attribute__((tls_model("initial-exec")));

static void in_child(void)
{
    handlers_forget();
    kqueue_forget();
    sources_forget();
    ports_forget();
    workqueue_forget();
    live_fork_child(nonce);
    nonce = 0;
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
    pid_t pid = REAL(fork)();
    int error = errno;
    nonce = 0;
    if (pid < 0 && announced != 0)
        live_fork_abort(announced);
    mask_set(&mask, NULL);
    errno = error;
    return pid;
}

EXPORT pid_t vfork(void)
{
    return fork();
}

/* ---- waiting for children: what a death does has been done when the wait returns ---- */

static void settle(pid_t pid, int status)
{
    int error = errno;
    if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
        live_settle(pid);
    errno = error;
}

EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    int result = 0;
    pid_t collected = REAL(wait4)(pid, &result, options, usage);
    if (collected > 0 && status != NULL)
        *status = result;
    settle(collected, result);
    return collected;
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    int result = 0;
    pid_t collected = REAL(waitpid)(pid, &result, options);
    if (collected > 0 && status != NULL)
        *status = result;
    settle(collected, result);
    return collected;
}

EXPORT pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    siginfo_t result = { 0 };
    int answer = REAL(waitid)(type, id, &result, options);
    int error = errno;
    if (info != NULL && answer == 0)
        *info = result;
    if (answer == 0 && result.si_pid > 0 && !(options & WNOWAIT) &&
        (result.si_code == CLD_EXITED || result.si_code == CLD_KILLED || result.si_code == CLD_DUMPED))
        live_settle(result.si_pid);
    errno = error;
    return answer;
}
