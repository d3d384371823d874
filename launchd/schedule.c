/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/schedule.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "launchd/calendar.h"
#include "launchd/config.h"
#include "launchd/events.h"
#include "launchd/job.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/timer.h"

static struct event clock_event = { .fd = -1 };
static int clock_fd = -1;

/* ---- intervals ---- */

/* Counted from the first setting, so that lateness does not add up. */
static void interval_is_over(struct timer *timer)
{
    struct managed *m = container_of(timer, struct managed, interval);
    uint64_t period = m->config->interval * TIMER_SECOND, now = timer_now();

    m->job->r->interval_next = timer->when + ((now - timer->when) / period + 1) * period;
    timer_set(&m->interval, m->job->r->interval_next, interval_is_over);
    managed_pend(m, "interval");
}

/* ---- the calendar ---- */

static uint64_t next_of(const struct managed *m, time_t now)
{
    time_t earliest = 0;

    for (size_t i = 0; i < m->config->n_calendars; i++) {
        time_t next = calendar_next(&m->config->calendars[i], now);
        if (next != 0 && (earliest == 0 || next < earliest))
            earliest = next;
    }
    return (uint64_t)earliest;
}

/* The alarm of the earliest job; also far away it hears of a clock that is set. */
static void set_alarm(void)
{
    struct itimerspec spec = { .it_value = { .tv_sec = INT32_MAX } };
    const struct managed *m;

    TAILQ_FOREACH(m, managed_all(), link)
    {
        uint64_t next = m->job->r->calendar_next;
        if (next != 0 && (time_t)next < spec.it_value.tv_sec)
            spec.it_value.tv_sec = (time_t)next;
    }
    timerfd_settime(clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL);
}

static void look_at(struct managed *m, time_t now)
{
    struct job_record *r = m->job->r;

    if (m->config->n_calendars == 0)
        return;
    if (r->calendar_next != 0 && (time_t)r->calendar_next <= now)
        managed_pend(m, "calendar");
    r->calendar_next = next_of(m, now);
}

/* It rang, or was set (the read fails then). */
static void clock_told(struct event *event)
{
    uint64_t count;
    struct managed *m;
    time_t now;

    (void)!read(event->fd, &count, sizeof(count));
    now = time(NULL);
    TAILQ_FOREACH(m, managed_all(), link) look_at(m, now);
    set_alarm();
}

/* ---- both ---- */

bool schedule_listen(void)
{
    clock_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (clock_fd < 0 || !event_watch(&clock_event, clock_fd, EPOLLIN, clock_told))
        return false;
    set_alarm();
    return true;
}

void schedule_start(struct managed *m)
{
    struct job_record *r = m->job->r;

    if (m->config->interval != 0 && r->interval_next == 0)
        r->interval_next = timer_now() + m->config->interval * TIMER_SECOND;
    if (m->config->interval != 0)
        timer_set(&m->interval, r->interval_next, interval_is_over);
    look_at(m, time(NULL));
    if (m->config->n_calendars != 0)
        set_alarm();
}

void schedule_stop(struct managed *m)
{
    timer_clear(&m->interval);
    m->job->r->calendar_next = m->job->r->interval_next = 0;
}
