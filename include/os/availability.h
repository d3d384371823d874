/* SPDX-License-Identifier: Apache-2.0 */
/* <os/availability.h> - since which release a call exists: see <Availability.h> */
#ifndef _MACHD_OS_AVAILABILITY_H_
#define _MACHD_OS_AVAILABILITY_H_

#include <Availability.h>

#endif /* _MACHD_OS_AVAILABILITY_H_ */
