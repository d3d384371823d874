/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_timespec.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__TIMESPEC_H_
#define _MACHD_SYS__TYPES__TIMESPEC_H_

#include <time.h>

#endif /* _MACHD_SYS__TYPES__TIMESPEC_H_ */
