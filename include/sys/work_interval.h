/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/work_interval.h> - work intervals: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_WORK_INTERVAL_H_
#define _MACHD_SYS_WORK_INTERVAL_H_

#endif /* _MACHD_SYS_WORK_INTERVAL_H_ */
