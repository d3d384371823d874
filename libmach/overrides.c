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

/* ---- classes at creation ---- */

/* The C library leaves the last word of its attributes unused and zero. We keep a class there, with a mark that says so. */
struct attribute_word {
    uint32_t mark;
    uint8_t qos;
    int8_t relative;
    uint16_t zero;
};
enum { MARK = 0x716f7331, WORD_AT = sizeof(pthread_attr_t) - sizeof(struct attribute_word) };

uint32_t qos_of_attributes(const void *attributes, int *relative_priority)
{
    struct attribute_word word = { 0 };
    if (attributes != NULL)
        memcpy(&word, (const char *)attributes + WORD_AT, sizeof word);
    *relative_priority = word.mark == MARK ? word.relative : 0;
    return word.mark == MARK ? word.qos : 0;
}

void qos_begin(uint32_t qos, int relative_priority)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread != NULL)
        TRAP_KR(TRAP_SET_QOS, NULL, thread->self, qos, (uint32_t)relative_priority);
}

int pthread_attr_set_qos_class_np(pthread_attr_t *attr, qos_class_t qos_class, int relative_priority)
{
    struct attribute_word word = { .mark = MARK, .relative = (int8_t)relative_priority };
    int inherit = PTHREAD_INHERIT_SCHED;
    word.qos = (uint8_t)qos_of_class(qos_class, relative_priority);
    if (attr == NULL || word.qos == 0 || pthread_attr_getinheritsched(attr, &inherit) != 0 ||
        inherit == PTHREAD_EXPLICIT_SCHED)
        return EINVAL;
    memcpy((char *)attr + WORD_AT, &word, sizeof word);
    return 0;
}

int pthread_attr_get_qos_class_np(pthread_attr_t *attr, qos_class_t *qos_class, int *relative_priority)
{
    int relative;
    uint32_t qos = qos_of_attributes(attr, &relative);
    if (attr == NULL)
        return EINVAL;
    if (qos_class != NULL)
        *qos_class = qos_class_of(qos);
    if (relative_priority != NULL)
        *relative_priority = relative;
    return 0;
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
