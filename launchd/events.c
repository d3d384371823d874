/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/events.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "launchd/log.h"
#include "launchd/timer.h"

#define MAX_AT_ONCE 64 /* the loop goes back to its requests after so many */

enum herald_kind { HERALD_DESCRIPTORS = 1, HERALD_PORTS };

struct herald {
    enum herald_kind kind;
    sem_t seen;
};

static mach_port_t port, watched_ports;
static int descriptors = -1, alarm_fd = -1;
static uint64_t alarm_set;
static struct event alarm_event = { .fd = -1 };
static struct herald heralds[2] = { { .kind = HERALD_DESCRIPTORS }, { .kind = HERALD_PORTS } };

/* ---- heralds ---- */

/* A message of 24 bytes does not fit into 16: it stays queued, and its port is told (P145). */
static mach_msg_return_t look_at_ports(mach_msg_option_t option, mach_port_t *port_p)
{
    mach_msg_header_t header;
    mach_msg_return_t mr =
        mach_msg(&header, MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY | option, 0,
                 offsetof(mach_msg_header_t, msgh_voucher_port), watched_ports, 0, MACH_PORT_NULL);

    *port_p = mr == MACH_RCV_TOO_LARGE ? header.msgh_local_port : MACH_PORT_NULL;
    return mr;
}

static void wait_for(enum herald_kind kind)
{
    struct pollfd fd = { .fd = descriptors, .events = POLLIN };
    mach_port_t ready;

    switch (kind) {
    case HERALD_DESCRIPTORS:
        while (poll(&fd, 1, -1) < 1)
            ;
        break;
    case HERALD_PORTS:
        while (look_at_ports(MACH_MSG_OPTION_NONE, &ready) != MACH_RCV_TOO_LARGE)
            usleep(10000);
        break;
    }
}

static void *herald_main(void *argument)
{
    struct herald *herald = argument;

    while (true) {
        mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
                                      .msgh_size = sizeof(message),
                                      .msgh_remote_port = port,
                                      .msgh_id = (mach_msg_id_t)herald->kind };
        wait_for(herald->kind);
        if (mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL) !=
            KERN_SUCCESS)
            continue;
        while (sem_wait(&herald->seen) != 0)
            ;
    }
    return NULL;
}

static bool herald_start(struct herald *herald)
{
    pthread_t thread;

    return sem_init(&herald->seen, 0, 0) == 0 && pthread_create(&thread, NULL, herald_main, herald) == 0;
}

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

bool events_watch_port(mach_port_t watched)
{
    return mach_port_insert_member(mach_task_self(), watched, watched_ports) == KERN_SUCCESS;
}

void events_forget_port(mach_port_t watched)
{
    mach_port_extract_member(mach_task_self(), watched, watched_ports);
}

static void take_ports(void (*demand)(mach_port_t port))
{
    mach_port_t ready;

    for (int i = 0; i < MAX_AT_ONCE && look_at_ports(MACH_RCV_TIMEOUT, &ready) == MACH_RCV_TOO_LARGE; i++)
        demand(ready);
}

/* ---- all of it ---- */

mach_port_t events_port(void)
{
    return port;
}

void events_take(const mach_msg_header_t *message, void (*demand)(mach_port_t port))
{
    if (message->msgh_id == HERALD_DESCRIPTORS)
        take_descriptors();
    else if (message->msgh_id == HERALD_PORTS)
        take_ports(demand);
    else
        return;
    sem_post(&heralds[message->msgh_id - HERALD_DESCRIPTORS].seen);
}

bool events_start(mach_port_t loop_set)
{
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS ||
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &watched_ports) != KERN_SUCCESS ||
        mach_port_insert_member(mach_task_self(), port, loop_set) != KERN_SUCCESS)
        return false;
    descriptors = epoll_create1(EPOLL_CLOEXEC);
    alarm_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (descriptors < 0 || alarm_fd < 0 || !event_watch(&alarm_event, alarm_fd, EPOLLIN, alarm_rang))
        return false;
    return herald_start(&heralds[0]) && herald_start(&heralds[1]);
}
