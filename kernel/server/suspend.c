/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/suspend.c - suspending and resuming tasks and threads (K127-K148) */
#include "kernel/ipc/right.h"
#include "kernel/server/call.h"
#include "kernel/task/stop.h"
#include "task_server.h"
#include "thread_act_server.h"

static bool has_resume_port(struct task *task)
{
    return resume_port_make(call_ipc(), task->account, &task->suspension.resume);
}

/* ---- tasks ---- */

/* The caller answers for what it has suspended with a send right whose name it is not told (K132). */
static kern_return_t give_resume_right(struct task *task)
{
    mach_port_name_t name;
    if (!has_resume_port(task))
        return KERN_RESOURCE_SHORTAGE;
    struct right right = port_make_send(task->suspension.resume.port);
    kern_return_t kr = space_give(call_ipc(), call_now()->caller->ipc.space, right, &name);
    return kr == KERN_SUCCESS ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t serve_task_suspend(struct task *target_task)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    if (call_now()->is_again)
        return KERN_SUCCESS;
    kern_return_t kr = call_may_defer() ? give_resume_right(target_task) : KERN_RESOURCE_SHORTAGE;
    if (kr != KERN_SUCCESS)
        return kr;
    task_stop(target_task);
    target_task->suspension.legacy++;
    return task_is_stopped(target_task) ? KERN_SUCCESS : call_defer(&target_task->suspension.waiting);
}

static void drop_resume_right(struct task *task, bool all)
{
    const struct call *call = call_now();
    struct space *space = call->caller->ipc.space;
    struct port *port = task->suspension.resume.port;
    struct entry *entry = port ? space_find_port(space, port) : NULL;
    if (entry)
        port_mod_refs(call_ipc(), space, entry_name(entry), MACH_PORT_RIGHT_SEND,
                      all ? -(mach_port_delta_t)entry->urefs : -1);
}

kern_return_t serve_task_resume(struct task *target_task)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    struct suspension *suspension = &target_task->suspension;
    bool is_suspended = task_may_go(target_task);
    if (is_suspended) {
        suspension->legacy -= suspension->legacy > 0;
        task_go(target_task);
    }
    drop_resume_right(target_task, !is_suspended);
    return is_suspended ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t serve_task_suspend2(struct task *target_task, struct port **suspend_token)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    if (call_now()->is_again) {
        *suspend_token = call_result().port;
        return KERN_SUCCESS;
    }
    if (!call_may_defer() || !has_resume_port(target_task))
        return KERN_RESOURCE_SHORTAGE;
    struct right token = port_make_send_once(target_task->suspension.resume.port);
    task_stop(target_task);
    if (!task_is_stopped(target_task))
        return call_defer_with(&target_task->suspension.waiting, token);
    *suspend_token = token.port;
    return KERN_SUCCESS;
}

/* The request consumes the token, and that is what gives the suspension back (K130, K131). */
kern_return_t serve_task_resume2(struct port *suspend_token)
{
    const struct resume_port *resume = resume_of_port(suspend_token);
    if (!resume)
        return KERN_INVALID_ARGUMENT;
    return task_may_go(container_of(resume, struct task, suspension.resume)) ? KERN_SUCCESS : KERN_FAILURE;
}

/* ---- threads ---- */

kern_return_t serve_thread_suspend(struct thread *target_act)
{
    if (!target_act)
        return KERN_INVALID_ARGUMENT;
    if (call_now()->is_again)
        return KERN_SUCCESS;
    if (!call_may_defer())
        return KERN_RESOURCE_SHORTAGE;
    thread_stop(target_act);
    return thread_is_stopped(target_act) ? KERN_SUCCESS : call_defer(&target_act->waiting);
}

kern_return_t serve_thread_resume(struct thread *target_act)
{
    if (!target_act)
        return KERN_INVALID_ARGUMENT;
    if (target_act->stops == 0)
        return KERN_FAILURE;
    thread_go(target_act);
    return KERN_SUCCESS;
}

/* ---- registers (K158-K162) ---- */

/* KERN_SUCCESS: they are there. Else what the call answers for now. */
static kern_return_t show_registers(struct thread *thread)
{
    if (thread->park == PARK_HERE)
        return KERN_SUCCESS;
    if (call_now()->is_again)
        return KERN_ABORTED;
    if (!call_may_defer())
        return KERN_RESOURCE_SHORTAGE;
    return thread_ask(thread) ? call_defer(&thread->waiting) : KERN_NOT_SUPPORTED;
}

kern_return_t serve_thread_get_state(struct thread *target_act, thread_state_flavor_t flavor,
                                     thread_state_t old_state, mach_msg_type_number_t *old_stateCnt)
{
    kern_return_t kr;
    if (!target_act)
        return KERN_INVALID_ARGUMENT;
    if (registers_list(flavor, old_state, old_stateCnt, &kr))
        return kr;
    kr = registers_check_get(flavor, *old_stateCnt);
    if (kr == KERN_SUCCESS)
        kr = show_registers(target_act);
    return kr == KERN_SUCCESS ? registers_get(target_act, flavor, old_state, old_stateCnt) : kr;
}

kern_return_t serve_thread_set_state(struct thread *target_act, thread_state_flavor_t flavor,
                                     thread_state_t new_state, mach_msg_type_number_t new_stateCnt)
{
    if (!target_act)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = registers_check_set(flavor, new_state, new_stateCnt);
    if (kr == KERN_SUCCESS)
        kr = show_registers(target_act);
    return kr == KERN_SUCCESS ? registers_set(target_act, flavor, new_state, new_stateCnt) : kr;
}

kern_return_t serve_act_get_state(struct thread *target_act, int flavor, thread_state_t old_state,
                                  mach_msg_type_number_t *old_stateCnt)
{
    if (target_act == call_now()->caller)
        return KERN_INVALID_ARGUMENT;
    return serve_thread_get_state(target_act, flavor, old_state, old_stateCnt);
}

kern_return_t serve_act_set_state(struct thread *target_act, int flavor, thread_state_t new_state,
                                  mach_msg_type_number_t new_stateCnt)
{
    if (target_act == call_now()->caller)
        return KERN_INVALID_ARGUMENT;
    return serve_thread_set_state(target_act, flavor, new_state, new_stateCnt);
}
