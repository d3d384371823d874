/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/qos.h - classes and roles below the calls of programs */
#pragma once

#include <mach/port.h>
#include <stdint.h>
#include <sys/qos.h>
#include <sys/types.h>

/* THREAD_QOS_* of a class; 0 if class or relative priority is none. */
uint32_t qos_of_class(qos_class_t qos_class, int relative_priority);
/* The other way round; QOS_CLASS_UNSPECIFIED for what is none. */
qos_class_t qos_class_of(uint32_t qos);
/* What was requested for the thread; 0 or ESRCH. The outputs may be NULL. */
int qos_requested(mach_port_t thread, qos_class_t *qos_class, int *relative_priority);

/* PRIO_DARWIN_ROLE_*; pid 0: the caller's own. -1 with errno: EINVAL, ENOTSUP, EPERM, ESRCH (T11). */
int role_set(id_t pid, int role);
int role_get(id_t pid);

/* PRIO_DARWIN_THREAD or _PROCESS; value: PRIO_DARWIN_BG or 0. -1 with errno as above. */
int background_set(int which, id_t who, int value);
/* 1 or 0; -1 with errno. */
int background_get(int which, id_t who);

/* What pthread_attr_set_qos_class_np left in the attributes: THREAD_QOS_*, or 0. */
uint32_t qos_of_attributes(const void *attributes, int *relative_priority);
/* The Mach priority that pthread_attr_setschedparam left there, or 0. */
int sched_of_attributes(const void *attributes);
/* The calling thread, which has just begun, asks for it. */
void qos_begin(uint32_t qos, int relative_priority);
