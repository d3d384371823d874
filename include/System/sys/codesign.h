/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/codesign.h> - the private side of <sys/codesign.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_CODESIGN_H_
#define _MACHD_SYSTEM_SYS_CODESIGN_H_

#include <sys/codesign.h>

#endif /* _MACHD_SYSTEM_SYS_CODESIGN_H_ */
