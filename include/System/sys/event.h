/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/event.h> - the private side of <sys/event.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_EVENT_H_
#define _MACHD_SYSTEM_SYS_EVENT_H_

#include <sys/event.h>

#endif /* _MACHD_SYSTEM_SYS_EVENT_H_ */
