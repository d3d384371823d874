/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/sockio.h> - requests of ioctl, which are Linux's */
#ifndef _MACHD_SYS_SOCKIO_H_
#define _MACHD_SYS_SOCKIO_H_

#include <sys/ioctl.h>

#endif /* _MACHD_SYS_SOCKIO_H_ */
