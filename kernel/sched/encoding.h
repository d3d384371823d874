/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/encoding.h - a class with its relative priority, and how programs write one: pthread_priority_t
 *
 *   31          24 23        14 13         8 7            0
 *   flags          -            class        relative - 1     class: one bit, 1 << (8 + THREAD_QOS_* - 1)
 *
 * What programs give is normalized when it is read: the lowest class bit counts, a relative priority out of range
 * becomes the nearest one within, and a scheduling priority or the event manager's flag stands for no class (T97, T106).
 */
#pragma once

#include <stdint.h>

#include "kernel/sched/thread.h"

enum { SCHED_RELATIVE_MIN = -15 };

#define PTHREAD_PRIORITY_SCHED_PRI 0x20000000u
#define PTHREAD_PRIORITY_EVENT_MANAGER 0x02000000u

struct sched_class {
    uint8_t qos;     /* enum sched_qos; SCHED_QOS_NONE: unspecified, and relative is 0 */
    int8_t relative; /* SCHED_RELATIVE_MIN to 0 */
};

/* Any two numbers that a program gave. */
struct sched_class sched_class_of(uint32_t qos, int relative);
struct sched_class sched_decode(uint32_t pthread_priority);
/* 0 for no class. */
uint32_t sched_encode(struct sched_class class);

/* What a thread lends to what it sends: its requested class, or, outside QoS, the one of its base priority (T100). */
struct sched_class sched_class_of_thread(const struct sched_thread *thread);
