/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/sfi_class.h> - classes of threads that the scheduler holds back: sources include it; there is nothing
 * of it here
 */
#ifndef _MACHD_MACH_SFI_CLASS_H_
#define _MACHD_MACH_SFI_CLASS_H_

#endif /* _MACHD_MACH_SFI_CLASS_H_ */
