/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_size_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__SIZE_T_H_
#define _MACHD_SYS__TYPES__SIZE_T_H_

#include <stddef.h>

#endif /* _MACHD_SYS__TYPES__SIZE_T_H_ */
