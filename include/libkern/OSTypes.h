/* SPDX-License-Identifier: Apache-2.0 */
/* <libkern/OSTypes.h> - integers by their old names */
#ifndef _MACHD_LIBKERN_OSTYPES_H_
#define _MACHD_LIBKERN_OSTYPES_H_

#include <stdint.h>
#include <sys/types.h>

#ifndef __MACTYPES__
typedef uint8_t UInt8;
typedef int8_t SInt8;
typedef uint16_t UInt16;
typedef int16_t SInt16;
typedef uint32_t UInt32;
typedef int32_t SInt32;
typedef uint64_t UInt64;
typedef int64_t SInt64;
typedef unsigned char Boolean;
#endif

#endif /* _MACHD_LIBKERN_OSTYPES_H_ */
