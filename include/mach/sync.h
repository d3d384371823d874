/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/sync.h> - the old name of <mach/semaphore.h> */
#ifndef _MACH_SYNC_H_
#define _MACH_SYNC_H_

#include <mach/semaphore.h>


#endif /* _MACH_SYNC_H_ */
