/* SPDX-License-Identifier: Apache-2.0 */
/* <kern/ledger.h> - ledgers: sources include it; there is nothing of it here */
#ifndef _MACHD_KERN_LEDGER_H_
#define _MACHD_KERN_LEDGER_H_

#endif /* _MACHD_KERN_LEDGER_H_ */
