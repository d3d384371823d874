/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/boolean.h> - boolean_t, TRUE, FALSE (abi-ipc 2) */
#ifndef _MACH_BOOLEAN_H_
#define _MACH_BOOLEAN_H_

#include <mach/machine/boolean.h>

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#endif /* _MACH_BOOLEAN_H_ */
