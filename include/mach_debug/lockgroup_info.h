/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach_debug/lockgroup_info.h> - groups of the kernel's locks: sources include it; there is nothing of it
 * here
 */
#ifndef _MACHD_MACH_DEBUG_LOCKGROUP_INFO_H_
#define _MACHD_MACH_DEBUG_LOCKGROUP_INFO_H_

#endif /* _MACHD_MACH_DEBUG_LOCKGROUP_INFO_H_ */
