/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/mach_private.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_MACH_PRIVATE_H_
#define _MACHD_DISPATCH_MACH_PRIVATE_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_MACH_PRIVATE_H_ */
