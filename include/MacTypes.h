/* SPDX-License-Identifier: Apache-2.0 */
/* <MacTypes.h> - types of the oldest interfaces */
#ifndef _MACHD_MACTYPES_H_
#define _MACHD_MACTYPES_H_

#include <stdbool.h>
#include <ConditionalMacros.h>
#ifndef __MACTYPES__
#include <libkern/OSTypes.h>
#define __MACTYPES__
#endif

typedef SInt32 OSStatus;
typedef SInt16 OSErr;
typedef UInt32 FourCharCode;
typedef FourCharCode OSType;
typedef UInt32 OptionBits;
typedef UInt32 ItemCount;
typedef UInt32 ByteCount;
typedef char *Ptr;
typedef float Float32;
typedef double Float64;
typedef UInt32 UTF32Char;
typedef UInt16 UniChar;

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif

enum { noErr = 0 };

#endif /* _MACHD_MACTYPES_H_ */
