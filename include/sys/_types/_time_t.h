/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_time_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__TIME_T_H_
#define _MACHD_SYS__TYPES__TIME_T_H_

#include <time.h>

#endif /* _MACHD_SYS__TYPES__TIME_T_H_ */
