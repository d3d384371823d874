/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread.h> - the C library's, plus what Darwin adds about Mach ports and names (abi-system 6.3)
 *
 * Types and constants stay the C library's. One function has another prototype there: Darwin's
 * pthread_setname_np names the calling thread and takes one argument; others mean Mach priorities. They are bound to link
 * names of their own, so that code built against the C library in the same process keeps its own (H14). Code written for Linux
 * defines __LINUX_PTHREAD_NAMES before its first include and gets the C library's functions.
 */
#ifndef _MACHD_PTHREAD_H_
#define _MACHD_PTHREAD_H_

#include <sys/cdefs.h>
#include <sys/_types/_mach_port_t.h>

#ifdef __LINUX_PTHREAD_NAMES
#include_next <pthread.h>
#else
#define pthread_setname_np __linux_pthread_setname_np
#define pthread_attr_setschedparam __linux_pthread_attr_setschedparam
#define pthread_attr_getschedparam __linux_pthread_attr_getschedparam
#include_next <pthread.h>
#undef pthread_setname_np
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

/* sched_priority is a Mach priority, 1 to 63, else EINVAL; 31 when none was set. What is made with the attributes and looks at
 * it: _pthread_workloop_create (T109). */
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
