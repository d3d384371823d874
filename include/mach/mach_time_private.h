/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_time_private.h> - nothing beyond <mach/mach_time.h> */
#ifndef _MACH_MACH_TIME_PRIVATE_H_
#define _MACH_MACH_TIME_PRIVATE_H_

#include <mach/mach_time.h>


#endif /* _MACH_MACH_TIME_PRIVATE_H_ */
