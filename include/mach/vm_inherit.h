/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_inherit.h> - what a child of fork gets of a region (abi-ipc 13.1) */
#ifndef _MACH_VM_INHERIT_H_
#define _MACH_VM_INHERIT_H_

typedef unsigned int vm_inherit_t;

#define VM_INHERIT_SHARE ((vm_inherit_t)0)   /* the same memory */
#define VM_INHERIT_COPY ((vm_inherit_t)1)    /* a copy */
#define VM_INHERIT_NONE ((vm_inherit_t)2)    /* nothing */
#define VM_INHERIT_DONATE_COPY ((vm_inherit_t)3) /* never built */

#define VM_INHERIT_DEFAULT VM_INHERIT_COPY
#define VM_INHERIT_LAST_VALID VM_INHERIT_NONE

#endif /* _MACH_VM_INHERIT_H_ */
