/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/qos_encode.c - <pthread/qos_private.h> */
#include <pthread/qos_private.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libmach/thread/qos.h"

enum { CLASS_BITS = 6 };

static pthread_priority_t bit_of(qos_class_t qos_class, unsigned shift)
{
    uint32_t qos = qos_of_class(qos_class, 0);
    return qos != 0 ? 1ul << (shift + qos - 1) : 0;
}

/* The highest bit of those for classes. */
static qos_class_t class_at(pthread_priority_t priority, unsigned shift)
{
    uint32_t qos = CLASS_BITS;
    while (qos > 0 && !(priority & 1ul << (shift + qos - 1)))
        qos--;
    return qos_class_of(qos);
}

pthread_priority_t _pthread_qos_class_encode(qos_class_t qos_class, int relative_priority, unsigned long flags)
{
    pthread_priority_t bit = bit_of(qos_class, _PTHREAD_PRIORITY_QOS_CLASS_SHIFT);
    unsigned long relative =
        bit != 0 ? (unsigned long)(relative_priority - 1) & _PTHREAD_PRIORITY_PRIORITY_MASK : 0;
    return (flags & _PTHREAD_PRIORITY_FLAGS_MASK) | bit | relative;
}

static unsigned long flags_of(pthread_priority_t priority)
{
    return priority & _PTHREAD_PRIORITY_FLAGS_MASK;
}

qos_class_t _pthread_qos_class_decode(pthread_priority_t priority, int *relative_priority,
                                      unsigned long *flags)
{
    bool has_class = !(priority & (_PTHREAD_PRIORITY_SCHED_PRI_FLAG | _PTHREAD_PRIORITY_EVENT_MANAGER_FLAG));
    qos_class_t qos_class =
        has_class ? class_at(priority, _PTHREAD_PRIORITY_QOS_CLASS_SHIFT) : QOS_CLASS_UNSPECIFIED;
    if (relative_priority != NULL)
        *relative_priority = qos_class != QOS_CLASS_UNSPECIFIED ? (int8_t)(priority & 0xff) + 1 : 0;
    if (flags != NULL)
        *flags = flags_of(priority);
    return qos_class;
}

pthread_priority_t _pthread_qos_class_and_override_encode(qos_class_t qos_class, int relative_priority,
                                                          unsigned long flags, qos_class_t override_class)
{
    pthread_priority_t bit = bit_of(override_class, _PTHREAD_PRIORITY_QOS_OVERRIDE_SHIFT);
    return _pthread_qos_class_encode(qos_class, relative_priority, flags) |
           (bit != 0 ? bit | _PTHREAD_PRIORITY_OVERRIDE_QOS_FLAG : 0);
}

qos_class_t _pthread_qos_class_and_override_decode(pthread_priority_t priority, int *relative_priority,
                                                   unsigned long *flags, qos_class_t *override_class)
{
    if (override_class != NULL)
        *override_class = priority & _PTHREAD_PRIORITY_OVERRIDE_QOS_FLAG
                              ? class_at(priority, _PTHREAD_PRIORITY_QOS_OVERRIDE_SHIFT)
                              : QOS_CLASS_UNSPECIFIED;
    return _pthread_qos_class_decode(priority, relative_priority, flags);
}

pthread_priority_t _pthread_sched_pri_encode(int mach_priority, unsigned long flags)
{
    return flags_of(flags) | _PTHREAD_PRIORITY_SCHED_PRI_FLAG |
           ((unsigned long)mach_priority & _PTHREAD_PRIORITY_SCHED_PRI_MASK);
}

int _pthread_sched_pri_decode(pthread_priority_t priority, unsigned long *flags)
{
    if (flags != NULL)
        *flags = flags_of(priority) & ~(unsigned long)_PTHREAD_PRIORITY_SCHED_PRI_FLAG;
    return priority & _PTHREAD_PRIORITY_SCHED_PRI_FLAG ? (int)(priority & _PTHREAD_PRIORITY_SCHED_PRI_MASK)
                                                       : 0;
}
