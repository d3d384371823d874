/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <bsm/audit.h> - ids of the audit system, as types: there are no sessions here (all ids are the default
 * ones)
 */
#ifndef _MACHD_BSM_AUDIT_H_
#define _MACHD_BSM_AUDIT_H_

#include <mach/message.h> /* audit_token_t */
#include <sys/cdefs.h>
#include <sys/types.h>

typedef uid_t au_id_t;
typedef pid_t au_asid_t;
typedef u_int16_t au_event_t;
typedef u_int16_t au_emod_t;
typedef u_int32_t au_class_t;
typedef u_int64_t au_asflgs_t;

struct au_mask {
    unsigned int am_success;
    unsigned int am_failure;
};
typedef struct au_mask au_mask_t;

struct au_tid {
    dev_t port;
    u_int32_t machine;
};
typedef struct au_tid au_tid_t;

struct au_tid_addr {
    dev_t at_port;
    u_int32_t at_type;
    u_int32_t at_addr[4];
};
typedef struct au_tid_addr au_tid_addr_t;

struct auditinfo_addr {
    au_id_t ai_auid;
    au_mask_t ai_mask;
    au_tid_addr_t ai_termid;
    au_asid_t ai_asid;
    au_asflgs_t ai_flags;
};
typedef struct auditinfo_addr auditinfo_addr_t;

#define AU_DEFAUDITID ((uid_t)-1)
#define AU_DEFAUDITSID 0
#define AU_ASSIGN_ASID ((au_asid_t)-1)

#endif /* _MACHD_BSM_AUDIT_H_ */
