/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/std_types.h> - the types that every interface takes for granted; declares nothing itself (abi-ipc 2)
 */
#ifndef _MACH_STD_TYPES_H_
#define _MACH_STD_TYPES_H_

#include <stdint.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach/vm_types.h>
#include <sys/_types/_uuid_t.h>

#endif /* _MACH_STD_TYPES_H_ */
