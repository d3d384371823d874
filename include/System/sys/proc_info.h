/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/proc_info.h> - the private side of <sys/proc_info.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_PROC_INFO_H_
#define _MACHD_SYSTEM_SYS_PROC_INFO_H_

#include <sys/proc_info.h>

#endif /* _MACHD_SYSTEM_SYS_PROC_INFO_H_ */
