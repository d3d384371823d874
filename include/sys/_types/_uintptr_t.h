/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_uintptr_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__UINTPTR_T_H_
#define _MACHD_SYS__TYPES__UINTPTR_T_H_

#include <stdint.h>

#endif /* _MACHD_SYS__TYPES__UINTPTR_T_H_ */
