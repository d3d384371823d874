/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/spawn_internal.h> - the private side of <sys/spawn_internal.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_SPAWN_INTERNAL_H_
#define _MACHD_SYSTEM_SYS_SPAWN_INTERNAL_H_

#include <sys/spawn_internal.h>

#endif /* _MACHD_SYSTEM_SYS_SPAWN_INTERNAL_H_ */
