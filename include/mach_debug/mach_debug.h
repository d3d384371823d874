/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/mach_debug.h> - the old name of <mach_debug/mach_debug_types.h> */
#ifndef _MACHD_MACH_DEBUG_MACH_DEBUG_H_
#define _MACHD_MACH_DEBUG_MACH_DEBUG_H_

#include <mach_debug/mach_debug_types.h>

#endif /* _MACHD_MACH_DEBUG_MACH_DEBUG_H_ */
