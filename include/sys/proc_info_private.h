/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/proc_info_private.h> - the private side of <sys/proc_info.h>, which is the same */
#ifndef _MACHD_SYS_PROC_INFO_PRIVATE_H_
#define _MACHD_SYS_PROC_INFO_PRIVATE_H_

#include <sys/proc_info.h>

#endif /* _MACHD_SYS_PROC_INFO_PRIVATE_H_ */
