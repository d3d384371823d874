/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/machine/vm_param.h> - page and address limits
 *
 * The page size is a property of the running machine: PAGE_SIZE and its kin read the variables that libmach
 * sets at start. VM_MIN_ADDRESS and VM_MAX_ADDRESS bound what a task may map on Linux (47 bits on x86-64, 48
 * on arm64).
 */
#ifndef _MACH_MACHINE_VM_PARAM_H_
#define _MACH_MACHINE_VM_PARAM_H_

#include <mach/vm_page_size.h>

#define BYTE_SIZE 8

#ifndef PAGE_SHIFT
#define PAGE_SHIFT vm_page_shift
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE vm_page_size
#endif
#ifndef PAGE_MASK
#define PAGE_MASK vm_page_mask
#endif

#define VM_PAGE_SIZE PAGE_SIZE
#define machine_ptob(x) ((x) << PAGE_SHIFT)

#define VM_MIN_ADDRESS ((vm_address_t)0)
#if defined(__x86_64__)
#define VM_MAX_ADDRESS ((vm_address_t)0x00007ffffffff000)
#else
#define VM_MAX_ADDRESS ((vm_address_t)0x0000fffffffff000)
#endif
#define MACH_VM_MIN_ADDRESS ((mach_vm_offset_t)VM_MIN_ADDRESS)
#define MACH_VM_MAX_ADDRESS ((mach_vm_offset_t)VM_MAX_ADDRESS)

#endif /* _MACH_MACHINE_VM_PARAM_H_ */
