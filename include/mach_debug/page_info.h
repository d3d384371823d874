/* SPDX-License-Identifier: Apache-2.0 */
/* <mach_debug/page_info.h> - pages of the kernel: sources include it; there is nothing of it here */
#ifndef _MACHD_MACH_DEBUG_PAGE_INFO_H_
#define _MACHD_MACH_DEBUG_PAGE_INFO_H_

#endif /* _MACHD_MACH_DEBUG_PAGE_INFO_H_ */
