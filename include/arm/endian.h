/* SPDX-License-Identifier: Apache-2.0 */
/* <arm/endian.h> - the same on every machine */
#ifndef _MACHD_ARM_ENDIAN_H_
#define _MACHD_ARM_ENDIAN_H_

#include <machine/endian.h>

#endif /* _MACHD_ARM_ENDIAN_H_ */
