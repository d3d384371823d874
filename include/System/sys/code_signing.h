/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/code_signing.h> - the private side of <sys/code_signing.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_CODE_SIGNING_H_
#define _MACHD_SYSTEM_SYS_CODE_SIGNING_H_

#include <sys/code_signing.h>

#endif /* _MACHD_SYSTEM_SYS_CODE_SIGNING_H_ */
