/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread/qos_private.h> - classes of service packed into one word, and taken out again (abi-system 6.1)
 *
 * The layout of the word: <pthread/priority_private.h>. A class that is none packs as no class, and a word without
 * one gives QOS_CLASS_UNSPECIFIED. flags are those of the word, shifted as they stand in it.
 */
#ifndef _PTHREAD_QOS_PRIVATE_H_
#define _PTHREAD_QOS_PRIVATE_H_

#include <pthread.h>
#include <pthread/priority_private.h>
#include <sys/cdefs.h>
#include <sys/qos_private.h>

#define PTHREAD_HAS_QOS_AND_OVERRIDE_ENCODE 1
#define PTHREAD_HAS_SCHED_PRI_ENCODE 1

__BEGIN_DECLS

pthread_priority_t _pthread_qos_class_encode(qos_class_t qos_class, int relative_priority, unsigned long flags);
qos_class_t _pthread_qos_class_decode(pthread_priority_t priority, int *relative_priority, unsigned long *flags);

pthread_priority_t _pthread_qos_class_and_override_encode(qos_class_t qos_class, int relative_priority,
                                                          unsigned long flags, qos_class_t override_class);
qos_class_t _pthread_qos_class_and_override_decode(pthread_priority_t priority, int *relative_priority,
                                                   unsigned long *flags, qos_class_t *override_class);

pthread_priority_t _pthread_sched_pri_encode(int mach_priority, unsigned long flags);
int _pthread_sched_pri_decode(pthread_priority_t priority, unsigned long *flags);

/* pthread_set_qos_class_self_np under its old name: EPERM for another thread than the caller. */
int pthread_set_qos_class_np(pthread_t thread, qos_class_t qos_class, int relative_priority);

/*
 * Several properties of the caller at once: QOS_FLAG its class and relative priority, from the word; VOUCHER_FLAG the
 * thread's voucher. 0, EINVAL, EPERM as pthread_set_qos_class_self_np; ENOTSUP for another flag, with nothing done.
 */
typedef unsigned int _pthread_set_flags_t;
#define _PTHREAD_SET_SELF_QOS_FLAG 0x1u
#define _PTHREAD_SET_SELF_VOUCHER_FLAG 0x2u
#define _PTHREAD_SET_SELF_FIXEDPRIORITY_FLAG 0x4u
#define _PTHREAD_SET_SELF_TIMESHARE_FLAG 0x8u
#define _PTHREAD_SET_SELF_WQ_KEVENT_UNBIND 0x10u
#define _PTHREAD_SET_SELF_ALTERNATE_CLUSTER 0x20u
#define _PTHREAD_SET_SELF_QOS_OVERRIDE_FLAG 0x40u
int _pthread_set_properties_self(_pthread_set_flags_t flags, pthread_priority_t priority, mach_port_t voucher);

/* ENOTSUP: a thread that leaves timesharing leaves its class too, see pthread_setschedparam. */
int pthread_set_fixedpriority_self(void);
int pthread_set_timeshare_self(void);

/* How many threads can run at once, 1 or more; -1 with EINVAL for no such class or flag. */
#define PTHREAD_MAX_PARALLELISM_PHYSICAL 0x1
#define PTHREAD_MAX_PARALLELISM_CLUSTER 0x2
int pthread_qos_max_parallelism(qos_class_t qos_class, unsigned long flags);
int pthread_time_constraint_max_parallelism(unsigned long flags);

__END_DECLS

#endif /* _PTHREAD_QOS_PRIVATE_H_ */
