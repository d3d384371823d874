/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_null.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__NULL_H_
#define _MACHD_SYS__TYPES__NULL_H_

#include <stddef.h>

#endif /* _MACHD_SYS__TYPES__NULL_H_ */
