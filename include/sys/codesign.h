/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/codesign.h> - the signature of a process, which none here has: both calls fail with ENOTSUP (abi-
 * system 11.2)
 */
#ifndef _MACHD_SYS_CODESIGN_H_
#define _MACHD_SYS_CODESIGN_H_

#include <kern/cs_blobs.h>
#include <mach/message.h> /* audit_token_t */
#include <sys/cdefs.h>
#include <sys/types.h>

#define CS_OPS_STATUS 0
#define CS_OPS_MARKINVALID 1
#define CS_OPS_MARKHARD 2
#define CS_OPS_MARKKILL 3
#define CS_OPS_PIDPATH 4
#define CS_OPS_CDHASH 5
#define CS_OPS_PIDOFFSET 6
#define CS_OPS_ENTITLEMENTS_BLOB 7
#define CS_OPS_MARKRESTRICT 8
#define CS_OPS_SET_STATUS 9
#define CS_OPS_BLOB 10
#define CS_OPS_IDENTITY 11
#define CS_OPS_CLEARINSTALLER 12
#define CS_OPS_CLEARPLATFORM 13
#define CS_OPS_TEAMID 14

#define CS_MAX_TEAMID_LEN 64

__BEGIN_DECLS

int csops(pid_t pid, unsigned int ops, void *address, size_t size);
int csops_audittoken(pid_t pid, unsigned int ops, void *address, size_t size, audit_token_t *token);

__END_DECLS

#endif /* _MACHD_SYS_CODESIGN_H_ */
