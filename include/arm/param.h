/* SPDX-License-Identifier: Apache-2.0 */
/* <arm/param.h> - the same on every machine */
#ifndef _MACHD_ARM_PARAM_H_
#define _MACHD_ARM_PARAM_H_

#include <machine/param.h>

#endif /* _MACHD_ARM_PARAM_H_ */
