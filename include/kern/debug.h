/* SPDX-License-Identifier: Apache-2.0 */
/* <kern/debug.h> - the kernel's debugging words: sources include it; there is nothing of it here */
#ifndef _MACHD_KERN_DEBUG_H_
#define _MACHD_KERN_DEBUG_H_

#endif /* _MACHD_KERN_DEBUG_H_ */
