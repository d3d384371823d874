/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/ttycom.h> - requests of ioctl, which are Linux's */
#ifndef _MACHD_SYS_TTYCOM_H_
#define _MACHD_SYS_TTYCOM_H_

#include <sys/ioctl.h>

#endif /* _MACHD_SYS_TTYCOM_H_ */
