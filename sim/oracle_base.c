/* SPDX-License-Identifier: Apache-2.0 */
/* sim/oracle_base.c - a base priority by T2 to T21, said once more than in kernel/sched/policy.c and from the rules alone */
#include <mach/thread_policy_private.h>
#include <sys/resource.h>

#include "kernel/sched/thread.h"
#include "sim/oracle.h"

enum { USER_MAX = 63, DEFAULT = 31, THROTTLED = 4, REAL_TIME = 97 };

static int lower(int a, int b)
{
    return a < b ? a : b;
}

static int higher(int a, int b)
{
    return a > b ? a : b;
}

static bool is_app(const struct sched_task *task)
{
    return task->kind == SCHED_APPLICATION;
}

/* T10: what keeps the whole task at 4. */
static bool is_held_down(const struct sched_task *task)
{
    bool is_low_role = task->role == SCHED_ROLE_TAL_LAUNCH || task->role == SCHED_ROLE_DARWIN_BG;
    bool is_low_kind = task->kind == SCHED_DAEMON_ADAPTIVE || task->kind == SCHED_DAEMON_BACKGROUND;
    return task->is_background || (is_app(task) ? is_low_role : is_low_kind);
}

static int ceiling_of_role(enum sched_role role)
{
    switch (role) {
    case SCHED_ROLE_DEFAULT:
    case SCHED_ROLE_NON_UI: return THREAD_QOS_LEGACY;
    case SCHED_ROLE_UI_FOCAL:
    case SCHED_ROLE_UI:
    case SCHED_ROLE_UI_NON_FOCAL: return THREAD_QOS_USER_INTERACTIVE;
    case SCHED_ROLE_TAL_LAUNCH: return THREAD_QOS_UTILITY;
    case SCHED_ROLE_DARWIN_BG: return THREAD_QOS_BACKGROUND;
    case SCHED_ROLE_COUNT: break;
    }
    return THREAD_QOS_UNSPECIFIED;
}

static int ceiling(const struct sched_task *task)
{
    int class = is_app(task) ? ceiling_of_role(task->role) : THREAD_QOS_USER_INITIATED;
    if (task->is_background)
        class = THREAD_QOS_BACKGROUND;
    return task->clamp ? lower(class, task->clamp) : class;
}

/* T2, T4 */
static int of_class(int class, int relative)
{
    static const int base[] = { 0, 4, 4, 20, 31, 37, 46 }, next[] = { 0, 0, 0, 4, 20, 31, 37 };
    return base[class] - (base[class] - next[class]) * -relative / 16;
}

/* T17 */
static int class_of_push(int push)
{
    static const int at_least[] = { 46, 37, 31, 20, 5 };
    for (int i = 0; i < 5; i++)
        if (push >= at_least[i])
            return THREAD_QOS_USER_INTERACTIVE - i;
    return THREAD_QOS_UNSPECIFIED;
}

static int highest_override(const struct sched_thread *thread)
{
    int highest = THREAD_QOS_UNSPECIFIED;
    for (int class = 0; class < SCHED_QOS_COUNT; class ++)
        if (thread->overrides[class] > 0)
            highest = class;
    return highest;
}

/* T14 */
static int effective_class(const struct sched_thread *thread, int push)
{
    int class = thread->qos;
    if (class == THREAD_QOS_UNSPECIFIED)
        return thread->task->clamp;
    class = higher(class, highest_override(thread));
    class = higher(class, class_of_push(push));
    class = higher(class, thread->kevent_override);
    class = higher(class, thread->workq_override);
    class = higher(class, thread->servicer_override);
    if (thread->is_background)
        class = lower(class, THREAD_QOS_BACKGROUND);
    return lower(class, ceiling(thread->task));
}

/* P of T18, by class (T3, T15) or without one (T7). */
static int own(const struct sched_thread *thread, int push)
{
    const struct sched_task *task = thread->task;
    int class = effective_class(thread, push), max = is_held_down(task) ? THROTTLED : USER_MAX;
    if (class == THREAD_QOS_UNSPECIFIED) {
        int priority = (is_held_down(task) ? THROTTLED : DEFAULT) + thread->importance;
        if (thread->is_background)
            priority = lower(priority, THROTTLED);
        return higher(0, lower(priority, max));
    }
    bool is_as_asked = class == thread->qos && highest_override(thread) == THREAD_QOS_UNSPECIFIED;
    bool is_urgent = class == THREAD_QOS_USER_INTERACTIVE && is_app(task) && task->role == SCHED_ROLE_UI_FOCAL;
    return of_class(class, is_as_asked ? thread->relative : 0) + (is_urgent ? 1 : 0);
}

int oracle_base(const struct sched_thread *thread, int push)
{
    const struct sched_task *task = thread->task;
    int base = lower(higher(own(thread, push), push), is_held_down(task) ? THROTTLED : USER_MAX);
    if (task->kind == SCHED_DAEMON_ADAPTIVE)
        base = higher(base, push); /* the end of T10 */
    if (thread->is_real_time && !is_held_down(task))
        base = REAL_TIME;                                       /* T20 */
    return task->is_terminating ? higher(base, DEFAULT) : base; /* T21 */
}
