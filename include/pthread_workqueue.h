/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread_workqueue.h> - the old name of <pthread/workqueue_private.h> */
#ifndef _MACHD_PTHREAD_WORKQUEUE_H_
#define _MACHD_PTHREAD_WORKQUEUE_H_

#include <pthread/workqueue_private.h>

#endif /* _MACHD_PTHREAD_WORKQUEUE_H_ */
