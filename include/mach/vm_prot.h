/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_prot.h> - what may be done with memory (abi-ipc 13.1) */
#ifndef _MACH_VM_PROT_H_
#define _MACH_VM_PROT_H_

typedef int vm_prot_t; /* bits */

#define VM_PROT_NONE 0x00
#define VM_PROT_READ 0x01
#define VM_PROT_WRITE 0x02
#define VM_PROT_EXECUTE 0x04

#define VM_PROT_DEFAULT (VM_PROT_READ | VM_PROT_WRITE)
#define VM_PROT_ALL (VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE)
#define VM_PROT_RORW_TP 0x04
#define VM_PROT_NO_CHANGE_LEGACY 0x08
#define VM_PROT_NO_CHANGE 0x01000000
#define VM_PROT_COPY 0x10        /* vm_protect: make a private copy where writing is not allowed */
#define VM_PROT_WANTS_COPY 0x10
#define VM_PROT_TRUSTED 0x20
#define VM_PROT_IS_MASK 0x40     /* memory entries: as much of the protection as there is */
#define VM_PROT_STRIP_READ 0x80
#define VM_PROT_EXECUTE_ONLY (VM_PROT_EXECUTE | VM_PROT_STRIP_READ)
#define VM_PROT_COPY_FAIL_IF_EXECUTABLE 0x100
#define VM_PROT_TPRO 0x200

#if defined(__x86_64__)
#define VM_PROT_UEXEC 0x8
#define VM_PROT_ALLEXEC (VM_PROT_EXECUTE | VM_PROT_UEXEC)
#else
#define VM_PROT_ALLEXEC (VM_PROT_EXECUTE)
#endif

#endif /* _MACH_VM_PROT_H_ */
