/* SPDX-License-Identifier: Apache-2.0 */
/* <time.h> - the C library's, plus Darwin's clocks that count in nanoseconds */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <time.h>

#if !defined(_MACHD_TIME_H_) && defined(CLOCK_MONOTONIC)
#define _MACHD_TIME_H_

#include <stdint.h>
#include <sys/cdefs.h>

/* The clocks of mach_absolute_time and, with the time asleep, of mach_continuous_time. */
#define CLOCK_UPTIME_RAW CLOCK_MONOTONIC
#define CLOCK_UPTIME_RAW_APPROX CLOCK_MONOTONIC_COARSE
#define CLOCK_MONOTONIC_RAW_APPROX CLOCK_MONOTONIC_COARSE

__BEGIN_DECLS

/* The time of any clock, in nanoseconds; 0 with errno for one that does not exist. */
uint64_t clock_gettime_nsec_np(clockid_t clock);

__END_DECLS

#endif /* _MACHD_TIME_H_ */
