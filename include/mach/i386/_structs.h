/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/_structs.h> - the names that Darwin's C library has for the register states of x86-64 */
#ifndef _MACHD_MACH_I386__STRUCTS_H_
#define _MACHD_MACH_I386__STRUCTS_H_

#include <mach/i386/thread_status.h>

#define _STRUCT_X86_THREAD_STATE32 struct __darwin_i386_thread_state
#define _STRUCT_X86_THREAD_STATE64 struct __darwin_x86_thread_state64
#define _STRUCT_X86_THREAD_FULL_STATE64 struct __darwin_x86_thread_full_state64
#define _STRUCT_X86_FLOAT_STATE64 struct __darwin_x86_float_state64
#define _STRUCT_X86_EXCEPTION_STATE32 struct __darwin_i386_exception_state
#define _STRUCT_X86_EXCEPTION_STATE64 struct __darwin_x86_exception_state64
#define _STRUCT_X86_DEBUG_STATE64 struct __darwin_x86_debug_state64

#endif /* _MACHD_MACH_I386__STRUCTS_H_ */
