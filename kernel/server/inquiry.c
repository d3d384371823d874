/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/inquiry.c - calls that need what the host has to find out first (K215-K219, K221, K232) */
#include "kernel/server/call.h"

enum { STEPS_OF_AN_INQUIRY = 16 };

static bool ask_about_task(struct task *task)
{
    const struct ipc *ipc = &task->system->ipc;
    return ipc->ops->task_usage && ipc->ops->task_usage(ipc->host, task);
}

static bool ask_about_machine(struct system *system)
{
    const struct ipc *ipc = &system->ipc;
    return ipc->ops->machine_usage && ipc->ops->machine_usage(ipc->host);
}

static kern_return_t wait_for(struct inquiry *inquiry)
{
    inquiry->is_asked = true;
    call_ipc()->steps += STEPS_OF_AN_INQUIRY;
    return call_defer(&inquiry->waiting);
}

static kern_return_t answer_of(const struct inquiry *inquiry)
{
    return inquiry->is_known ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t call_task_usage(struct task *task)
{
    if (call_now()->is_again)
        return answer_of(&task->inquiry);
    if (!call_may_defer())
        return KERN_RESOURCE_SHORTAGE;
    return task->inquiry.is_asked || ask_about_task(task) ? wait_for(&task->inquiry) : KERN_FAILURE;
}

kern_return_t call_machine_usage(struct system *system)
{
    if (call_now()->is_again)
        return answer_of(&system->inquiry);
    if (!call_may_defer())
        return KERN_RESOURCE_SHORTAGE;
    return system->inquiry.is_asked || ask_about_machine(system) ? wait_for(&system->inquiry) : KERN_FAILURE;
}
