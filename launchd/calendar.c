/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/calendar.h"

#include <stdbool.h>

#define MAX_STEPS 4000 /* nine years by months, their days, and one day's hours and minutes */

static bool is(int wanted, int value)
{
    return wanted == CALENDAR_ANY || wanted == value;
}

static bool is_day(const struct calendar *c, const struct tm *tm)
{
    if (c->day != CALENDAR_ANY && c->weekday != CALENDAR_ANY)
        return c->day == tm->tm_mday || c->weekday == tm->tm_wday;
    return is(c->day, tm->tm_mday) && is(c->weekday, tm->tm_wday);
}

static time_t midnight(struct tm *tm, int n_months, int n_days)
{
    tm->tm_mon += n_months;
    tm->tm_mday = n_months != 0 ? 1 : tm->tm_mday + n_days;
    tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
    tm->tm_isdst = -1;
    return mktime(tm);
}

/* Where to look next: the beginning of the next unit that could match. */
static time_t step(const struct calendar *c, time_t t, struct tm *tm)
{
    time_t next;

    if (!is(c->month, tm->tm_mon + 1))
        next = midnight(tm, 1, 0);
    else if (!is_day(c, tm))
        next = midnight(tm, 0, 1);
    else if (!is(c->hour, tm->tm_hour))
        next = t + (60 - tm->tm_min) * 60;
    else
        next = t + 60;
    return next > t ? next : t + 3600; /* a midnight that summer time left out */
}

time_t calendar_next(const struct calendar *c, time_t after)
{
    struct tm tm;
    time_t t = after - after % 60 + 60;

    for (int i = 0; i < MAX_STEPS && localtime_r(&t, &tm) != NULL; i++) {
        if (is(c->month, tm.tm_mon + 1) && is_day(c, &tm) && is(c->hour, tm.tm_hour) &&
            is(c->minute, tm.tm_min))
            return t;
        t = step(c, t, &tm);
    }
    return 0;
}
