/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/work_interval.h> - the private side of <sys/work_interval.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_WORK_INTERVAL_H_
#define _MACHD_SYSTEM_SYS_WORK_INTERVAL_H_

#include <sys/work_interval.h>

#endif /* _MACHD_SYSTEM_SYS_WORK_INTERVAL_H_ */
