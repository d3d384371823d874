/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/overrides.c - classes at creation, and of other threads of the process (T5, T9, T16) */
#include <errno.h>
#include <mach/mach_init.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libmach/qos.h"
#include "libmach/transport.h"
#include "libmach/trap.h"

void qos_begin(uint32_t qos, int relative_priority)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread != NULL)
        TRAP_KR(TRAP_SET_QOS, NULL, thread->self, qos, (uint32_t)relative_priority);
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
