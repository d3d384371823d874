/* SPDX-License-Identifier: Apache-2.0 */
/* <arm/types.h> - the same on every machine */
#ifndef _MACHD_ARM_TYPES_H_
#define _MACHD_ARM_TYPES_H_

#include <machine/types.h>

#endif /* _MACHD_ARM_TYPES_H_ */
