/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/thread/qos.c - quality of service of the calling thread, roles of tasks, names of threads (T5-T11, T29)
 *
 * The kernel keeps the requests. What needs other threads of the process by pthread_t is in overrides.c.
 */
#include "libmach/thread/qos.h"

#include <errno.h>
#include <mach/mach_init.h>
#include <mach/thread_act.h>
#include <mach/thread_policy.h>
#include <mach/thread_policy_private.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/qos_private.h>
#include <sys/resource.h>

#include "libmach/message/transport.h"
#include "libmach/message/trap.h"

enum { NAME_MAX_BYTES = 63, LINUX_NAME_SIZE = 16 };

/* By thread QoS; [0] is no class. */
static const qos_class_t classes[] = { QOS_CLASS_UNSPECIFIED,     QOS_CLASS_MAINTENANCE,
                                       QOS_CLASS_BACKGROUND,      QOS_CLASS_UTILITY,
                                       QOS_CLASS_DEFAULT,         QOS_CLASS_USER_INITIATED,
                                       QOS_CLASS_USER_INTERACTIVE };

uint32_t qos_of_class(qos_class_t qos_class, int relative_priority)
{
    if (relative_priority > 0 || relative_priority < QOS_MIN_RELATIVE_PRIORITY)
        return 0;
    for (uint32_t qos = 1; qos < sizeof(classes) / sizeof(classes[0]); qos++)
        if (classes[qos] == qos_class)
            return qos;
    return 0;
}

qos_class_t qos_class_of(uint32_t qos)
{
    return qos < sizeof(classes) / sizeof(classes[0]) ? classes[qos] : QOS_CLASS_UNSPECIFIED;
}

int qos_requested(mach_port_t thread, qos_class_t *qos_class, int *relative_priority)
{
    struct thread_qos_policy policy = { 0 };
    mach_msg_type_number_t count = THREAD_QOS_POLICY_COUNT;
    boolean_t get_default = FALSE;
    kern_return_t kr =
        thread_policy_get(thread, THREAD_QOS_POLICY, (thread_policy_t)&policy, &count, &get_default);
    if (kr != KERN_SUCCESS)
        return ESRCH;
    if (qos_class != NULL)
        *qos_class = qos_class_of((uint32_t)policy.qos_tier);
    if (relative_priority != NULL)
        *relative_priority = policy.tier_importance;
    return 0;
}

/* The caller's own port, without a reference for it. */
static mach_port_t own_port(void)
{
    struct lib_thread *thread = transport_thread(NULL);
    if (thread != NULL && thread->self == MACH_PORT_NULL)
        thread->self = TRAP_NAME(TRAP_THREAD_SELF);
    return thread != NULL ? thread->self : MACH_PORT_NULL;
}

qos_class_t qos_class_self(void)
{
    qos_class_t qos_class = QOS_CLASS_UNSPECIFIED;
    qos_requested(own_port(), &qos_class, NULL);
    return qos_class;
}

/* Every main thread asks for it; the role of its task decides what it gets (T6). */
qos_class_t qos_class_main(void)
{
    return QOS_CLASS_USER_INTERACTIVE;
}

int pthread_set_qos_class_self_np(qos_class_t qos_class, int relative_priority)
{
    uint32_t qos = qos_of_class(qos_class, relative_priority);
    if (qos == 0)
        return EINVAL;
    switch (TRAP_KR(TRAP_SET_QOS, NULL, own_port(), qos, (uint32_t)relative_priority)) {
    case KERN_SUCCESS: return 0;
    case KERN_INVALID_POLICY: return EPERM;
    }
    return ENOTSUP;
}

/* ---- roles ---- */

static int fail(kern_return_t kr)
{
    switch (kr) {
    case KERN_SUCCESS: return 0;
    case KERN_INVALID_ARGUMENT: errno = EINVAL; break;
    case KERN_NOT_SUPPORTED: errno = ENOTSUP; break;
    case KERN_NO_ACCESS: errno = EPERM; break;
    default: errno = ESRCH; break;
    }
    return -1;
}

int role_set(id_t pid, int role)
{
    return fail(TRAP_KR(TRAP_SET_ROLE, NULL, pid, (uint32_t)role));
}

int role_get(id_t pid)
{
    uint64_t value[3] = { 0 };
    int result = fail(TRAP_KR(TRAP_GET_ROLE, value, pid));
    return result == 0 ? (int)value[0] : result;
}

/* ---- PRIO_DARWIN_BG ---- */

int background_set(int which, id_t who, int value)
{
    if (value != 0 && value != PRIO_DARWIN_BG)
        return fail(KERN_INVALID_ARGUMENT);
    uint64_t command = value == 0 ? TRAP_BACKGROUND_END : TRAP_BACKGROUND_BEGIN;
    return fail(TRAP_KR(TRAP_BACKGROUND, NULL, (uint32_t)which, who, command));
}

int background_get(int which, id_t who)
{
    uint64_t value[3] = { 0 };
    int result = fail(TRAP_KR(TRAP_BACKGROUND, value, (uint32_t)which, who, TRAP_BACKGROUND_ASK));
    return result == 0 ? (int)value[0] : result;
}

/* ---- names ---- */

/* machd keeps the whole name. */
static void tell_name(const char *name, size_t length)
{
    struct trap_frame frame;
    kern_return_t kr;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return;
    memset(trap_data(page), 0, TRAP_NAME_SIZE);
    memcpy(trap_data(page), name, length);
    page->req = (struct trap_request){ .number = TRAP_SET_NAME };
    trap_make(&frame);
    trap_end(&frame);
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
    tell_name(name != NULL ? name : "", length);
    return prctl(PR_SET_NAME, cut) == 0 ? 0 : errno;
}
