/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/encoding.h"

#include "kernel/sched/policy.h"

enum { CLASS_SHIFT = 8, CLASS_MASK = 0x3f, RELATIVE_MASK = 0xff };

static int8_t clamp_relative(int relative)
{
    if (relative > 0)
        return 0;
    return (int8_t)(relative < SCHED_RELATIVE_MIN ? SCHED_RELATIVE_MIN : relative);
}

struct sched_class sched_class_of(uint32_t qos, int relative)
{
    if (qos == SCHED_QOS_NONE || qos >= SCHED_QOS_COUNT)
        return (struct sched_class){ 0 };
    return (struct sched_class){ (uint8_t)qos, clamp_relative(relative) };
}

struct sched_class sched_decode(uint32_t pthread_priority)
{
    uint32_t bits = pthread_priority >> CLASS_SHIFT & CLASS_MASK;
    if (bits == 0 || (pthread_priority & (PTHREAD_PRIORITY_SCHED_PRI | PTHREAD_PRIORITY_EVENT_MANAGER)))
        return (struct sched_class){ 0 };
    return sched_class_of((uint32_t)__builtin_ctz(bits) + 1, (int8_t)(pthread_priority & RELATIVE_MASK) + 1);
}

uint32_t sched_encode(struct sched_class class)
{
    if (class.qos == SCHED_QOS_NONE)
        return 0;
    return 1u << (CLASS_SHIFT + class.qos - 1) | ((uint32_t)(class.relative - 1) & RELATIVE_MASK);
}

struct sched_class sched_class_of_thread(const struct sched_thread *thread)
{
    if (thread->qos == SCHED_QOS_NONE)
        return sched_class_of(sched_promotion(sched_base(thread)), 0);
    return (struct sched_class){ thread->qos, thread->relative };
}
