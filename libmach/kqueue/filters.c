/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/filters.c - READ, WRITE, TIMER and USER */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "libmach/kqueue/kqueue.h"

enum { NANOSECONDS = 1000000000 };

/* ---- READ and WRITE: a descriptor of the program ---- */

static int descriptor_of(const struct knote *knote)
{
    return (int)knote->registered.ident;
}

/* The set may have the number already, for a twin; or have lost it, when the program closed and opened it again. */
static int arm(int set, int fd, uint32_t events)
{
    struct epoll_event event = { .events = events | EPOLLET, .data.u64 = KEY_OF_DESCRIPTOR(fd) };
    if (epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) == 0)
        return 0;
    if (errno != ENOENT)
        return errno;
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

/* Files are always ready, so epoll refuses them (EPERM). */
static int note_file(struct knote *knote, int error)
{
    if (error != EPERM)
        return error;
    knote->io.is_file = true;
    knote->kq->n_files++;
    knote_activate(knote);
    return 0;
}

static void disarm(struct knote *knote, int set)
{
    if (knote->io.is_file)
        knote->kq->n_files--;
    else if (!knote_has_twin(knote))
        epoll_ctl(set, EPOLL_CTL_DEL, descriptor_of(knote), NULL);
}

/* A file that grows is ready again; where inotify cannot be had that is seen when events are fetched. */
static int read_attach(struct knote *knote)
{
    int error = note_file(knote, arm(knote->kq->fd, descriptor_of(knote), EPOLLIN | EPOLLRDHUP));
    if (error == 0 && knote->io.is_file)
        file_watch(knote);
    return error;
}

static void read_detach(struct knote *knote)
{
    disarm(knote, knote->kq->fd);
    file_unwatch(knote);
}

/* WRITE has a set of its own within the set: one descriptor may be in both, and only what it waits for wakes it. */
static int make_set_of_writes(struct kqueue *kq)
{
    struct epoll_event in = { .events = EPOLLIN, .data.u64 = KEY_WRITES };
    if (kq->writes >= 0)
        return 0;
    int set = descriptor_high(epoll_create1(EPOLL_CLOEXEC));
    if (set < 0 || epoll_ctl(kq->fd, EPOLL_CTL_ADD, set, &in) != 0) {
        int error = errno;
        if (set >= 0)
            descriptor_close(set);
        return error;
    }
    kq->writes = set;
    return 0;
}

static int write_attach(struct knote *knote)
{
    int error = make_set_of_writes(knote->kq);
    return error != 0 ? error : note_file(knote, arm(knote->kq->writes, descriptor_of(knote), EPOLLOUT));
}

static void write_detach(struct knote *knote)
{
    disarm(knote, knote->kq->writes);
}

static int io_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (change->flags & EV_ADD) {
        knote->registered.fflags = change->fflags;
        knote->registered.data = change->data;
        if (!knote->io.is_file) {
            bool is_read = knote->registered.filter == EVFILT_READ;
            int error = is_read ? arm(knote->kq->fd, descriptor_of(knote), EPOLLIN | EPOLLRDHUP)
                                : arm(knote->kq->writes, descriptor_of(knote), EPOLLOUT);
            if (error != 0)
                return error;
        }
        knote_activate(knote);
    }
    return 0;
}

static short state_of(int fd, short events)
{
    struct pollfd look = { .fd = fd, .events = events };
    return poll(&look, 1, 0) > 0 ? look.revents : 0;
}

static bool is_enough(const struct knote *knote, int64_t there)
{
    return !(knote->registered.fflags & NOTE_LOWAT) || there >= knote->registered.data;
}

/* 1 where it cannot be counted. */
static int64_t readable_of(int fd)
{
    int bytes = 0;
    bool is_counted = ioctl(fd, FIONREAD, &bytes) == 0;
    int64_t backlog = bytes == 0 ? backlog_of(fd) : -1;
    if (backlog >= 0)
        return backlog;
    return is_counted ? bytes : 1;
}

static enum found collect_file(const struct knote *knote, struct kevent_qos_s *event)
{
    struct stat status;
    int fd = descriptor_of(knote);
    if (fstat(fd, &status) != 0)
        return FOUND_GONE;
    event->data = status.st_size - lseek(fd, 0, SEEK_CUR);
    return event->data != 0 ? FOUND_EVENT : FOUND_NOTHING;
}

static enum found read_collect(struct knote *knote, struct kevent_qos_s *event)
{
    int fd = descriptor_of(knote);
    if (knote->io.is_file)
        return collect_file(knote, event);
    short state = state_of(fd, POLLIN | POLLRDHUP);
    if (state & POLLNVAL)
        return FOUND_GONE;
    if (state == 0)
        return FOUND_NOTHING;
    event->data = readable_of(fd);
    if (state & (POLLHUP | POLLRDHUP))
        event->flags |= EV_EOF;
    return event->flags & EV_EOF || state & POLLERR || is_enough(knote, event->data) ? FOUND_EVENT
                                                                                     : FOUND_NOTHING;
}

/* How much can be written without waiting; 1 where nobody says. */
static int64_t room_of(int fd)
{
    int size = 0, used = 0;
    socklen_t length = sizeof size;
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &length) == 0 && ioctl(fd, SIOCOUTQ, &used) == 0)
        return size > used ? size - used : 1;
    size = fcntl(fd, F_GETPIPE_SZ);
    if (size > 0 && ioctl(fd, FIONREAD, &used) == 0)
        return size > used ? size - used : 1;
    return 1;
}

static enum found write_collect(struct knote *knote, struct kevent_qos_s *event)
{
    int fd = descriptor_of(knote);
    short state = knote->io.is_file ? POLLOUT : state_of(fd, POLLOUT);
    if (state & POLLNVAL)
        return FOUND_GONE;
    if (state == 0)
        return FOUND_NOTHING;
    event->data = knote->io.is_file ? 0 : room_of(fd);
    if (state & (POLLHUP | POLLERR))
        event->flags |= EV_EOF;
    return event->flags & EV_EOF || is_enough(knote, event->data) ? FOUND_EVENT : FOUND_NOTHING;
}

const struct filter filter_read = { .is_descriptor = true,
                                    .attach = read_attach,
                                    .detach = read_detach,
                                    .touch = io_touch,
                                    .collect = read_collect };
const struct filter filter_write = { .is_descriptor = true,
                                     .attach = write_attach,
                                     .detach = write_detach,
                                     .touch = io_touch,
                                     .collect = write_collect };

/* ---- TIMER ---- */

enum { ABSOLUTE_UNITS = NOTE_SECONDS | NOTE_USECONDS | NOTE_NSECONDS | NOTE_MACHTIME };

static bool has_one_unit_at_most(uint32_t fflags)
{
    uint32_t units = fflags & ABSOLUTE_UNITS;
    return (units & (units - 1)) == 0;
}

static int64_t nanoseconds_per_unit(uint32_t fflags)
{
    if (fflags & NOTE_SECONDS)
        return NANOSECONDS;
    if (fflags & NOTE_USECONDS)
        return 1000;
    if (fflags & (NOTE_NSECONDS | NOTE_MACHTIME))
        return 1; /* absolute time is in nanoseconds */
    return 1000000;
}

/* 0 would disarm the timer: what is past is due in a nanosecond. */
static struct timespec time_of(int64_t data, uint32_t fflags)
{
    int64_t unit = nanoseconds_per_unit(fflags), value;
    if (__builtin_mul_overflow(data, unit, &value))
        value = data > 0 ? INT64_MAX : 1;
    if (value <= 0)
        value = 1;
    return (struct timespec){ .tv_sec = value / NANOSECONDS, .tv_nsec = value % NANOSECONDS };
}

static int clock_of(uint32_t fflags)
{
    if (fflags & NOTE_MACH_CONTINUOUS_TIME)
        return CLOCK_BOOTTIME;
    return (fflags & NOTE_ABSOLUTE) && !(fflags & NOTE_MACHTIME) ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

static int timer_attach(struct knote *knote)
{
    uint32_t fflags = knote->registered.fflags;
    struct itimerspec when = { .it_value = time_of(knote->registered.data, fflags) };
    bool is_absolute = fflags & NOTE_ABSOLUTE;
    if (!has_one_unit_at_most(fflags))
        return EINVAL;
    if (is_absolute)
        knote->registered.flags |= EV_ONESHOT;
    else if (!(knote->registered.flags & EV_ONESHOT))
        when.it_interval = when.it_value;
    int fd = timerfd_create(clock_of(fflags), TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd >= 0)
        timerfd_settime(fd, is_absolute ? TFD_TIMER_ABSTIME : 0, &when, NULL);
    return knote_watch(knote, fd);
}

/* With EV_ADD the timer begins anew with what the change says. */
static int timer_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (!(change->flags & EV_ADD))
        return 0;
    if (!has_one_unit_at_most(change->fflags))
        return EINVAL;
    knote_unwatch(knote);
    knote->timer.expirations = 0;
    knote->registered.fflags = change->fflags;
    knote->registered.data = change->data;
    knote->registered.flags &= (uint16_t)~EV_ONESHOT;
    knote->registered.flags |= change->flags & EV_ONESHOT;
    return timer_attach(knote);
}

static enum found timer_collect(struct knote *knote, struct kevent_qos_s *event)
{
    uint64_t n = 0;
    if (knote->fd >= 0 && read(knote->fd, &n, sizeof n) == sizeof n)
        knote->timer.expirations += n;
    if (knote->timer.expirations == 0)
        return FOUND_NOTHING;
    event->data = (int64_t)knote->timer.expirations;
    knote->timer.expirations = 0;
    return FOUND_EVENT;
}

const struct filter filter_timer = { .is_clear = true,
                                     .attach = timer_attach,
                                     .detach = knote_unwatch,
                                     .touch = timer_touch,
                                     .collect = timer_collect };

/* ---- USER ---- */

static void take_note(struct knote *knote, const struct kevent_qos_s *change)
{
    uint32_t flags = change->fflags & NOTE_FFLAGSMASK;
    switch (change->fflags & NOTE_FFCTRLMASK) {
    case NOTE_FFAND: knote->registered.fflags &= flags; break;
    case NOTE_FFOR: knote->registered.fflags |= flags; break;
    case NOTE_FFCOPY: knote->registered.fflags = flags; break;
    }
    knote->registered.data = change->data;
    if (change->fflags & NOTE_TRIGGER) {
        knote->user.is_triggered = true;
        knote_activate(knote);
    }
}

static int user_attach(struct knote *knote)
{
    knote->user.is_triggered = knote->registered.fflags & NOTE_TRIGGER;
    knote->registered.fflags &= NOTE_FFLAGSMASK;
    if (knote->user.is_triggered)
        knote_activate(knote);
    return 0;
}

static void user_detach(struct knote *knote)
{
    knote->user.is_triggered = false;
}

static int user_touch(struct knote *knote, const struct kevent_qos_s *change)
{
    take_note(knote, change);
    return 0;
}

static enum found user_collect(struct knote *knote, struct kevent_qos_s *event)
{
    if (!knote->user.is_triggered)
        return FOUND_NOTHING;
    event->fflags = knote->registered.fflags;
    event->data = knote->registered.data;
    if (knote->registered.flags & EV_CLEAR) {
        knote->user.is_triggered = false;
        knote->registered.fflags = 0;
        knote->registered.data = 0;
    }
    return FOUND_EVENT;
}

const struct filter filter_user = {
    .attach = user_attach, .detach = user_detach, .touch = user_touch, .collect = user_collect
};
