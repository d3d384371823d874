/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/aio.h> - asynchronous input and output */
#ifndef _MACHD_SYS_AIO_H_
#define _MACHD_SYS_AIO_H_

#include <aio.h>

#endif /* _MACHD_SYS_AIO_H_ */
