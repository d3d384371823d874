/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/identity.c - identity tokens of tasks, and what they are exchanged for (K113-K115) */
#include "kernel/ipc/token_port.h"
#include "kernel/proc/proc.h"
#include "kernel/server/call.h"
#include "task_server.h"

kern_return_t serve_task_create_identity_token(struct task *task, struct port **token)
{
    struct right right;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = task_token(task, call_now()->caller->task->account, &right);
    if (kr == KERN_SUCCESS)
        *token = right.port;
    return kr;
}

/* NULL: it has gone, or runs another image. */
static struct task *task_of_token(const struct identity_token *token)
{
    const struct proc *proc = proc_find(call_now()->system->procs, token->pid);
    struct task *task = proc ? proc->task : NULL;
    bool is_it = task && task->unique_id == token->unique_id && task->pid_version == token->pid_version;
    return is_it && task->state == TASK_ACTIVE ? task : NULL;
}

/* Control and read ports of others are given to those alone who would get them by the pid. */
static kern_return_t check(struct port *port, task_flavor_t flavor, struct task **task_p)
{
    const struct identity_token *token = token_of_port(port);
    struct task *caller = call_now()->caller->task;
    if (!token || flavor > TASK_FLAVOR_NAME)
        return KERN_INVALID_ARGUMENT;
    *task_p = task_of_token(token);
    if (!*task_p)
        return KERN_NOT_FOUND;
    if (flavor == TASK_FLAVOR_CONTROL && *task_p != caller && !caller->system->developer_mode)
        return KERN_INVALID_ARGUMENT;
    bool is_weak = flavor == TASK_FLAVOR_INSPECT || flavor == TASK_FLAVOR_NAME;
    return is_weak || task_may_control(caller, *task_p) ? KERN_SUCCESS : KERN_DENIED;
}

kern_return_t serve_task_identity_token_get_task_port(struct port *token, task_flavor_t flavor,
                                                      struct port **task_port)
{
    struct task *task;
    kern_return_t kr = check(token, flavor, &task);
    if (kr != KERN_SUCCESS)
        return kr;
    *task_port = task_give(task, (enum port_flavor)flavor, call_now()->caller->task).port;
    return *task_port ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}
