/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kauth.h> - ids that stand for nobody */
#ifndef _MACHD_SYS_KAUTH_H_
#define _MACHD_SYS_KAUTH_H_

#include <sys/types.h>

#define KAUTH_UID_NONE (~(uid_t)0 - 100)
#define KAUTH_GID_NONE (~(gid_t)0 - 100)

#endif /* _MACHD_SYS_KAUTH_H_ */
