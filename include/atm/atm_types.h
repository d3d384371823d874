/* SPDX-License-Identifier: Apache-2.0 */
/* <atm/atm_types.h> - activity tracing: sources include it; there is nothing of it here (abi-system 11.2) */
#ifndef _ATM_ATM_TYPES_H_
#define _ATM_ATM_TYPES_H_

#endif /* _ATM_ATM_TYPES_H_ */
