/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kas_info.h> - where the kernel stands: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_KAS_INFO_H_
#define _MACHD_SYS_KAS_INFO_H_

#endif /* _MACHD_SYS_KAS_INFO_H_ */
