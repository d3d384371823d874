/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/semaphore.h> - counting semaphores (subsystem 617200, abi-ipc 11)
 *
 * A semaphore has a count of units; who waits takes one or sleeps until one is signalled. It is made with
 * semaphore_create (<mach/task.h>), can be given to other tasks like any send right, and dies with the task
 * that made it. All calls are traps.
 *
 * Results of all waits: KERN_SUCCESS; KERN_TERMINATED, the semaphore ended; KERN_ABORTED, by a signal or
 * thread_abort;
 * KERN_OPERATION_TIMED_OUT; KERN_INVALID_VALUE, a bad time. KERN_INVALID_ARGUMENT or KERN_INVALID_NAME: no
 * semaphore.
 */
#ifndef _semaphore_user_
#define _semaphore_user_

#include <string.h>
#include <mach/ndr.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/notify.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/port.h>
#include <mach/std_types.h>
#include <mach/mig.h>
#include <sys/cdefs.h>
#include <Availability.h>
#include <mach/sync_policy.h>

__BEGIN_DECLS

/* One unit more, or one waiter goes on. */
kern_return_t semaphore_signal(semaphore_t semaphore);

/* All present waiters go on; the count does not rise. */
kern_return_t semaphore_signal_all(semaphore_t semaphore);

/* Takes a unit, waiting for one if there is none. */
kern_return_t semaphore_wait(semaphore_t semaphore);

/* This waiter goes on. KERN_NOT_WAITING: it does not wait there. `thread` MACH_PORT_NULL: any waiter. */
kern_return_t semaphore_signal_thread(semaphore_t semaphore, thread_t thread);

/* As semaphore_wait, for at most this time. */
kern_return_t semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time);

/* Signals one and waits for the other, as one step. */
kern_return_t semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore);
kern_return_t semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                         mach_timespec_t wait_time);

__END_DECLS

#endif /* _semaphore_user_ */
