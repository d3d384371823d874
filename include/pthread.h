/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread.h> - the C library's, plus what Darwin adds about Mach ports and names (abi-system 6.3)
 *
 * Types and constants stay the C library's. Some functions mean something else there: Darwin's pthread_setname_np
 * names the calling thread and takes one argument, and scheduling parameters are Mach priorities. They are bound to link
 * names of their own, so that code built against the C library in the same process keeps its own (H14). Code written for
 * Linux defines __LINUX_PTHREAD_NAMES before its first include and gets the C library's.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_PTHREAD_H_
#define _MACHD_PTHREAD_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/_types/_mach_port_t.h>

#ifdef __LINUX_PTHREAD_NAMES
#include_next <pthread.h>
#else
#define pthread_setname_np __linux_pthread_setname_np
#define pthread_getname_np __linux_pthread_getname_np
#define pthread_setschedparam __linux_pthread_setschedparam
#define pthread_getschedparam __linux_pthread_getschedparam
#define pthread_attr_setschedparam __linux_pthread_attr_setschedparam
#define pthread_attr_getschedparam __linux_pthread_attr_getschedparam
#include_next <pthread.h>
#undef pthread_setname_np
#undef pthread_getname_np
#undef pthread_setschedparam
#undef pthread_getschedparam
#undef pthread_attr_setschedparam
#undef pthread_attr_getschedparam
#endif

__BEGIN_DECLS

#ifndef __LINUX_PTHREAD_NAMES
/*
 * Names the calling thread; NULL or "" takes the name away. 0, or ENAMETOOLONG beyond 63 bytes. Linux shows
 * the first 15. (K227)
 */
int pthread_setname_np(const char *name) __asm__("_mach_pthread_setname_np");
/* The whole name, cut to size - 1 bytes. 0, or ESRCH. */
int pthread_getname_np(pthread_t thread, char *name, size_t size) __asm__("_mach_pthread_getname_np");

/*
 * sched_priority is a Mach priority, 1 to 63: the thread leaves its class for good and has that base priority in a task of
 * priority 31. SCHED_OTHER is timeshare, SCHED_RR and SCHED_FIFO are not. EINVAL: no such priority or policy. ESRCH.
 * To get: 31 where nothing was set. (T8)
 */
int pthread_setschedparam(pthread_t thread, int policy,
                          const struct sched_param *param) __asm__("_mach_pthread_setschedparam");
int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param) __asm__("_mach_pthread_getschedparam");

/* sched_priority is a Mach priority, 1 to 63, else EINVAL; 31 when none was set. Threads made with the attributes begin with
 * it, and so do the servicers of _pthread_workloop_create (T8, T109). */
int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *param)
    __asm__("_mach_pthread_attr_setschedparam");
int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *param)
    __asm__("_mach_pthread_attr_getschedparam");
#endif

/*
 * The thread's control port by name, without a reference for the caller to drop; valid as soon as
 * pthread_create has returned. MACH_PORT_NULL: no such thread. (K36, H16)
 */
mach_port_t pthread_mach_thread_np(pthread_t thread);

/* The thread of this process that a port stands for; (pthread_t)0 if it is none. */
pthread_t pthread_from_mach_thread_np(mach_port_t port);

/* The thread's 64-bit id, the same as in THREAD_IDENTIFIER_INFO; NULL is the caller. 0, EINVAL without a place for it, ESRCH. */
int pthread_threadid_np(pthread_t thread, uint64_t *thread_id);
#define pthread_threadid_np(thread, thread_id) pthread_threadid_np((pthread_t)(thread), (thread_id)) /* NULL: no pointer here */

/* 1 in the thread that main() runs in, else 0. */
int pthread_main_np(void);

/* 1 once the process has ever made a second thread, else 0. */
int pthread_is_threaded_np(void);

/*
 * Like pthread_create, but the thread runs nothing of `start` before somebody has called
 * thread_resume(pthread_mach_thread_np(*thread)): its suspend count begins at 1. EAGAIN also without a machd.
 */
int pthread_create_suspended_np(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *argument);

/* Bytes of the thread's stack, and the address just above it: a stack grows down from there. 0 and NULL: no such thread. */
size_t pthread_get_stacksize_np(pthread_t thread);
void *pthread_get_stackaddr_np(pthread_t thread);

void pthread_yield_np(void);

/* The CPU on which the caller runs, at this moment. 0, or an error number. */
int pthread_cpu_number_np(size_t *cpu_number);

/* Like pthread_cond_timedwait, with a length of time instead of a point of it. */
int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *timeout);

/* Wakes that thread if it waits for the condition; others may be woken for nothing, as POSIX permits. NULL: any one. */
int pthread_cond_signal_thread_np(pthread_cond_t *cond, pthread_t thread);
#define pthread_cond_signal_thread_np(cond, thread) pthread_cond_signal_thread_np((cond), (pthread_t)(thread))

/* The order in which a contended mutex is given away. Linux has one, first fit; the policy is checked and has no effect. */
#define PTHREAD_MUTEX_POLICY_FAIRSHARE_NP 1
#define PTHREAD_MUTEX_POLICY_FIRSTFIT_NP 3
int pthread_mutexattr_setpolicy_np(pthread_mutexattr_t *attr, int policy);
int pthread_mutexattr_getpolicy_np(const pthread_mutexattr_t *attr, int *policy);

__END_DECLS

#include <pthread/qos.h>

#endif /* _MACHD_PTHREAD_H_ */
