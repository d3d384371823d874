/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/resource_monitors.h> - monitors of what a process uses: sources include it; there is nothing of it
 * here
 */
#ifndef _MACHD_MACH_RESOURCE_MONITORS_H_
#define _MACHD_MACH_RESOURCE_MONITORS_H_

#endif /* _MACHD_MACH_RESOURCE_MONITORS_H_ */
