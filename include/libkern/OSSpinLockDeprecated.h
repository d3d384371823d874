/* SPDX-License-Identifier: Apache-2.0 */
/* <libkern/OSSpinLockDeprecated.h> - a part of <libkern/OSAtomic.h> */
#ifndef _MACHD_LIBKERN_OSSPINLOCKDEPRECATED_H_
#define _MACHD_LIBKERN_OSSPINLOCKDEPRECATED_H_

#include <libkern/OSAtomic.h>

#endif /* _MACHD_LIBKERN_OSSPINLOCKDEPRECATED_H_ */
