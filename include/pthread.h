/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread.h> - the C library's, plus what Darwin adds about Mach ports and names (abi-system 6.3)
 *
 * Types and constants stay the C library's. Some functions mean something else there: Darwin's pthread_setname_np
 * names the calling thread and takes one argument, and scheduling parameters are Mach priorities. They are bound to link
 * names of their own, so that code built against the C library in the same process keeps its own (H14). Code written for
 * Linux defines __LINUX_PTHREAD_NAMES before its first include and gets the C library's.
 */
#ifndef _MACHD_PTHREAD_H_
#define _MACHD_PTHREAD_H_

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

__END_DECLS

#include <pthread/qos.h>

#endif /* _MACHD_PTHREAD_H_ */
