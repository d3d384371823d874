/* SPDX-License-Identifier: Apache-2.0 */
/* <bank/bank_types.h> - resource accounting: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _BANK_BANK_TYPES_H_
#define _BANK_BANK_TYPES_H_

#endif /* _BANK_BANK_TYPES_H_ */
