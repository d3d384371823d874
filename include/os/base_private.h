/* SPDX-License-Identifier: Apache-2.0 */
/* <os/base_private.h> - the private side of <os/base.h>: tests of conditions */
#ifndef _MACHD_OS_BASE_PRIVATE_H_
#define _MACHD_OS_BASE_PRIVATE_H_

#include <os/base.h>

#ifndef os_fastpath
#define os_fastpath(x) ((__typeof__(x))__builtin_expect((long)(x), ~0l))
#define os_slowpath(x) ((__typeof__(x))__builtin_expect((long)(x), 0l))
#endif

#endif /* _MACHD_OS_BASE_PRIVATE_H_ */
