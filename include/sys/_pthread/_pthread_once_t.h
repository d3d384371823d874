/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_pthread/_pthread_once_t.h> - types of threads, which are the C library's */
#ifndef _MACHD_SYS__PTHREAD__PTHREAD_ONCE_T_H_
#define _MACHD_SYS__PTHREAD__PTHREAD_ONCE_T_H_

#include <pthread.h>

#endif /* _MACHD_SYS__PTHREAD__PTHREAD_ONCE_T_H_ */
