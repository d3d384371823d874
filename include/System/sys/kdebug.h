/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/kdebug.h> - the private side of <sys/kdebug.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_KDEBUG_H_
#define _MACHD_SYSTEM_SYS_KDEBUG_H_

#include <sys/kdebug.h>

#endif /* _MACHD_SYSTEM_SYS_KDEBUG_H_ */
