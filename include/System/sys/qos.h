/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/qos.h> - the private side of <sys/qos.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_QOS_H_
#define _MACHD_SYSTEM_SYS_QOS_H_

#include <sys/qos.h>

#endif /* _MACHD_SYSTEM_SYS_QOS_H_ */
