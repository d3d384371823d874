/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread/qos_private.h> - classes of service packed into one word, and taken out again (abi-system 6.1)
 *
 * The layout of the word: <pthread/priority_private.h>. A class that is none packs as no class, and a word without
 * one gives QOS_CLASS_UNSPECIFIED. flags are those of the word, shifted as they stand in it.
 */
#ifndef _PTHREAD_QOS_PRIVATE_H_
#define _PTHREAD_QOS_PRIVATE_H_

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

__END_DECLS

#endif /* _PTHREAD_QOS_PRIVATE_H_ */
