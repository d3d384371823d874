/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/filio.h> - requests of ioctl, which are Linux's */
#ifndef _MACHD_SYS_FILIO_H_
#define _MACHD_SYS_FILIO_H_

#include <sys/ioctl.h>

#endif /* _MACHD_SYS_FILIO_H_ */
