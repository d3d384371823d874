/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/vm_types.h> - integers and addresses as the machine has them (abi-ipc 2) */
#ifndef _MACH_MACHINE_VM_TYPES_H_
#define _MACH_MACHINE_VM_TYPES_H_

#ifndef __ASSEMBLER__

#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/_types/_mach_port_t.h>

typedef __darwin_natural_t natural_t; /* 32 bits, unsigned, on every machine */
typedef int integer_t;

/* An address, offset or size in the caller's own memory. */
typedef uintptr_t vm_offset_t;
typedef uintptr_t vm_size_t;

/* The same in any task's memory, wide enough for every task there is. */
typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_offset_t;
typedef uint64_t mach_vm_size_t;
typedef uint64_t vm_map_offset_t;
typedef uint64_t vm_map_address_t;
typedef uint64_t vm_map_size_t;

/* The word that the owner of a receive right keeps with the port; also its guard value. (P49, P60) */
#if defined(__x86_64__)
typedef mach_vm_address_t mach_port_context_t;
#else
typedef vm_offset_t mach_port_context_t;
#endif

#endif /* __ASSEMBLER__ */

/* For interface descriptions: the type keyword of an integer_t. No C header defines the right-hand side. */
#define MACH_MSG_TYPE_INTEGER_T MACH_MSG_TYPE_INTEGER_32

#endif /* _MACH_MACHINE_VM_TYPES_H_ */
