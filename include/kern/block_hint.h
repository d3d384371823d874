/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <kern/block_hint.h> - what threads of the kernel wait for: sources include it; there is nothing of it here
 */
#ifndef _MACHD_KERN_BLOCK_HINT_H_
#define _MACHD_KERN_BLOCK_HINT_H_

#endif /* _MACHD_KERN_BLOCK_HINT_H_ */
