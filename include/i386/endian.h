/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/endian.h> - the same on every machine */
#ifndef _MACHD_I386_ENDIAN_H_
#define _MACHD_I386_ENDIAN_H_

#include <machine/endian.h>

#endif /* _MACHD_I386_ENDIAN_H_ */
