/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/lock_set.h> - sets of locks, which are gone since macOS 11: see
 * <mach/_not_offered.h>
 */
#ifndef _MACHD_MACH_LOCK_SET_H_
#define _MACHD_MACH_LOCK_SET_H_

#include <mach/_not_offered.h>

#endif /* _MACHD_MACH_LOCK_SET_H_ */
