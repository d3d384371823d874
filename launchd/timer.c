/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/timer.h"

#include <stddef.h>
#include <time.h>

static TAILQ_HEAD(, timer) timers = TAILQ_HEAD_INITIALIZER(timers);

uint64_t timer_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * TIMER_SECOND + (uint64_t)now.tv_nsec;
}

void timer_clear(struct timer *timer)
{
    if (timer->on)
        TAILQ_REMOVE(&timers, timer, link);
    timer->on = false;
}

void timer_set(struct timer *timer, uint64_t when, void (*fired)(struct timer *timer))
{
    struct timer *next;

    timer_clear(timer);
    timer->when = when;
    timer->fired = fired;
    timer->on = true;
    TAILQ_FOREACH(next, &timers, link)
    {
        if (next->when > when) {
            TAILQ_INSERT_BEFORE(next, timer, link);
            return;
        }
    }
    TAILQ_INSERT_TAIL(&timers, timer, link);
}

uint64_t timer_next(void)
{
    struct timer *timer = TAILQ_FIRST(&timers);

    return timer == NULL ? 0 : timer->when;
}

/* Those that the fired ones set for now wait for the next run. */
void timer_run(void)
{
    uint64_t now = timer_now();
    struct timer *timer;

    while ((timer = TAILQ_FIRST(&timers)) != NULL && timer->when <= now) {
        timer_clear(timer);
        timer->fired(timer);
    }
}
