/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/_structs.h> - the names that Darwin's C library has for register states, by machine */
#ifndef _MACHD_MACH_MACHINE__STRUCTS_H_
#define _MACHD_MACH_MACHINE__STRUCTS_H_

#if defined(__x86_64__)
#include <mach/i386/_structs.h>
#else
#include <mach/arm/_structs.h>
#endif

#endif /* _MACHD_MACH_MACHINE__STRUCTS_H_ */
