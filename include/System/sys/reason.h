/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/reason.h> - the private side of <sys/reason.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_REASON_H_
#define _MACHD_SYSTEM_SYS_REASON_H_

#include <sys/reason.h>

#endif /* _MACHD_SYSTEM_SYS_REASON_H_ */
