/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/ptrace.h> - the C library's, plus the requests that Darwin alone has
 *
 * They have numbers that Linux does not know, so that ptrace() fails with EIO. Debuggers use exception ports, which work.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_SYS_PTRACE_H_
#define _MACHD_SYS_PTRACE_H_

#include_next <sys/ptrace.h>

#define PT_SIGEXC ((enum __ptrace_request)0x4d0c)
#define PT_THUPDATE ((enum __ptrace_request)0x4d0d)
#define PT_ATTACHEXC ((enum __ptrace_request)0x4d0e)
#define PT_FORCEQUOTA ((enum __ptrace_request)0x4d1e)
#define PT_DENY_ATTACH ((enum __ptrace_request)0x4d1f)

#endif /* _MACHD_SYS_PTRACE_H_ */
