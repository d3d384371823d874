/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/clock.c - the time of real processes: machd's clock is CLOCK_MONOTONIC, and so is ours */
#include <time.h>

#include "libmach/message/transport.h"

enum { NANOSECONDS = 1000000000 };

uint64_t transport_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

bool transport_sleep_until(uint64_t deadline)
{
    struct timespec until = { (time_t)(deadline / NANOSECONDS), (long)(deadline % NANOSECONDS) };
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0;
}
