/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/time.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_TIME_H_
#define _MACHD_DISPATCH_TIME_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_TIME_H_ */
