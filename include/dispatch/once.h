/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/once.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_ONCE_H_
#define _MACHD_DISPATCH_ONCE_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_ONCE_H_ */
