/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/errno.h> - the inner name of <errno.h> */
#ifndef _MACHD_PTHREAD_ERRNO_H_
#define _MACHD_PTHREAD_ERRNO_H_

#include <errno.h>

#endif /* _MACHD_PTHREAD_ERRNO_H_ */
