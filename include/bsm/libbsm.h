/* SPDX-License-Identifier: Apache-2.0 */
/* <bsm/libbsm.h> - the fields of an audit token (abi-system 9); sessions of the audit system do not exist here (0) */
#ifndef _BSM_LIBBSM_H_
#define _BSM_LIBBSM_H_

#include <bsm/audit.h>
#include <mach/message.h> /* audit_token_t */
#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS

uid_t audit_token_to_auid(audit_token_t token);
uid_t audit_token_to_euid(audit_token_t token);
gid_t audit_token_to_egid(audit_token_t token);
uid_t audit_token_to_ruid(audit_token_t token);
gid_t audit_token_to_rgid(audit_token_t token);
pid_t audit_token_to_pid(audit_token_t token);
au_asid_t audit_token_to_asid(audit_token_t token);
/* Changes with every exec; a pid and its version name one program run for ever. */
int audit_token_to_pidversion(audit_token_t token);

/* All of them at once; each place may be NULL. The terminal is 0. */
void audit_token_to_au32(audit_token_t token, uid_t *auid, uid_t *euid, gid_t *egid, uid_t *ruid, gid_t *rgid, pid_t *pid,
                         au_asid_t *asid, au_tid_t *terminal);

__END_DECLS

#endif /* _BSM_LIBBSM_H_ */
