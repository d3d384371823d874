/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/lock_set.h> - sets of locks, which are gone since macOS 11: sources include it; there is nothing of
 * it here
 */
#ifndef _MACHD_MACH_LOCK_SET_H_
#define _MACHD_MACH_LOCK_SET_H_

#endif /* _MACHD_MACH_LOCK_SET_H_ */
