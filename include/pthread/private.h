/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/private.h> - what tests look at behind a thread's back (abi-system 6.3) */
#ifndef __PTHREAD_PRIVATE_H__
#define __PTHREAD_PRIVATE_H__

#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* The thread that main() runs in. */
pthread_t pthread_main_thread_np(void);

/* 1 if these bytes are all on the caller's stack, else 0. */
int pthread_current_stack_contains_np(const void *address, size_t length);

/* Of the caller, without an error to report: its 64-bit id, its control port by name, itself. */
uint64_t _pthread_threadid_self_np_direct(void);
mach_port_t _pthread_mach_thread_self_direct(void);
pthread_t _pthread_self_direct(void);

__END_DECLS

#endif /* __PTHREAD_PRIVATE_H__ */
