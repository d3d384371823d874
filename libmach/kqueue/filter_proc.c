/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/filter_proc.c - PROC: the end of a process that machd does not know, seen through a pidfd
 *
 * What machd knows it watches itself (kevent.c), and then tells of forks and execs too. Nobody but who traces it would hear of
 * those here, so they are accepted only beside NOTE_EXIT, which always comes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/kqueue/kqueue.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

enum { NOTE_TRACK_BITS = 0x7 }; /* NOTE_TRACK, NOTE_TRACKERR, NOTE_CHILD */

static int check_wanted(uint32_t fflags)
{
    return (fflags & (NOTE_TRACK_BITS | NOTE_SIGNAL)) || !(fflags & NOTE_EXIT) ? ENOTSUP : 0;
}

/* A pidfd is readable from the end on. */
static bool has_ended(int fd)
{
    struct pollfd look = { .fd = fd, .events = POLLIN };
    return poll(&look, 1, 0) == 1;
}

bool process_is_there(uint64_t ident)
{
    int fd = ident <= INT32_MAX ? (int)syscall(SYS_pidfd_open, (pid_t)ident, 0) : -1;
    bool is_there = fd >= 0 && !has_ended(fd);
    if (fd >= 0)
        descriptor_close(fd);
    return is_there;
}

/* 0 as long as it runs; ECHILD if it is nobody of ours, or was waited for. */
static int look_at(const struct knote *knote, siginfo_t *info)
{
    *info = (siginfo_t){ 0 };
    long result = syscall(SYS_waitid, P_PIDFD, knote->fd, info, WEXITED | WNOWAIT | WNOHANG, NULL);
    return result == 0 ? 0 : errno;
}

/* F168: the parent's, or who could send it SIGKILL. */
static bool may_have_status(const struct knote *knote)
{
    siginfo_t info;
    return look_at(knote, &info) == 0 || kill((pid_t)knote->registered.ident, 0) == 0;
}

static int proc_attach(struct knote *knote)
{
    uint32_t fflags = knote->registered.fflags;
    int error = check_wanted(fflags);
    if (error == 0)
        error = process_is_there(knote->registered.ident) ? 0 : ESRCH;
    if (error == 0)
        error = knote_watch(knote, (int)syscall(SYS_pidfd_open, (pid_t)knote->registered.ident, 0));
    if (error == 0 && (fflags & NOTE_EXITSTATUS) && !may_have_status(knote)) {
        knote_unwatch(knote);
        return EACCES;
    }
    return error == EINVAL ? ESRCH : error;
}

static int proc_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (!(change->flags & EV_ADD))
        return 0;
    int error = check_wanted(change->fflags);
    if (error == 0)
        knote->registered.fflags = change->fflags;
    return error;
}

static int status_of(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return W_EXITCODE(info->si_status, 0);
    return W_EXITCODE(0, info->si_status) | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

/* F170: who is no parent, or comes after somebody has waited for it, hears of no status. */
static enum found proc_collect(struct knote *knote, struct kevent_qos_s *event)
{
    siginfo_t info;
    if (!has_ended(knote->fd))
        return FOUND_NOTHING;
    event->fflags = knote->registered.fflags & (NOTE_EXIT | NOTE_EXIT_DETAIL);
    if ((knote->registered.fflags & NOTE_EXITSTATUS) && look_at(knote, &info) == 0) {
        event->fflags |= NOTE_EXITSTATUS;
        event->data = status_of(&info) & NOTE_PDATAMASK;
    }
    event->flags |= EV_EOF | EV_ONESHOT;
    return FOUND_EVENT;
}

const struct filter filter_proc = { .is_clear = true,
                                    .attach = proc_attach,
                                    .detach = knote_unwatch,
                                    .touch = proc_touch,
                                    .collect = proc_collect };
