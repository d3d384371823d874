/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/object.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_OBJECT_H_
#define _MACHD_DISPATCH_OBJECT_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_OBJECT_H_ */
