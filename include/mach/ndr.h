/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/ndr.h> - how the sender of a request represents numbers (abi-ipc 8)
 *
 * Every message that carries inline arguments has one NDR record before them. All our machines are little-
 * endian, use ASCII and IEEE floating point: the record's bytes are 00 00 00 00 01 00 00 00, and generated
 * code converts nothing.
 */
#ifndef _MACH_NDR_H_
#define _MACH_NDR_H_

#include <libkern/OSByteOrder.h>
#include <stdint.h>
#include <sys/cdefs.h>

typedef struct {
    unsigned char mig_vers;
    unsigned char if_vers;
    unsigned char reserved1;
    unsigned char mig_encoding;
    unsigned char int_rep;
    unsigned char char_rep;
    unsigned char float_rep;
    unsigned char reserved2;
} NDR_record_t;

#define NDR_PROTOCOL_2_0 0

#define NDR_INT_BIG_ENDIAN 0
#define NDR_INT_LITTLE_ENDIAN 1
#define NDR_FLOAT_IEEE 0
#define NDR_FLOAT_VAX 1
#define NDR_FLOAT_CRAY 2
#define NDR_FLOAT_IBM 3
#define NDR_CHAR_ASCII 0
#define NDR_CHAR_EBCDIC 1

__BEGIN_DECLS
extern NDR_record_t NDR_record; /* ours, ready to be put into a message */
__END_DECLS

/* Switches of generated code: with 0 it emits no conversions. */
#ifndef __NDR_convert__
#define __NDR_convert__ 0
#endif
#ifndef __NDR_convert__int_rep__
#define __NDR_convert__int_rep__ __NDR_convert__
#endif
#ifndef __NDR_convert__char_rep__
#define __NDR_convert__char_rep__ 0
#endif
#ifndef __NDR_convert__float_rep__
#define __NDR_convert__float_rep__ 0
#endif

#endif /* _MACH_NDR_H_ */
