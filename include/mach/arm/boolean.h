/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/boolean.h> - boolean_t: the same on every machine */
#ifndef _MACHD_MACH_ARM_BOOLEAN_H_
#define _MACHD_MACH_ARM_BOOLEAN_H_

#include <mach/machine/boolean.h>

#endif /* _MACHD_MACH_ARM_BOOLEAN_H_ */
