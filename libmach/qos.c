/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/qos.c - quality of service, as far as it can be told without a scheduler that knows it; names of threads
 *
 * No request is kept, so every thread has none: QOS_CLASS_UNSPECIFIED. Arguments are checked as they will be
 * when requests are kept, and what is in order is refused with ENOTSUP.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>

enum { NAME_MAX_BYTES = 63, LINUX_NAME_SIZE = 16 };

static bool is_valid(qos_class_t qos_class, int relative_priority)
{
    switch (qos_class) {
    case QOS_CLASS_USER_INTERACTIVE:
    case QOS_CLASS_USER_INITIATED:
    case QOS_CLASS_DEFAULT:
    case QOS_CLASS_UTILITY:
    case QOS_CLASS_BACKGROUND:
    case QOS_CLASS_UNSPECIFIED:
        return relative_priority <= 0 && relative_priority >= QOS_MIN_RELATIVE_PRIORITY;
    }
    return false;
}

static int refuse(qos_class_t qos_class, int relative_priority)
{
    return is_valid(qos_class, relative_priority) ? ENOTSUP : EINVAL;
}

static int tell_unspecified(qos_class_t *qos_class, int *relative_priority)
{
    if (qos_class != NULL)
        *qos_class = QOS_CLASS_UNSPECIFIED;
    if (relative_priority != NULL)
        *relative_priority = 0;
    return 0;
}

qos_class_t qos_class_self(void)
{
    return QOS_CLASS_UNSPECIFIED;
}

qos_class_t qos_class_main(void)
{
    return QOS_CLASS_UNSPECIFIED;
}

int pthread_attr_set_qos_class_np(pthread_attr_t *attr, qos_class_t qos_class, int relative_priority)
{
    return refuse(qos_class, relative_priority);
}

int pthread_attr_get_qos_class_np(pthread_attr_t *attr, qos_class_t *qos_class, int *relative_priority)
{
    return tell_unspecified(qos_class, relative_priority);
}

int pthread_set_qos_class_self_np(qos_class_t qos_class, int relative_priority)
{
    return refuse(qos_class, relative_priority);
}

int pthread_get_qos_class_np(pthread_t thread, qos_class_t *qos_class, int *relative_priority)
{
    return tell_unspecified(qos_class, relative_priority);
}

pthread_override_t pthread_override_qos_class_start_np(pthread_t thread, qos_class_t qos_class,
                                                       int relative_priority)
{
    errno = refuse(qos_class, relative_priority);
    return NULL;
}

/* There are none to end. */
int pthread_override_qos_class_end_np(pthread_override_t override)
{
    return EINVAL;
}

/* Linux keeps the first 15 bytes; of a thread without a name it shows "". */
int pthread_setname_np(const char *name)
{
    char cut[LINUX_NAME_SIZE] = "";
    size_t length = name != NULL ? strnlen(name, NAME_MAX_BYTES + 1) : 0;
    if (length > NAME_MAX_BYTES)
        return ENAMETOOLONG;
    if (length > 0)
        memcpy(cut, name, length < sizeof(cut) ? length : sizeof(cut) - 1);
    return prctl(PR_SET_NAME, cut) == 0 ? 0 : errno;
}
