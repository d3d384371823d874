/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/boolean.h> - boolean_t: the same on every machine */
#ifndef _MACHD_MACH_I386_BOOLEAN_H_
#define _MACHD_MACH_I386_BOOLEAN_H_

#include <mach/machine/boolean.h>

#endif /* _MACHD_MACH_I386_BOOLEAN_H_ */
