/* SPDX-License-Identifier: Apache-2.0 */
/* <os/reason_private.h> - the old name of <sys/reason.h> */
#ifndef _MACHD_OS_REASON_PRIVATE_H_
#define _MACHD_OS_REASON_PRIVATE_H_

#include <sys/reason.h>

#endif /* _MACHD_OS_REASON_PRIVATE_H_ */
