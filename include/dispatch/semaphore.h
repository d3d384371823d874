/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/semaphore.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_SEMAPHORE_H_
#define _MACHD_DISPATCH_SEMAPHORE_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_SEMAPHORE_H_ */
