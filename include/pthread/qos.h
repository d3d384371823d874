/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/qos.h> - quality of service of POSIX threads (abi-system 6.1) */
#ifndef _PTHREAD_QOS_H
#define _PTHREAD_QOS_H

#include <sys/cdefs.h>
#include <sys/qos.h>
#include <pthread.h>

__BEGIN_DECLS

/*
 * All return 0 or an error number. `relative_priority` is QOS_MIN_RELATIVE_PRIORITY to 0; out of range, or an
 * unknown class: EINVAL. The output pointers may be NULL.
 */

/* The class that a thread made with these attributes starts with. */
int pthread_attr_set_qos_class_np(pthread_attr_t *attr, qos_class_t qos_class, int relative_priority);
int pthread_attr_get_qos_class_np(pthread_attr_t *attr, qos_class_t *qos_class, int *relative_priority);

/* The calling thread's requested class. EPERM: the thread has left the QoS world for a scheduling policy. */
int pthread_set_qos_class_self_np(qos_class_t qos_class, int relative_priority);

/* The requested class of any thread of the process; boosts do not show. */
int pthread_get_qos_class_np(pthread_t thread, qos_class_t *qos_class, int *relative_priority);

/*
 * Raises a thread of the process to at least that class until the override is ended. NULL: it could not be
 * made.
 */
typedef struct pthread_override_s *pthread_override_t;
pthread_override_t pthread_override_qos_class_start_np(pthread_t thread, qos_class_t qos_class,
                                                       int relative_priority);
int pthread_override_qos_class_end_np(pthread_override_t override);

__END_DECLS

#endif /* _PTHREAD_QOS_H */
