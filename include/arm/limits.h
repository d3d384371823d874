/* SPDX-License-Identifier: Apache-2.0 */
/* <arm/limits.h> - the same on every machine */
#ifndef _MACHD_ARM_LIMITS_H_
#define _MACHD_ARM_LIMITS_H_

#include <machine/limits.h>

#endif /* _MACHD_ARM_LIMITS_H_ */
