/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/bsdtask_info.h> - what the kernel tells itself of processes: sources include it; there is nothing of
 * it here
 */
#ifndef _MACHD_SYS_BSDTASK_INFO_H_
#define _MACHD_SYS_BSDTASK_INFO_H_

#endif /* _MACHD_SYS_BSDTASK_INFO_H_ */
