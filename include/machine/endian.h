/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/endian.h> - the order of bytes: BYTE_ORDER, LITTLE_ENDIAN, and ntohl with its kin */
#ifndef _MACHD_MACHINE_ENDIAN_H_
#define _MACHD_MACHINE_ENDIAN_H_

#include <endian.h>
#include <arpa/inet.h>

#endif /* _MACHD_MACHINE_ENDIAN_H_ */
