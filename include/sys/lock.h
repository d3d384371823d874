/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/lock.h> - the kernel's locks: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_LOCK_H_
#define _MACHD_SYS_LOCK_H_

#endif /* _MACHD_SYS_LOCK_H_ */
