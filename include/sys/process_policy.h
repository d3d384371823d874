/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/process_policy.h> - the policies of processes by one call: sources include it; there is nothing of it
 * here
 */
#ifndef _MACHD_SYS_PROCESS_POLICY_H_
#define _MACHD_SYS_PROCESS_POLICY_H_

#endif /* _MACHD_SYS_PROCESS_POLICY_H_ */
