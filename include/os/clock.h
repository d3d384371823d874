/* SPDX-License-Identifier: Apache-2.0 */
/* <os/clock.h> - clocks for waits with a deadline */
#ifndef _MACHD_OS_CLOCK_H_
#define _MACHD_OS_CLOCK_H_

#include <stdint.h>
#include <os/base.h>

OS_ENUM(os_clockid, uint32_t, OS_CLOCK_MACH_ABSOLUTE_TIME = 32);

#endif /* _MACHD_OS_CLOCK_H_ */
