/* SPDX-License-Identifier: Apache-2.0 */
/* <os/log_private.h> - the private side of <os/log.h>, which is the same */
#ifndef _MACHD_OS_LOG_PRIVATE_H_
#define _MACHD_OS_LOG_PRIVATE_H_

#include <os/log.h>

#endif /* _MACHD_OS_LOG_PRIVATE_H_ */
