/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_offsetof.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__OFFSETOF_H_
#define _MACHD_SYS__TYPES__OFFSETOF_H_

#include <stddef.h>

#endif /* _MACHD_SYS__TYPES__OFFSETOF_H_ */
