/* SPDX-License-Identifier: Apache-2.0 */
/* <dispatch/io.h> - a part of <dispatch/dispatch.h> */
#ifndef _MACHD_DISPATCH_IO_H_
#define _MACHD_DISPATCH_IO_H_

#include <dispatch/dispatch.h>

#endif /* _MACHD_DISPATCH_IO_H_ */
