/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/sys_domain.h> - sockets of the kernel: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_SYS_DOMAIN_H_
#define _MACHD_SYS_SYS_DOMAIN_H_

#endif /* _MACHD_SYS_SYS_DOMAIN_H_ */
