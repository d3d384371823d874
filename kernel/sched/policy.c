/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/policy.h"

enum { RELATIVE_SHIFT = 4, TERMINATING_MIN = PRIORITY_DEFAULT };

/* Base priority of each class, and of the class below it, towards which a relative priority leads (T2, T4). */
static const struct {
    int8_t base, below;
} table[SCHED_QOS_COUNT] = {
    [SCHED_QOS_MAINTENANCE] = { PRIORITY_THROTTLE, 0 },
    [SCHED_QOS_BACKGROUND] = { PRIORITY_THROTTLE, 0 },
    [SCHED_QOS_UTILITY] = { PRIORITY_UTILITY, PRIORITY_THROTTLE },
    [SCHED_QOS_DEFAULT] = { PRIORITY_DEFAULT, PRIORITY_UTILITY },
    [SCHED_QOS_USER_INITIATED] = { PRIORITY_USER_INITIATED, PRIORITY_DEFAULT },
    [SCHED_QOS_USER_INTERACTIVE] = { PRIORITY_BACKGROUND, PRIORITY_USER_INITIATED },
};

/* What the role of an application limits (T10). */
static const struct {
    uint8_t ceiling, priority, max;
} roles[SCHED_ROLE_COUNT] = {
    [SCHED_ROLE_DEFAULT] = { SCHED_QOS_DEFAULT, PRIORITY_DEFAULT, PRIORITY_USER_MAX },
    [SCHED_ROLE_UI_FOCAL] = { SCHED_QOS_USER_INTERACTIVE, PRIORITY_DEFAULT, PRIORITY_USER_MAX },
    [SCHED_ROLE_UI] = { SCHED_QOS_USER_INTERACTIVE, PRIORITY_DEFAULT, PRIORITY_USER_MAX },
    [SCHED_ROLE_NON_UI] = { SCHED_QOS_DEFAULT, PRIORITY_DEFAULT, PRIORITY_USER_MAX },
    [SCHED_ROLE_UI_NON_FOCAL] = { SCHED_QOS_USER_INTERACTIVE, PRIORITY_DEFAULT, PRIORITY_USER_MAX },
    [SCHED_ROLE_TAL_LAUNCH] = { SCHED_QOS_UTILITY, PRIORITY_THROTTLE, PRIORITY_THROTTLE },
    [SCHED_ROLE_DARWIN_BG] = { SCHED_QOS_BACKGROUND, PRIORITY_THROTTLE, PRIORITY_THROTTLE },
};

static int max_of(int a, int b)
{
    return a > b ? a : b;
}

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

/* ---- the task's part ---- */

static bool is_throttled_daemon(const struct sched_task *task)
{
    return task->kind == SCHED_DAEMON_ADAPTIVE || task->kind == SCHED_DAEMON_BACKGROUND;
}

enum sched_qos sched_ceiling(const struct sched_task *task)
{
    int ceiling = task->kind == SCHED_APPLICATION ? roles[task->role].ceiling : SCHED_QOS_USER_INITIATED;
    if (task->is_background)
        ceiling = SCHED_QOS_BACKGROUND;
    return (enum sched_qos)(task->clamp ? min_of(ceiling, task->clamp) : ceiling);
}

int sched_task_priority(const struct sched_task *task)
{
    if (task->is_background)
        return PRIORITY_THROTTLE;
    if (task->kind == SCHED_APPLICATION)
        return roles[task->role].priority;
    return is_throttled_daemon(task) ? PRIORITY_THROTTLE : PRIORITY_DEFAULT;
}

int sched_task_max(const struct sched_task *task)
{
    if (task->is_background)
        return PRIORITY_THROTTLE;
    if (task->kind == SCHED_APPLICATION)
        return roles[task->role].max;
    return is_throttled_daemon(task) ? PRIORITY_THROTTLE : PRIORITY_USER_MAX;
}

/* ---- classes ---- */

enum sched_qos sched_override(const struct sched_thread *thread)
{
    for (int qos = SCHED_QOS_COUNT - 1; qos > SCHED_QOS_NONE; qos--)
        if (thread->overrides[qos])
            return (enum sched_qos)qos;
    return SCHED_QOS_NONE;
}

enum sched_qos sched_promotion(int push)
{
    if (push <= PRIORITY_THROTTLE)
        return SCHED_QOS_NONE;
    for (int qos = SCHED_QOS_COUNT - 1; qos > SCHED_QOS_BACKGROUND; qos--)
        if (table[qos].base <= push)
            return (enum sched_qos)qos;
    return SCHED_QOS_BACKGROUND;
}

enum sched_qos sched_effective_qos(const struct sched_thread *thread, int push)
{
    int qos = thread->qos;
    if (qos == SCHED_QOS_NONE)
        return (enum sched_qos)thread->task->clamp; /* T14 */
    qos = max_of(qos, (int)sched_override(thread));
    qos = max_of(qos, (int)sched_promotion(push));
    qos = max_of(qos, thread->kevent_override);
    qos = max_of(qos, thread->workq_override);
    qos = max_of(qos, thread->servicer_override);
    if (thread->is_background)
        qos = min_of(qos, SCHED_QOS_BACKGROUND);
    return (enum sched_qos)min_of(qos, (int)sched_ceiling(thread->task));
}

int sched_qos_priority(enum sched_qos qos, int relative)
{
    int base = table[qos].base;
    return base - (((base - table[qos].below) * -relative) >> RELATIVE_SHIFT);
}

/* ---- the thread ---- */

int sched_push(int inherited)
{
    return min_of(inherited, PRIORITY_USER_MAX);
}

/* P of T18 for a thread with an effective class. A relative priority counts only where nothing raised or
 * lowered the class (T15); the focus adds one (T3). */
static int priority_of_class(const struct sched_thread *thread, enum sched_qos qos)
{
    bool is_plain = qos == thread->qos && sched_override(thread) == SCHED_QOS_NONE;
    bool is_focal = qos == SCHED_QOS_USER_INTERACTIVE && thread->task->kind == SCHED_APPLICATION &&
                    thread->task->role == SCHED_ROLE_UI_FOCAL;
    return sched_qos_priority(qos, is_plain ? thread->relative : 0) + is_focal;
}

static int own_priority(const struct sched_thread *thread, int push)
{
    enum sched_qos qos = sched_effective_qos(thread, push);
    if (qos != SCHED_QOS_NONE)
        return priority_of_class(thread, qos);
    int priority = sched_task_priority(thread->task) + thread->importance;
    if (thread->is_background)
        priority = min_of(priority, PRIORITY_THROTTLE);
    return max_of(0, min_of(priority, sched_task_max(thread->task)));
}

int sched_base_of(const struct sched_thread *thread, int push)
{
    const struct sched_task *task = thread->task;
    int base = min_of(max_of(own_priority(thread, push), push), sched_task_max(task));
    if (task->kind == SCHED_DAEMON_ADAPTIVE)
        base = max_of(base, push);
    if (thread->is_real_time && sched_task_max(task) == PRIORITY_USER_MAX)
        base = PRIORITY_REAL_TIME;
    return task->is_terminating ? max_of(base, TERMINATING_MIN) : base;
}
