/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/zone_info.h> - the kernel's zones: sources include it; there is nothing of it here */
#ifndef _MACHD_MACH_DEBUG_ZONE_INFO_H_
#define _MACHD_MACH_DEBUG_ZONE_INFO_H_

#endif /* _MACHD_MACH_DEBUG_ZONE_INFO_H_ */
