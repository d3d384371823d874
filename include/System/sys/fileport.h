/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/fileport.h> - the private side of <sys/fileport.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_FILEPORT_H_
#define _MACHD_SYSTEM_SYS_FILEPORT_H_

#include <sys/fileport.h>

#endif /* _MACHD_SYSTEM_SYS_FILEPORT_H_ */
