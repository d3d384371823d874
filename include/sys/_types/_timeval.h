/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_timeval.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__TIMEVAL_H_
#define _MACHD_SYS__TYPES__TIMEVAL_H_

#include <sys/time.h>

#endif /* _MACHD_SYS__TYPES__TIMEVAL_H_ */
