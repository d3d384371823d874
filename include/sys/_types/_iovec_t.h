/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types/_iovec_t.h> - that type alone */
#ifndef _MACHD_SYS__TYPES__IOVEC_T_H_
#define _MACHD_SYS__TYPES__IOVEC_T_H_

#include <sys/uio.h>

#endif /* _MACHD_SYS__TYPES__IOVEC_T_H_ */
