/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/shared_region.h> - the region that all programs share: sources include it; there is nothing of it
 * here
 */
#ifndef _MACHD_MACH_SHARED_REGION_H_
#define _MACHD_MACH_SHARED_REGION_H_

#endif /* _MACHD_MACH_SHARED_REGION_H_ */
