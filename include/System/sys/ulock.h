/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/ulock.h> - the private side of <sys/ulock.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_ULOCK_H_
#define _MACHD_SYSTEM_SYS_ULOCK_H_

#include <sys/ulock.h>

#endif /* _MACHD_SYSTEM_SYS_ULOCK_H_ */
