/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <kern/exc_guard.h> - taking the code of an EXC_GUARD exception apart (abi-system 4.2, P202, K209)
 *
 *     63  61 60                             32 31                            0
 *    +------+---------------------------------+-------------------------------+
 *    | type |             flavor              |            target             |
 *    +------+---------------------------------+-------------------------------+
 *
 * For Mach ports the flavor is a kGUARD_EXC_* of <mach/port.h>, the target the name; code[1] is the guard
 * value or flags MPG_FLAGS_*.
 */
#ifndef _EXC_GUARD_H_
#define _EXC_GUARD_H_

#include <stdint.h>

#define EXC_GUARD_DECODE_GUARD_TYPE(code) ((((uint64_t)(code)) >> 61) & 0x7ull)
#define EXC_GUARD_DECODE_GUARD_FLAVOR(code) ((((uint64_t)(code)) >> 32) & 0x1fffffffull)
#define EXC_GUARD_DECODE_GUARD_TARGET(code) ((uint32_t)(code))

#define GUARD_TYPE_NONE 0x0
#define GUARD_TYPE_MACH_PORT 0x1
#define GUARD_TYPE_FD 0x2
#define GUARD_TYPE_USER 0x3
#define GUARD_TYPE_VN 0x4
#define GUARD_TYPE_VIRT_MEMORY 0x5
#define GUARD_TYPE_REJECTED_SC 0x6

#endif /* _EXC_GUARD_H_ */
