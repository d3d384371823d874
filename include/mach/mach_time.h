/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_time.h> - the time since the machine started (abi-ipc 12)
 *
 * Absolute time counts in units of numer / denom nanoseconds and stands still while the machine sleeps;
 * continuous time goes on.
 */
#ifndef _MACH_MACH_TIME_H_
#define _MACH_MACH_TIME_H_

#include <mach/mach_types.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <Availability.h>

struct timespec;

struct mach_timebase_info {
    uint32_t numer;
    uint32_t denom;
};
typedef struct mach_timebase_info *mach_timebase_info_t;
typedef struct mach_timebase_info mach_timebase_info_data_t;

__BEGIN_DECLS

/* nanoseconds = units * numer / denom. Always KERN_SUCCESS. */
kern_return_t mach_timebase_info(mach_timebase_info_t info);

/*
 * Sleeps until mach_absolute_time() is `deadline` or more. KERN_ABORTED: ended by a signal or thread_abort.
 */
kern_return_t mach_wait_until(uint64_t deadline);

/* Now; the approximate forms are cheaper and may lag by a clock tick. */
uint64_t mach_absolute_time(void);
uint64_t mach_approximate_time(void);
uint64_t mach_continuous_time(void);
uint64_t mach_continuous_approximate_time(void);

/* The three clocks at one moment; each pointer may be NULL. *tp is the calendar. KERN_SUCCESS. */
kern_return_t mach_get_times(uint64_t *absolute_time, uint64_t *continuous_time, struct timespec *tp);

/* When the machine started, microseconds since 1970. */
uint64_t mach_boottime_usec(void);

__END_DECLS

#endif /* _MACH_MACH_TIME_H_ */
