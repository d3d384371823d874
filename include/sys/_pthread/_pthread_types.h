/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_pthread/_pthread_types.h> - types of threads, which are the C library's */
#ifndef _MACHD_SYS__PTHREAD__PTHREAD_TYPES_H_
#define _MACHD_SYS__PTHREAD__PTHREAD_TYPES_H_

#include <pthread.h>

#endif /* _MACHD_SYS__PTHREAD__PTHREAD_TYPES_H_ */
