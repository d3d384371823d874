/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/attributes.c - what attributes of threads say beside the C library's: classes and Mach priorities (T5, T8, T109) */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "libmach/thread/qos.h"

/* The C library leaves the last word of its attributes unused and zero. We keep a class there, with a mark that says so. */
struct attribute_word {
    uint32_t mark;
    uint8_t qos;
    int8_t relative;
    uint8_t sched; /* a Mach priority */
    uint8_t zero;
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

int sched_of_attributes(const void *attributes)
{
    struct attribute_word word;
    memcpy(&word, (const char *)attributes + WORD_AT, sizeof word);
    return word.mark == MARK ? word.sched : 0;
}

/* T8: on macOS this is a Mach priority whatever the policy. The C library takes 0 alone for its ordinary one. */
int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *param)
{
    enum { HIGHEST = 63 };
    struct attribute_word word = { .mark = MARK };
    if (attr == NULL || param == NULL || param->sched_priority < 1 || param->sched_priority > HIGHEST)
        return EINVAL;
    word.sched = (uint8_t)param->sched_priority;
    memcpy((char *)attr + WORD_AT, &word, sizeof word);
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *param)
{
    enum { DEFAULT = 31 };
    if (attr == NULL || param == NULL)
        return EINVAL;
    int priority = sched_of_attributes(attr);
    param->sched_priority = priority != 0 ? priority : DEFAULT;
    return 0;
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
