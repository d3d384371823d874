/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_sigset_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__SIGSET_T_H_
#define _MACHD_SYS__TYPES__SIGSET_T_H_

#include <signal.h>

#endif /* _MACHD_SYS__TYPES__SIGSET_T_H_ */
