/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_ino_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__INO_T_H_
#define _MACHD_SYS__TYPES__INO_T_H_

#include <sys/types.h>

#endif /* _MACHD_SYS__TYPES__INO_T_H_ */
