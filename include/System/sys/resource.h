/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/resource.h> - the private side of <sys/resource.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_RESOURCE_H_
#define _MACHD_SYSTEM_SYS_RESOURCE_H_

#include <sys/resource.h>

#endif /* _MACHD_SYSTEM_SYS_RESOURCE_H_ */
