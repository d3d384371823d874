/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/calendar.h - when a StartCalendarInterval is next (B130) */
#pragma once

#include <time.h>

#define CALENDAR_ANY (-1)

struct calendar {
    int minute, hour; /* 0-59, 0-23 */
    int day, month;   /* 1-31, 1-12 */
    int weekday;      /* 0-6, 0 is Sunday */
};

/* The first moment strictly after `after` that matches, in local time, seconds 0. If both day and weekday are given, either
 * will do. 0: there is none within nine years. */
time_t calendar_next(const struct calendar *calendar, time_t after);
