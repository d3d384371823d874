/* SPDX-License-Identifier: Apache-2.0 */
/* <os/variant_private.h> - kinds of installations: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _OS_VARIANT_PRIVATE_H_
#define _OS_VARIANT_PRIVATE_H_

#endif /* _OS_VARIANT_PRIVATE_H_ */
