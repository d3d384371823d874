/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/semaphore.h> - POSIX semaphores */
#ifndef _MACHD_SYS_SEMAPHORE_H_
#define _MACHD_SYS_SEMAPHORE_H_

#include <semaphore.h>

#endif /* _MACHD_SYS_SEMAPHORE_H_ */
