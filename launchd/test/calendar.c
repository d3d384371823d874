/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"

#define ANY CALENDAR_ANY

static time_t at(const char *text)
{
    struct tm tm = { .tm_isdst = -1 };

    REQUIRE(strptime(text, "%Y-%m-%d %H:%M:%S", &tm) != NULL);
    return mktime(&tm);
}

/* The next time after a local one, in words. */
static const char *next(struct calendar c, const char *after)
{
    static char text[64];
    time_t t = calendar_next(&c, at(after));
    struct tm tm;

    if (t == 0)
        return "never";
    localtime_r(&t, &tm);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    return text;
}

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

TEST(the_next_time_is_strictly_later_and_on_a_full_minute, "B130")
{
    zone("UTC");
    CHECK_STR_EQ(next((struct calendar){ ANY, ANY, ANY, ANY, ANY }, "2026-11-21 10:00:00"),
                 "2026-11-21 10:01:00");
    CHECK_STR_EQ(next((struct calendar){ ANY, ANY, ANY, ANY, ANY }, "2026-11-21 10:00:59"),
                 "2026-11-21 10:01:00");
    CHECK_STR_EQ(next((struct calendar){ 0, ANY, ANY, ANY, ANY }, "2026-11-21 10:00:00"),
                 "2026-11-21 11:00:00");
    CHECK_STR_EQ(next((struct calendar){ 30, 3, ANY, ANY, ANY }, "2026-12-31 03:30:00"),
                 "2027-01-01 03:30:00");
    CHECK_STR_EQ(next((struct calendar){ 30, 3, ANY, ANY, ANY }, "2026-12-31 03:29:59"),
                 "2026-12-31 03:30:00");
    CHECK_STR_EQ(next((struct calendar){ ANY, ANY, ANY, 2, ANY }, "2026-03-01 00:00:00"),
                 "2027-02-01 00:00:00");
}

TEST(days_months_and_weekdays, "B130")
{
    zone("UTC");
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 31, ANY, ANY }, "2026-11-01 00:00:00"), "2026-12-31 00:00:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 29, 2, ANY }, "2026-01-01 00:00:00"), "2028-02-29 00:00:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 29, 2, ANY }, "2096-03-01 00:00:00"), "2104-02-29 00:00:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 30, 2, ANY }, "2026-01-01 00:00:00"), "never");
    CHECK_STR_EQ(next((struct calendar){ 15, 7, ANY, ANY, 1 }, "2026-11-21 10:00:00"), "2026-11-23 07:15:00");
    CHECK_STR_EQ(next((struct calendar){ 15, 7, ANY, ANY, 0 }, "2026-11-21 10:00:00"), "2026-11-22 07:15:00");
    /* Both given: the earlier of the two. */
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 23, ANY, 3 }, "2026-11-21 10:00:00"), "2026-11-23 00:00:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 0, 30, ANY, 3 }, "2026-11-21 10:00:00"), "2026-11-25 00:00:00");
}

TEST(the_hour_that_summer_time_leaves_out_is_left_out, "B130")
{
    zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CHECK_STR_EQ(next((struct calendar){ 30, 2, ANY, ANY, ANY }, "2026-03-28 12:00:00"),
                 "2026-03-30 02:30:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 3, ANY, ANY, ANY }, "2026-03-29 01:00:00"),
                 "2026-03-29 03:00:00");
    CHECK_STR_EQ(next((struct calendar){ 0, 12, ANY, ANY, ANY }, "2026-10-25 00:30:00"),
                 "2026-10-25 12:00:00");
}
