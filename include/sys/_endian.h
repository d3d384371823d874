/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_endian.h> - the order of bytes */
#ifndef _MACHD_SYS__ENDIAN_H_
#define _MACHD_SYS__ENDIAN_H_

#include <machine/endian.h>

#endif /* _MACHD_SYS__ENDIAN_H_ */
