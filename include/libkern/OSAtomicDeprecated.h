/* SPDX-License-Identifier: Apache-2.0 */
/* <libkern/OSAtomicDeprecated.h> - a part of <libkern/OSAtomic.h> */
#ifndef _MACHD_LIBKERN_OSATOMICDEPRECATED_H_
#define _MACHD_LIBKERN_OSATOMICDEPRECATED_H_

#include <libkern/OSAtomic.h>

#endif /* _MACHD_LIBKERN_OSATOMICDEPRECATED_H_ */
