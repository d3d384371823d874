/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/vmparam.h> - limits of the address space: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_VMPARAM_H_
#define _MACHD_SYS_VMPARAM_H_

#endif /* _MACHD_SYS_VMPARAM_H_ */
