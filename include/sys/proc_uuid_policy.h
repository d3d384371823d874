/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/proc_uuid_policy.h> - policies by program: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_PROC_UUID_POLICY_H_
#define _MACHD_SYS_PROC_UUID_POLICY_H_

#endif /* _MACHD_SYS_PROC_UUID_POLICY_H_ */
