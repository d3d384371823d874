/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/_structs.h> - the names that Darwin's C library has for the register states of arm64 */
#ifndef _MACHD_MACH_ARM__STRUCTS_H_
#define _MACHD_MACH_ARM__STRUCTS_H_

#include <mach/arm/thread_status.h>

#define _STRUCT_ARM_THREAD_STATE struct __darwin_arm_thread_state
#define _STRUCT_ARM_THREAD_STATE64 struct __darwin_arm_thread_state64
#define _STRUCT_ARM_EXCEPTION_STATE64 struct __darwin_arm_exception_state64
#define _STRUCT_ARM_NEON_STATE64 struct __darwin_arm_neon_state64
#define _STRUCT_ARM_DEBUG_STATE64 struct __darwin_arm_debug_state64

#endif /* _MACHD_MACH_ARM__STRUCTS_H_ */
