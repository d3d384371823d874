/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/pthread_spis.h> - calls for those who hold a thread that pthreads did not make (abi-system 6.3) */
#ifndef _PTHREAD_SPIS_H
#define _PTHREAD_SPIS_H

#include <pthread.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* pthread_create: here every thread may call it. */
int pthread_create_from_mach_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *argument);

__END_DECLS

#endif /* _PTHREAD_SPIS_H */
