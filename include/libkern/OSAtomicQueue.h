/* SPDX-License-Identifier: Apache-2.0 */
/* <libkern/OSAtomicQueue.h> - a part of <libkern/OSAtomic.h> */
#ifndef _MACHD_LIBKERN_OSATOMICQUEUE_H_
#define _MACHD_LIBKERN_OSATOMICQUEUE_H_

#include <libkern/OSAtomic.h>

#endif /* _MACHD_LIBKERN_OSATOMICQUEUE_H_ */
