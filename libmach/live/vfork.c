/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/vfork.c - vfork, which lends the calling thread to the child (F12, F18, F69 to F76, F83)
 *
 * vfork itself is a few instructions around the system call (vfork_x86_64.S): a C function cannot return twice through one
 * frame. It calls vfork_begin before, and ends in vfork_end on either side. What they keep stands in the thread's storage,
 * which the child shares: a thread has one vfork child at a time. Signals are blocked in between.
 *
 * The child is no task. What it asks of machd is asked on the page of its parent's thread, and so the parent asks. machd
 * counts it from the beginning (F75: a ticket that is taken back), and knows it from its exec on. A child that has closed
 * our descriptors, or cannot be had as a task for another reason, runs its program all the same; that is then adopted.
 */
#include "libmach/live/vfork.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/calls/process.h"
#include "libmach/connection/connection.h"
#include "libmach/connection/lock.h"
#include "libmach/live/asan.h"
#include "libmach/live/live.h"
#include "libmach/message/mig.h"
#include "libmach/message/trap.h"

enum ticket_state { TICKET_NONE, TICKET_PREPARED, TICKET_COMMITTED };

static __thread struct {
    pid_t parent;
    sigset_t mask;
    enum ticket_state state;
    uint64_t ticket;
    struct lib_thread *thread; /* NULL: has no page */
    struct trap_mark trap;     /* what was in progress when a handler called vfork */
} vforking __attribute__((tls_model("initial-exec")));

bool vfork_is_child(void)
{
    return thread_is_lent();
}

void vfork_forget(void)
{
    thread_lend(false);
    vforking.state = TICKET_NONE;
}

/* ---- what machd knows of it ---- */

/* 0 or an error number: machd's limits (F15 to F17). Without a machd there is none to ask. */
static int prepare(bool is_told)
{
    struct spawn_request request = {
        .jetsam_priority = -1, .memory_active = -1, .memory_inactive = -1, .fork_is_told = is_told
    };
    struct rlimit limit;
    int error = 0;
    request.process_limit = UINT32_MAX;
    if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur < UINT32_MAX)
        request.process_limit = (uint32_t)limit.rlim_cur;
    if (!live_is_attached())
        return 0;
    kern_return_t kr = process_prepare(&request, &error, &vforking.ticket);
    if (kr == KERN_SUCCESS && error == 0)
        vforking.state = TICKET_PREPARED;
    return kr == KERN_RESOURCE_SHORTAGE ? EAGAIN : kr == KERN_SUCCESS ? error : 0;
}

static void take_back(void)
{
    int error;
    if (vforking.state != TICKET_NONE)
        process_undo(vforking.ticket, &error);
    vforking.state = TICKET_NONE;
}

static void settle(void)
{
    int error;
    if (vforking.state == TICKET_COMMITTED)
        process_done(vforking.ticket, &error);
    else
        take_back();
    vforking.state = TICKET_NONE;
}

/* F53: once, before the child runs anything of its own. */
static void tell_of_fork(void)
{
    int error;
    if (vforking.state == TICKET_PREPARED)
        process_set(PROCESS_TELL_FORK, vforking.ticket, &error, NULL);
}

/* With the state of the parent's task as it is by now, not as it was at the vfork (F73). */
void vfork_exec_begins(void)
{
    int error = 0;
    if (!thread_is_lent())
        return;
    prctl(PR_SET_PDEATHSIG, 0);
    if (!connection_is_whole())
        return;
    take_back();
    if (prepare(true) == 0 && vforking.state == TICKET_PREPARED &&
        process_commit(vforking.ticket, getpid(), &error) == KERN_SUCCESS && error == 0)
        vforking.state = TICKET_COMMITTED;
}

/* Whose thread is gone has nobody to give anything back to (F74, F83). */
static void end_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != vforking.parent)
        _exit(0);
}

void vfork_exec_failed(void)
{
    if (!thread_is_lent())
        return;
    if (vforking.state == TICKET_COMMITTED)
        take_back();
    end_with_parent();
}

/* ---- both sides of the system call ---- */

bool vfork_begin(void);
pid_t vfork_end(long result);

bool vfork_begin(void)
{
    if (thread_is_lent()) {
        errno = EINVAL;
        return false;
    }
    mask_block_all(&vforking.mask);
    vforking.state = TICKET_NONE;
    int error = prepare(false);
    if (error != 0) {
        mask_set(&vforking.mask, NULL);
        errno = error;
        return false;
    }
    vforking.parent = getpid();
    vforking.thread = live_thread();
    if (vforking.thread != NULL)
        vforking.trap = trap_mark(vforking.thread);
    thread_lend(true); /* until the system call has returned in the parent */
    return true;
}

/* The child may have ended in the middle of a call, whose answer must not be taken for that of the next one. */
static void go_on_after(struct lib_thread *thread, struct trap_mark mark)
{
    if (trap_back(thread, mark) && mark.frame == NULL)
        mig_forget_replies(thread);
}

static pid_t end(long result)
{
    sigset_t mask = vforking.mask;
    if (result == 0) {
        end_with_parent();
        tell_of_fork();
        mask_set(&mask, NULL);
        return 0;
    }
    thread_lend(false);
    if (vforking.thread != NULL)
        go_on_after(vforking.thread, vforking.trap);
    settle();
    mask_set(&mask, NULL);
    if (result > 0)
        return (pid_t)result;
    errno = (int)-result;
    return -1;
}

ASAN_UNCHECKED pid_t vfork_end(long result)
{
    if (result != 0)
        ASAN_FORGET_STACK();
    return end(result);
}
