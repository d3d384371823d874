/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/sources.c - Linux's events for knotes of workloops (wire/kevent.h, sources)
 *
 * One kqueue of our own has a knote for each source, told apart by the cookie in udata, and one thread that waits there and
 * tells the kernel. Both are made when the first source is armed; in a fork child there are none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/event.h>

#include "libmach/connection/lock.h"
#include "libmach/kqueue/events.h"
#include "libmach/kqueue/kqueue.h"
#include "libmach/kqueue/workqueue.h"
#include "libmach/live/vfork.h"
#include "libmach/message/transport.h"
#include "libmach/message/trap.h"
#include "wire/kevent.h"

enum { AT_ONCE = 16 };

static struct {
    _Atomic uint32_t lock;
    int kq; /* 0: none yet */
} sources;

void sources_forget(void)
{
    atomic_store(&sources.lock, 0);
    sources.kq = 0;
}

int transport_source_check(const struct kevent_qos_s *change)
{
    if (vfork_is_child())
        return EINVAL; /* its parent's thread would listen for it */
    if (change->filter == EVFILT_PROC && (change->flags & EV_ADD) && !(change->flags & EV_DELETE))
        return process_is_there(change->ident) ? 0 : ESRCH;
    bool is_descriptor =
        change->filter == EVFILT_READ || change->filter == EVFILT_WRITE || change->filter == EVFILT_VNODE;
    if (!is_descriptor || (change->flags & EV_DELETE))
        return 0;
    return change->ident <= INT32_MAX && fcntl((int)change->ident, F_GETFD) >= 0 ? 0 : EBADF;
}

/* ---- from Linux to the kernel ---- */

static void forget(int kq, struct kevent_qos_s event)
{
    event.flags = EV_DELETE | EV_ENABLE | EV_UDATA_SPECIFIC; /* at once, also while it is disabled */
    kevent_qos(kq, &event, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_ERROR_EVENTS);
}

static void *listen_to_linux(void *argument)
{
    int kq = (int)(intptr_t)argument;
    struct kevent_qos_s event[AT_ONCE];
    int n;
    while ((n = kevent_qos(kq, NULL, 0, event, AT_ONCE, NULL, NULL, 0)) >= 0 || errno == EINTR)
        for (int i = 0; i < n; i++) {
            const uint64_t arg[] = { event[i].udata, (uint64_t)event[i].data, event[i].fflags,
                                     event[i].flags };
            uint32_t result = trap_call(TRAP_KNOTE_FIRE, arg, sizeof arg / sizeof arg[0], NULL, ENOTCONN);
            if (result == ENOENT)
                forget(kq, event[i]);
            else if (result == ENOTCONN)
                return NULL;
        }
    return NULL;
}

/* ---- from the kernel to Linux ---- */

static int queue_of_sources(void)
{
    sigset_t mask;
    lock_take(&sources.lock, &mask);
    if (sources.kq == 0) {
        int kq = kqueue_high();
        if (kq > 0 && thread_of_library(listen_to_linux, (void *)(intptr_t)kq))
            sources.kq = kq;
    }
    int kq = sources.kq;
    lock_give(&sources.lock, &mask);
    return kq;
}

/* What is registered already goes on: a timer with its period. */
static void arm(int kq, const struct kevent_record *source)
{
    struct kevent_qos_s change = source->event;
    change.udata = source->source.cookie;
    change.flags = EV_UDATA_SPECIFIC | EV_ADD | EV_ENABLE;
    change.flags |= source->event.flags & EV_CLEAR ? EV_CLEAR : EV_DISPATCH;
    if (kqueue_has(kq, &change))
        change.flags &= (uint16_t)~EV_ADD;
    if (kevent_qos(kq, &change, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_ERROR_EVENTS) == 0)
        return;
    /* it cannot be listened to: that is its event */
    const uint64_t arg[] = { change.udata, (uint64_t)errno, 0, EV_EOF };
    trap_call(TRAP_KNOTE_FIRE, arg, sizeof arg / sizeof arg[0], NULL, ENOTCONN);
}

void transport_source(const struct kevent_record *source)
{
    struct kevent_qos_s change = source->event;
    int kq = queue_of_sources();
    if (kq == 0)
        return;
    change.udata = source->source.cookie;
    switch ((enum kevent_source)source->source.what) {
    case KEVENT_ARM: arm(kq, source); return;
    case KEVENT_DISARM: forget(kq, change); return;
    }
}
