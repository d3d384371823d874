/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/filter_proc.c - EVFILT_PROC: forks, execs and the end of a process that machd knows (F168-F172)
 *
 * One that it does not know is Linux's to watch: on a workloop by a source, on a descriptor by the library itself.
 */
#include <errno.h>

#include "kernel/kqueue/knote.h"

enum { NOTE_TRACK_BITS = 0x7 }; /* NOTE_TRACK, NOTE_TRACKERR, NOTE_CHILD */

static int check_wanted(uint32_t fflags)
{
    return fflags & (NOTE_TRACK_BITS | NOTE_SIGNAL) ? ENOTSUP : 0;
}

static void run(struct ipc *ipc, struct signal *signal)
{
    (void)ipc;
    knote_fire(container_of(signal, struct knote, process.signal));
}

static int attach(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    struct task *task = change->thread->task;
    int error = check_wanted(event->fflags);
    if (error == 0) {
        knote->process = (struct subject_watch){ .wanted = event->fflags };
        error = event->ident > INT32_MAX
                    ? ESRCH
                    : task->system->process_watch(task, (int32_t)event->ident, &knote->process, run);
    }
    if (error == ESRCH && change->kqueue->kind == KQUEUE_WORKLOOP) {
        knote->filter = &source_filter;
        return source_filter.attach(knote, change);
    }
    knote->event.flags |= EV_CLEAR;
    return error;
}

/* What has happened and is not wanted any more is not told. */
static int touch(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    struct subject_watch *watch = &knote->process;
    if (!(event->flags & EV_ADD))
        return 0;
    int error = check_wanted(event->fflags);
    if (error == 0 && (event->fflags & NOTE_EXIT) && (event->fflags & NOTE_EXITSTATUS) &&
        !watch->may_have_status)
        error = EACCES;
    if (error)
        return error;
    knote->event.fflags = watch->wanted = event->fflags;
    watch->happened &= watch->wanted;
    if (!watch->happened)
        knote_settle_idle(knote);
    return 0;
}

static bool is_ready(const struct knote *knote)
{
    return knote->process.happened != 0;
}

static bool deliver(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    struct subject_watch *watch = &knote->process;
    (void)reply;
    if (!watch->happened)
        return false;
    out->event.fflags = watch->happened;
    out->event.data = watch->happened & NOTE_EXITSTATUS ? watch->status & NOTE_PDATAMASK : 0;
    if (watch->is_over)
        out->event.flags |= EV_EOF | EV_ONESHOT;
    watch->happened = 0;
    return true;
}

static void drop(struct knote *knote, struct reply *reply)
{
    (void)reply;
    subject_leave(&knote->process);
}

const struct filter process_filter = {
    .attach = attach,
    .touch = touch,
    .is_ready = is_ready,
    .deliver = deliver,
    .drop = drop,
};
