/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kern_memorystatus.h> - shortage of memory: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _SYS_KERN_MEMORYSTATUS_H_
#define _SYS_KERN_MEMORYSTATUS_H_

#endif /* _SYS_KERN_MEMORYSTATUS_H_ */
