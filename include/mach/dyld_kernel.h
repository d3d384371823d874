/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/dyld_kernel.h> - what the dynamic loader tells the kernel: not offered; the header exists because
 * others include it (abi-ipc 14)
 */
#ifndef _MACH_DYLD_KERNEL_H_
#define _MACH_DYLD_KERNEL_H_


#endif /* _MACH_DYLD_KERNEL_H_ */
