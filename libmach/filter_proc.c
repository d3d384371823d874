/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/filter_proc.c - PROC: the end of a process, seen through a pidfd
 *
 * fork, exec and signals of other processes are not told on Linux without tracing them: they are refused, and not
 * accepted and forgotten.
 */
#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/kqueue.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static const uint32_t built = NOTE_EXIT | NOTE_EXITSTATUS | NOTE_REAP;

/* 0 as long as it runs; ECHILD if it is nobody of ours, or was waited for. */
static int look_at(const struct knote *knote, siginfo_t *info)
{
    *info = (siginfo_t){ 0 };
    long result = syscall(SYS_waitid, P_PIDFD, knote->fd, info, WEXITED | WNOWAIT | WNOHANG, NULL);
    return result == 0 ? 0 : errno;
}

static int proc_attach(struct knote *knote)
{
    siginfo_t info;
    if ((knote->registered.fflags & ~built) || !(knote->registered.fflags & NOTE_EXIT))
        return ENOTSUP;
    int error = knote_watch(knote, (int)syscall(SYS_pidfd_open, (pid_t)knote->registered.ident, 0));
    if (error == 0 && (knote->registered.fflags & NOTE_EXITSTATUS) && look_at(knote, &info) == ECHILD) {
        knote_unwatch(knote);
        return EACCES; /* only of a child */
    }
    return error == EINVAL ? ESRCH : error;
}

static int proc_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (!(change->flags & EV_ADD))
        return 0;
    if ((change->fflags & ~built) || !(change->fflags & NOTE_EXIT))
        return ENOTSUP;
    knote->registered.fflags = change->fflags;
    return 0;
}

static int status_of(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return W_EXITCODE(info->si_status, 0);
    return W_EXITCODE(0, info->si_status) | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

/* A pidfd is readable from the end on. */
static bool has_ended(const struct knote *knote)
{
    struct pollfd look = { .fd = knote->fd, .events = POLLIN };
    return poll(&look, 1, 0) == 1;
}

/* Whoever waited for it in between has taken the status: then data is 0. */
static enum found proc_collect(struct knote *knote, struct kevent_qos_s *event)
{
    siginfo_t info;
    if (!has_ended(knote))
        return FOUND_NOTHING;
    event->fflags = knote->registered.fflags & (NOTE_EXIT | NOTE_EXITSTATUS);
    if ((event->fflags & NOTE_EXITSTATUS) && look_at(knote, &info) == 0)
        event->data = status_of(&info) & NOTE_PDATAMASK;
    event->flags |= EV_EOF | EV_ONESHOT;
    return FOUND_EVENT;
}

const struct filter filter_proc = { .is_clear = true,
                                    .attach = proc_attach,
                                    .detach = knote_unwatch,
                                    .touch = proc_touch,
                                    .collect = proc_collect };
