/* SPDX-License-Identifier: Apache-2.0 */
/* <os/lock_private.h> - the private side of <os/lock.h> */
#ifndef _MACHD_OS_LOCK_PRIVATE_H_
#define _MACHD_OS_LOCK_PRIVATE_H_

#include <os/lock.h>

#endif /* _MACHD_OS_LOCK_PRIVATE_H_ */
