/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/boolean.h> - boolean_t: a 32-bit truth value, signed or not by machine (abi-ipc 2) */
#ifndef _MACH_MACHINE_BOOLEAN_H_
#define _MACH_MACHINE_BOOLEAN_H_

#if defined(__x86_64__)
typedef unsigned int boolean_t;
#else
typedef int boolean_t;
#endif

#endif /* _MACH_MACHINE_BOOLEAN_H_ */
