/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/vm_info.h> - the kernel's objects of memory: sources include it; there is nothing of it here */
#ifndef _MACHD_MACH_DEBUG_VM_INFO_H_
#define _MACHD_MACH_DEBUG_VM_INFO_H_

#endif /* _MACHD_MACH_DEBUG_VM_INFO_H_ */
