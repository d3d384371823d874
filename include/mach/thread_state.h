/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/thread_state.h> - the size of register states, and the pointers in a stopped thread's registers */
#ifndef _MACHD_MACH_THREAD_STATE_H_
#define _MACHD_MACH_THREAD_STATE_H_

#include <stddef.h>
#include <stdint.h>
#include <mach/machine/thread_state.h>
#include <mach/mach_types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/*
 * What a collector of garbage looks at in a suspended thread: its registers, and where its stack ends (below the stack pointer
 * by the 128 bytes that a function may use without saying so). *length: room in values, in words, and what was written.
 * KERN_INSUFFICIENT_BUFFER_SIZE says in *length how many there are; else the errors of thread_get_state.
 */
kern_return_t thread_get_register_pointer_values(thread_t thread, uintptr_t *sp, size_t *length, uintptr_t *values);

__END_DECLS

#endif /* _MACHD_MACH_THREAD_STATE_H_ */
