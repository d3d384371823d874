/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/ktrace_background.h> - the background tracer's port: sources include it; there is nothing of it here
 */
#ifndef _MACHD_MACH_KTRACE_BACKGROUND_H_
#define _MACHD_MACH_KTRACE_BACKGROUND_H_

#endif /* _MACHD_MACH_KTRACE_BACKGROUND_H_ */
