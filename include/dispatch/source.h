/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/source.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_SOURCE_H_
#define _MACHD_DISPATCH_SOURCE_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_SOURCE_H_ */
