/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/pthread.h> - the inner name of <pthread.h> */
#ifndef _MACHD_PTHREAD_PTHREAD_H_
#define _MACHD_PTHREAD_PTHREAD_H_

#include <pthread.h>

#endif /* _MACHD_PTHREAD_PTHREAD_H_ */
