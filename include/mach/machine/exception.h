/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/exception.h> - code[0] of machine exceptions, by machine (abi-system 4.2) */
#ifndef _MACH_MACHINE_EXCEPTION_H_
#define _MACH_MACHINE_EXCEPTION_H_

#if defined(__x86_64__)
#include <mach/i386/exception.h>
#else
#include <mach/arm/exception.h>
#endif

#endif /* _MACH_MACHINE_EXCEPTION_H_ */
