/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_page_size.h> - the page size, known at run time, and rounding to it (abi-ipc 6.2) */
#ifndef _MACH_VM_PAGE_SIZE_H_
#define _MACH_VM_PAGE_SIZE_H_

#include <sys/cdefs.h>
#include <mach/mach_types.h>

__BEGIN_DECLS

/* Set before main; on Linux the kernel's page is the program's. */
extern vm_size_t vm_page_size;        /* bytes */
extern vm_size_t vm_page_mask;        /* vm_page_size - 1 */
extern int vm_page_shift;             /* its logarithm */
extern vm_size_t vm_kernel_page_size;
extern vm_size_t vm_kernel_page_mask;
extern int vm_kernel_page_shift;

__END_DECLS

/* On the type of x. */
#define trunc_page(x) ((x) & (~(__typeof__(x))vm_page_mask))
#define round_page(x) trunc_page((x) + (__typeof__(x))vm_page_mask)
#define trunc_page_kernel(x) ((x) & (~(__typeof__(x))vm_kernel_page_mask))
#define round_page_kernel(x) trunc_page_kernel((x) + (__typeof__(x))vm_kernel_page_mask)

/* As mach_vm_offset_t. */
#define mach_vm_trunc_page(x) ((mach_vm_offset_t)(x) & ~((signed)vm_page_mask))
#define mach_vm_round_page(x) (((mach_vm_offset_t)(x) + vm_page_mask) & ~((signed)vm_page_mask))

#endif /* _MACH_VM_PAGE_SIZE_H_ */
