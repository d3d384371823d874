/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/ucred.h> - credentials of a peer, as a type: Linux tells them by SO_PEERCRED, and getpeereid()
 * everywhere
 */
#ifndef _MACHD_SYS_UCRED_H_
#define _MACHD_SYS_UCRED_H_

#include <sys/param.h>
#include <sys/types.h>

#ifndef NGROUPS
#define NGROUPS 16
#endif

struct xucred {
    u_int cr_version; /* XUCRED_VERSION */
    uid_t cr_uid;
    short cr_ngroups;
    gid_t cr_groups[NGROUPS];
};
#define XUCRED_VERSION 0
#define cr_gid cr_groups[0]

#endif /* _MACHD_SYS_UCRED_H_ */
