/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/sched.h> - the inner name of <sched.h> */
#ifndef _MACHD_PTHREAD_SCHED_H_
#define _MACHD_PTHREAD_SCHED_H_

#include <sched.h>

#endif /* _MACHD_PTHREAD_SCHED_H_ */
