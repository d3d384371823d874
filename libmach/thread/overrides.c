/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/overrides.c - classes at creation, and of other threads of the process (T5, T9, T16) */
#include <errno.h>
#include <mach/mach_init.h>
#include <mach/thread_act.h>
#include <mach/thread_policy.h>
#include <pthread.h>
#include <pthread/qos_private.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libmach/thread/qos.h"
#include "libmach/message/transport.h"
#include "libmach/message/trap.h"

void qos_begin(uint32_t qos, int relative_priority)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread != NULL)
        TRAP_KR(TRAP_SET_QOS, NULL, thread->self, qos, (uint32_t)relative_priority);
}

/* ---- scheduling parameters are Mach priorities (T8) ---- */

enum { PRIORITY_OF_TASK = 31, PRIORITY_MAX = 63 };

static int errno_of(kern_return_t kr)
{
    return kr == KERN_SUCCESS ? 0 : kr == KERN_POLICY_STATIC ? EPERM : ESRCH;
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
    mach_port_t port = pthread_mach_thread_np(thread);
    thread_extended_policy_data_t extended = { .timeshare = policy == SCHED_OTHER };
    thread_precedence_policy_data_t precedence = { .importance = param->sched_priority - PRIORITY_OF_TASK };
    if (param->sched_priority < 1 || param->sched_priority > PRIORITY_MAX ||
        (policy != SCHED_OTHER && policy != SCHED_RR && policy != SCHED_FIFO))
        return EINVAL;
    kern_return_t kr = thread_policy_set(port, THREAD_EXTENDED_POLICY, (thread_policy_t)&extended,
                                         THREAD_EXTENDED_POLICY_COUNT);
    if (kr == KERN_SUCCESS)
        kr = thread_policy_set(port, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                               THREAD_PRECEDENCE_POLICY_COUNT);
    return errno_of(kr);
}

int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *param)
{
    mach_port_t port = pthread_mach_thread_np(thread);
    thread_extended_policy_data_t extended = { 0 };
    thread_precedence_policy_data_t precedence = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_POLICY_COUNT;
    boolean_t get_default = FALSE;
    kern_return_t kr =
        thread_policy_get(port, THREAD_EXTENDED_POLICY, (thread_policy_t)&extended, &count, &get_default);
    count = THREAD_PRECEDENCE_POLICY_COUNT;
    get_default = FALSE;
    if (kr == KERN_SUCCESS)
        kr = thread_policy_get(port, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence, &count,
                               &get_default);
    *policy = extended.timeshare ? SCHED_OTHER : SCHED_RR;
    *param = (struct sched_param){ .sched_priority = PRIORITY_OF_TASK + precedence.importance };
    return errno_of(kr);
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    struct thread_extended_info info;
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    kern_return_t kr =
        thread_info(pthread_mach_thread_np(thread), THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    if (kr != KERN_SUCCESS || size == 0)
        return kr != KERN_SUCCESS ? ESRCH : ERANGE;
    size_t length = strnlen(info.pth_name, sizeof(info.pth_name) - 1);
    if (length >= size)
        length = size - 1;
    memcpy(name, info.pth_name, length);
    name[length] = '\0';
    return 0;
}

/* ---- the caller, by private calls ---- */

int pthread_set_qos_class_np(pthread_t thread, qos_class_t qos_class, int relative_priority)
{
    return pthread_equal(thread, pthread_self()) ? pthread_set_qos_class_self_np(qos_class, relative_priority)
                                                 : EPERM;
}

int _pthread_set_properties_self(_pthread_set_flags_t flags, pthread_priority_t priority, mach_port_t voucher)
{
    int relative_priority = 0, error = 0;
    if (flags & ~(_PTHREAD_SET_SELF_QOS_FLAG | _PTHREAD_SET_SELF_VOUCHER_FLAG))
        return ENOTSUP;
    if (flags & _PTHREAD_SET_SELF_QOS_FLAG) {
        qos_class_t qos_class = _pthread_qos_class_decode(priority, &relative_priority, NULL);
        error = pthread_set_qos_class_self_np(qos_class, relative_priority);
    }
    if (error == 0 && (flags & _PTHREAD_SET_SELF_VOUCHER_FLAG) &&
        thread_set_mach_voucher(pthread_mach_thread_np(pthread_self()), voucher) != KERN_SUCCESS)
        error = EINVAL;
    return error;
}

int pthread_set_fixedpriority_self(void)
{
    return ENOTSUP;
}

int pthread_set_timeshare_self(void)
{
    return ENOTSUP;
}

int pthread_qos_max_parallelism(qos_class_t qos_class, unsigned long flags)
{
    if (qos_of_class(qos_class, 0) != 0)
        return pthread_time_constraint_max_parallelism(flags);
    errno = EINVAL;
    return -1;
}

int pthread_time_constraint_max_parallelism(unsigned long flags)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (!(flags & ~(unsigned long)(PTHREAD_MAX_PARALLELISM_PHYSICAL | PTHREAD_MAX_PARALLELISM_CLUSTER)))
        return n > 0 ? (int)n : 1;
    errno = EINVAL;
    return -1;
}

/* ---- other threads ---- */

int pthread_get_qos_class_np(pthread_t thread, qos_class_t *qos_class, int *relative_priority)
{
    return qos_requested(pthread_mach_thread_np(thread), qos_class, relative_priority);
}

struct pthread_override_s {
    mach_port_t thread;
    uint32_t qos;
};

pthread_override_t pthread_override_qos_class_start_np(pthread_t thread, qos_class_t qos_class,
                                                       int relative_priority)
{
    uint32_t qos = qos_of_class(qos_class, relative_priority);
    pthread_override_t override = qos != 0 ? malloc(sizeof *override) : NULL;
    if (override == NULL) {
        errno = qos != 0 ? ENOMEM : EINVAL;
        return NULL;
    }
    *override = (struct pthread_override_s){ pthread_mach_thread_np(thread), qos };
    if (TRAP_KR(TRAP_OVERRIDE, NULL, override->thread, qos, 1) == KERN_SUCCESS)
        return override;
    free(override);
    errno = ESRCH;
    return NULL;
}

int pthread_override_qos_class_end_np(pthread_override_t override)
{
    if (override == NULL)
        return EINVAL;
    kern_return_t kr = TRAP_KR(TRAP_OVERRIDE, NULL, override->thread, override->qos, 0);
    free(override);
    return kr == KERN_SUCCESS ? 0 : ESRCH;
}
