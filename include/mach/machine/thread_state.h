/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/machine/thread_state.h> - the size of the largest register state, in 32-bit words
 *
 * Macros only: interface descriptions include this file between their declarations (M8). The number is that
 * of the newest descriptions; a receiver accepts less.
 */
#ifndef _MACH_MACHINE_THREAD_STATE_H_
#define _MACH_MACHINE_THREAD_STATE_H_

#define THREAD_STATE_MAX 1296

#endif /* _MACH_MACHINE_THREAD_STATE_H_ */
