/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/ux_exception.h> - code[0] of an EXC_SOFTWARE exception that a system call made (abi-system 4.2, K201)
 */
#ifndef _SYS_UX_EXCEPTION_H_
#define _SYS_UX_EXCEPTION_H_

#define EXC_UNIX_BAD_SYSCALL 0x10000
#define EXC_UNIX_BAD_PIPE 0x10001
#define EXC_UNIX_ABORT 0x10002

#endif /* _SYS_UX_EXCEPTION_H_ */
