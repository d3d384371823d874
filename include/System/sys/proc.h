/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/proc.h> - the private side of <sys/proc.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_PROC_H_
#define _MACHD_SYSTEM_SYS_PROC_H_

#include <sys/proc.h>

#endif /* _MACHD_SYSTEM_SYS_PROC_H_ */
