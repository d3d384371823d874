/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/filter_signal.c - SIGNAL: counts signals beside whatever the program does with them
 *
 * A signal that a thread may take is counted by a handler of ours that stands before the program's (handlers.c), also where
 * the program ignores it. One that all threads block is seen through a signalfd, which is never read: the signal stays
 * where it is for sigwait, or for the handler when it is unblocked, and is then not counted a second time.
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "libmach/live/handlers.h"
#include "libmach/kqueue/kqueue.h"

enum { SIGNALS = 65 };

static struct {
    _Atomic int bell; /* an eventfd that is never read: each write is an edge. 0: none yet */
    _Atomic uint32_t count[SIGNALS];
} signals;

void signal_seen(int signal)
{
    int error = errno, bell = atomic_load(&signals.bell);
    uint64_t one = 1;
    atomic_fetch_add(&signals.count[signal], 1);
    ssize_t done = bell > 0 ? write(bell, &one, sizeof one) : 0;
    (void)done; /* full after 2^64 */
    errno = error;
}

/* The numbers of our bell and the parent's are the same, the parent's must not be rung. */
void signal_forget(void)
{
    int bell = atomic_exchange(&signals.bell, 0);
    if (bell > 0)
        descriptor_close(bell);
}

static int add_bell(struct kqueue *kq)
{
    struct epoll_event in = { .events = EPOLLIN | EPOLLET, .data.u64 = KEY_BELL };
    if (kq->has_bell)
        return 0;
    if (atomic_load(&signals.bell) == 0) {
        int bell = descriptor_high(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (bell < 0)
            return errno;
        atomic_store(&signals.bell, bell);
    }
    if (epoll_ctl(kq->fd, EPOLL_CTL_ADD, atomic_load(&signals.bell), &in) != 0)
        return errno;
    kq->has_bell = true;
    return 0;
}

static int number_of(const struct knote *knote)
{
    return (int)knote->registered.ident;
}

/* Sent, and kept by the mask of the thread that is fetching events. */
static bool is_held_back(const struct knote *knote)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, number_of(knote)) == 1 &&
           sigismember(&knote->kq->mask, number_of(knote)) == 1;
}

static int signal_attach(struct knote *knote)
{
    sigset_t set;
    if (knote->registered.ident == 0 || knote->registered.ident >= SIGNALS)
        return EINVAL;
    int error = add_bell(knote->kq);
    if (error != 0)
        return error;
    sigemptyset(&set);
    sigaddset(&set, number_of(knote));
    error = knote_watch(knote, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (error != 0)
        return error;
    knote->signal.is_older = is_held_back(knote);
    knote->signal.seen = atomic_load(&signals.count[number_of(knote)]);
    handlers_watch(number_of(knote), true);
    return 0;
}

static void signal_detach(struct knote *knote)
{
    handlers_watch(number_of(knote), false);
    knote_unwatch(knote);
}

static int signal_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    (void)knote;
    (void)change;
    return 0;
}

static enum found signal_collect(struct knote *knote, struct kevent_qos_s *event)
{
    uint32_t count = atomic_load(&signals.count[number_of(knote)]);
    uint32_t n = count - knote->signal.seen;
    bool is_new = knote->has_edge && is_held_back(knote) && !knote->signal.is_older;
    knote->signal.is_older &= !knote->has_edge;
    knote->has_edge = false;
    knote->signal.seen = count;
    if (n > 0 && knote->signal.is_told_early) {
        knote->signal.is_told_early = false;
        n--;
    }
    if (is_new) {
        knote->signal.is_told_early = true;
        n++;
    }
    event->data = n;
    return n > 0 ? FOUND_EVENT : FOUND_NOTHING;
}

const struct filter filter_signal = { .is_clear = true,
                                      .attach = signal_attach,
                                      .detach = signal_detach,
                                      .touch = signal_touch,
                                      .collect = signal_collect };
