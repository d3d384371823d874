/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/policy.h"

#include "kernel/sched/policy.h"

enum { RELATIVE_MIN = -15, IMPORTANCE_LIMIT = 127, NANOSECONDS_PER_MILLISECOND = 1000000 };

static void changed(struct thread *thread)
{
    turnstile_thread_changed(&thread->ipc.ipc->sched, &thread->ipc.sched);
}

static bool is_class(uint32_t qos)
{
    return qos > SCHED_QOS_NONE && qos < SCHED_QOS_COUNT;
}

kern_return_t thread_set_qos(struct thread *thread, uint32_t qos, int32_t relative)
{
    struct sched_thread *sched = &thread->ipc.sched;
    if (!is_class(qos) || relative > 0 || relative < RELATIVE_MIN)
        return KERN_INVALID_ARGUMENT;
    if (sched->qos == SCHED_QOS_NONE)
        return KERN_INVALID_POLICY;
    sched->qos = (uint8_t)qos;
    sched->relative = (int8_t)relative;
    changed(thread);
    return KERN_SUCCESS;
}

kern_return_t thread_override(struct thread *thread, uint32_t qos, bool begins)
{
    struct sched_thread *sched = &thread->ipc.sched;
    if (!is_class(qos) || sched->overrides[qos] == (begins ? UINT16_MAX : 0))
        return KERN_INVALID_ARGUMENT;
    sched->overrides[qos] = (uint16_t)(sched->overrides[qos] + (begins ? 1 : -1));
    changed(thread);
    return KERN_SUCCESS;
}

void thread_leave_qos(struct thread *thread)
{
    thread->ipc.sched.qos = SCHED_QOS_NONE;
    thread->ipc.sched.relative = 0;
    changed(thread);
}

void thread_set_importance(struct thread *thread, int32_t importance)
{
    if (importance > IMPORTANCE_LIMIT)
        importance = IMPORTANCE_LIMIT;
    if (importance < -IMPORTANCE_LIMIT)
        importance = -IMPORTANCE_LIMIT;
    thread->ipc.sched.importance = (int16_t)importance;
    thread_leave_qos(thread);
}

void thread_set_fixed(struct thread *thread, bool is_fixed)
{
    thread->ipc.sched.is_fixed = is_fixed;
    thread->ipc.sched.is_real_time = false;
    thread_leave_qos(thread);
}

kern_return_t thread_set_real_time(struct thread *thread, const struct time_constraint *constraint)
{
    if (constraint->computation == 0 || constraint->constraint < constraint->computation)
        return KERN_INVALID_ARGUMENT;
    thread->time_constraint = *constraint;
    thread->ipc.sched.is_fixed = false;
    thread->ipc.sched.is_real_time = true;
    thread_leave_qos(thread);
    return KERN_SUCCESS;
}

void thread_depress(struct thread *thread, uint32_t milliseconds)
{
    struct ipc *ipc = thread->ipc.ipc;
    if (milliseconds == 0)
        return;
    thread->ipc.sched.is_depressed = true;
    timer_set(&ipc->timers, &thread->ipc.depression,
              ipc->now + (uint64_t)milliseconds * NANOSECONDS_PER_MILLISECOND);
}

kern_return_t thread_depress_end(struct thread *thread)
{
    if (!thread->ipc.sched.is_depressed)
        return KERN_NOT_DEPRESSED;
    thread->ipc.sched.is_depressed = false;
    timer_clear(&thread->ipc.ipc->timers, &thread->ipc.depression);
    return KERN_SUCCESS;
}

void thread_set_background(struct thread *thread, bool is_background)
{
    thread->ipc.sched.is_background = is_background;
    changed(thread);
}

static void all_changed(struct task *task)
{
    list_for_each(node, &task->threads) changed(list_entry(node, struct thread, link));
}

void task_set_background(struct task *task, bool is_background)
{
    task->sched.is_background = is_background;
    all_changed(task);
}

void task_is_terminated(struct task *task)
{
    task->sched.is_terminating = true;
    all_changed(task);
}

kern_return_t task_set_role(struct task *task, uint32_t role)
{
    if (role >= SCHED_ROLE_COUNT)
        return KERN_INVALID_ARGUMENT;
    if (task->sched.kind != SCHED_APPLICATION)
        return KERN_NOT_SUPPORTED;
    task->sched.role = (enum sched_role)role;
    all_changed(task);
    return KERN_SUCCESS;
}
