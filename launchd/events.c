/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/events.h"

#include <errno.h>
#include <mach/thread_policy_private.h>
#include <poll.h>
#include <pthread.h>
#include <pthread/qos.h>
#include <pthread/workqueue_private.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "launchd/log.h"
#include "launchd/loop.h"
#include "launchd/timer.h"
#include "launchd/watch.h"

#define MAX_AT_ONCE 64 /* the loop goes back to its requests after so many */

/* What a demand of nobody who waits is worth. */
#define CLASS_DEFAULT                                                                                        \
    ((1 << (_PTHREAD_PRIORITY_QOS_CLASS_SHIFT + THREAD_QOS_LEGACY - 1)) | _PTHREAD_PRIORITY_PRIORITY_MASK)
#define SERVER_WORKLOOP (1ull << 63) /* jobs have small numbers */
#define RECEIVE_REQUEST                                                                                      \
    (MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |                                       \
     MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT))

static void (*demand)(mach_port_t port);
static int descriptors = -1, alarm_fd = -1;
static uint64_t alarm_set;
static struct event alarm_event = { .fd = -1 };

/* ---- descriptors ---- */

bool event_watch(struct event *event, int fd, uint32_t events, void (*ready)(struct event *event))
{
    struct epoll_event how = { .events = events, .data.ptr = event };

    event->fd = fd;
    event->ready = ready;
    if (epoll_ctl(descriptors, EPOLL_CTL_ADD, fd, &how) == 0)
        return true;
    event->fd = -1;
    return false;
}

void event_clear(struct event *event)
{
    if (event->fd >= 0)
        epoll_ctl(descriptors, EPOLL_CTL_DEL, event->fd, NULL);
    event->fd = -1;
}

/* One by one: a handler may clear the event of another. */
static void take_descriptors(void)
{
    struct epoll_event ready;

    for (int i = 0; i < MAX_AT_ONCE && epoll_wait(descriptors, &ready, 1, 0) == 1; i++) {
        struct event *event = ready.data.ptr;
        event->ready(event);
    }
}

/* ---- the alarm ---- */

static void alarm_rang(struct event *event)
{
    uint64_t count;

    (void)!read(event->fd, &count, sizeof(count));
    alarm_set = 0;
    timer_run();
}

void events_set_alarm(void)
{
    uint64_t when = timer_next();
    struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(when / TIMER_SECOND),
                                             .tv_nsec = (long)(when % TIMER_SECOND) } };

    if (when == alarm_set)
        return;
    alarm_set = when;
    timerfd_settime(alarm_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

/* ---- ports ---- */

/* The knote of a port has its name for an identity besides, so that one that was told to vanish is no other's. */
static struct kevent_qos_s knote_of(mach_port_t watched, unsigned flags, uint32_t how)
{
    return (struct kevent_qos_s){ .ident = watched,
                                  .filter = EVFILT_MACHPORT,
                                  .flags = (uint16_t)(EV_DISPATCH2 | flags),
                                  .qos = CLASS_DEFAULT,
                                  .udata = watched,
                                  .fflags = how };
}

static bool change(uint64_t workloop, struct kevent_qos_s knote)
{
    return kevent_id(workloop, &knote, 1, NULL, 0, NULL, NULL,
                     KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS) == 0;
}

bool events_watch_port(uint64_t job, mach_port_t watched, enum port_watch how)
{
    switch (how) {
    case PORT_FORGOTTEN:
        change(job, knote_of(watched, EV_DELETE | EV_ENABLE, MACH_RCV_SYNC_PEEK));
        return true;
    case PORT_PAUSED:
        return change(job, knote_of(watched, EV_ADD | EV_VANISHED | EV_DISABLE, MACH_RCV_SYNC_PEEK));
    case PORT_WATCHED:
        return change(job, knote_of(watched, EV_ADD | EV_VANISHED | EV_ENABLE, MACH_RCV_SYNC_PEEK));
    }
    return false;
}

bool events_serve_port(mach_port_t served)
{
    return change(SERVER_WORKLOOP, knote_of(served, EV_ADD | EV_VANISHED | EV_ENABLE, RECEIVE_REQUEST));
}

void events_unserve_port(mach_port_t served)
{
    change(SERVER_WORKLOOP, knote_of(served, EV_DELETE | EV_ENABLE, RECEIVE_REQUEST));
}

/* A port that has left us meanwhile is no news. */
static bool is_news(const struct kevent_qos_s *event)
{
    return !(event->flags & (EV_VANISHED | EV_ERROR | EV_DELETE));
}

/* One that is too large for what launchd knows goes without being looked at. */
static void drop_first(mach_port_t from)
{
    mach_msg_empty_rcv_t nothing;

    mach_msg(&nothing.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(nothing.header), from, 0,
             MACH_PORT_NULL);
}

/* Each is to be watched again when it has been served. */
static int serve_some(struct kevent_qos_s *events, int n_events, bool notifications,
                      struct kevent_qos_s *changes)
{
    int n = 0;

    for (int i = 0; i < n_events; i++) {
        mach_port_t from = (mach_port_t)events[i].ident;
        if (!is_news(&events[i]) || (from == watch_notify_port()) != notifications)
            continue;
        if (events[i].fflags == MACH_MSG_SUCCESS)
            loop_serve((mach_msg_header_t *)events[i].ext[0]);
        else
            drop_first(from);
        changes[n++] = knote_of(from, EV_ENABLE, RECEIVE_REQUEST);
    }
    return n;
}

static void requests_are_here(struct kevent_qos_s *events, int *n_events)
{
    struct kevent_qos_s changes[WORKQ_KEVENT_EVENT_BUFFER_LEN];
    int n = serve_some(events, *n_events, true, changes);

    n += serve_some(events, *n_events, false, changes + n);
    memcpy(events, changes, (size_t)n * sizeof(*changes));
    *n_events = n;
}

static void demands_are_here(const struct kevent_qos_s *events, int *n_events)
{
    loop_enter();
    for (int i = 0; i < *n_events; i++) {
        if (is_news(&events[i]))
            demand((mach_port_t)events[i].ident);
    }
    loop_leave();
    *n_events = 0;
}

/* On a thread of the pool. */
static void workloop_is_called(uint64_t *workloop, void **events, int *n_events)
{
    if (*workloop == SERVER_WORKLOOP)
        requests_are_here(*events, n_events);
    else
        demands_are_here(*events, n_events);
}

/* What has no workloop does not come here. */
static void no_work(pthread_workqueue_function2_arg_t priority)
{
    (void)priority;
}

static void no_events(void **events, int *n_events)
{
    (void)events;
    *n_events = 0;
}

/* ---- all of it ---- */

bool events_start(void (*on_demand)(mach_port_t port))
{
    demand = on_demand;
    descriptors = epoll_create1(EPOLL_CLOEXEC);
    alarm_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return descriptors >= 0 && alarm_fd >= 0 && event_watch(&alarm_event, alarm_fd, EPOLLIN, alarm_rang) &&
           _pthread_workqueue_init_with_workloop(no_work, no_events, workloop_is_called, 0, 0) == 0;
}

void events_run(void)
{
    struct pollfd fd = { .fd = descriptors, .events = POLLIN };

    while (true) {
        if (poll(&fd, 1, -1) < 1)
            continue;
        loop_enter();
        take_descriptors();
        loop_leave();
    }
}
