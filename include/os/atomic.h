/* SPDX-License-Identifier: Apache-2.0 */
/* <os/atomic.h> - atomics: see <os/atomic_private.h> */
#ifndef _MACHD_OS_ATOMIC_H_
#define _MACHD_OS_ATOMIC_H_

#include <os/atomic_private.h>

#endif /* _MACHD_OS_ATOMIC_H_ */
