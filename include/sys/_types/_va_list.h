/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_va_list.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__VA_LIST_H_
#define _MACHD_SYS__TYPES__VA_LIST_H_

#include <stdarg.h>

#endif /* _MACHD_SYS__TYPES__VA_LIST_H_ */
