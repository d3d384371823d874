/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/exception.h> - code[0] of the exceptions of arm64 (abi-system 4.2) */
#ifndef _MACH_ARM_EXCEPTION_H_
#define _MACH_ARM_EXCEPTION_H_

#define EXC_TYPES_COUNT 14   /* number of exception types, type 0 included */
#define EXCEPTION_CODE_MAX 2 /* words of code that go with each */

/* EXC_BAD_INSTRUCTION */
#define EXC_ARM_UNDEFINED 1

/* EXC_ARITHMETIC */
#define EXC_ARM_FP_UNDEFINED 0
#define EXC_ARM_FP_IO 1
#define EXC_ARM_FP_DZ 2
#define EXC_ARM_FP_OF 3
#define EXC_ARM_FP_UF 4
#define EXC_ARM_FP_IX 5
#define EXC_ARM_FP_ID 6

/* EXC_BAD_ACCESS: what is no kern_return_t */
#define EXC_ARM_DA_ALIGN 0x101
#define EXC_ARM_DA_DEBUG 0x102
#define EXC_ARM_SP_ALIGN 0x103
#define EXC_ARM_SWP 0x104
#define EXC_ARM_PAC_FAIL 0x105

/* EXC_BREAKPOINT */
#define EXC_ARM_BREAKPOINT 1

#define EXC_MASK_MACHINE 0

#endif /* _MACH_ARM_EXCEPTION_H_ */
