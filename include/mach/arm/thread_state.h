/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/thread_state.h> - the size of the largest register state: the same on every machine */
#ifndef _MACHD_MACH_ARM_THREAD_STATE_H_
#define _MACHD_MACH_ARM_THREAD_STATE_H_

#include <mach/machine/thread_state.h>

#endif /* _MACHD_MACH_ARM_THREAD_STATE_H_ */
