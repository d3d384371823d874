/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/kern_memorystatus.h> - the private side of <sys/kern_memorystatus.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_KERN_MEMORYSTATUS_H_
#define _MACHD_SYSTEM_SYS_KERN_MEMORYSTATUS_H_

#include <sys/kern_memorystatus.h>

#endif /* _MACHD_SYSTEM_SYS_KERN_MEMORYSTATUS_H_ */
