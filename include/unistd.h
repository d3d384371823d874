/* SPDX-License-Identifier: Apache-2.0 */
/* <unistd.h> - the C library's, plus what Darwin's declares besides */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <unistd.h>

#ifndef _MACHD_UNISTD_H_
#define _MACHD_UNISTD_H_

#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS

/* 1 if the process was started with the rights of somebody else (a set-id program), else 0. */
int issetugid(void) __asm__("_mach_issetugid");

/* Who is at the other end of a Unix socket, as it was when they connected. 0, or -1 with errno. */
int getpeereid(int socket, uid_t *euid, gid_t *egid) __asm__("_mach_getpeereid");

__END_DECLS

#endif /* _MACHD_UNISTD_H_ */
