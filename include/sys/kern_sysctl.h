/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kern_sysctl.h> - names of private sysctls: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _SYS_KERN_SYSCTL_H_
#define _SYS_KERN_SYSCTL_H_

#endif /* _SYS_KERN_SYSCTL_H_ */
