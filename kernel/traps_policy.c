/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_policy.h"

#include "kernel/proc/proc.h"
#include "kernel/task/policy.h"

static void answer(struct thread *thread, kern_return_t kr)
{
    thread->ipc.reply.result = (uint32_t)kr;
}

/* A live thread of the caller's own task, by the name of a send right to its control port; NULL. */
static struct thread *own_thread(struct thread *caller, mach_port_name_t name)
{
    struct entry *entry = space_peek(caller->ipc.space, name);
    struct thread *thread = entry && entry_has_send(entry) ? thread_of_port(entry->port) : NULL;
    return thread && thread->task == caller->task ? thread : NULL;
}

void trap_set_qos(struct thread *thread, const uint64_t *arg)
{
    struct thread *target = own_thread(thread, (mach_port_name_t)arg[0]);
    answer(thread, target ? thread_set_qos(target, (uint32_t)arg[1], (int32_t)arg[2]) : KERN_INVALID_ARGUMENT);
}

void trap_override(struct thread *thread, const uint64_t *arg)
{
    struct thread *target = own_thread(thread, (mach_port_name_t)arg[0]);
    answer(thread, target ? thread_override(target, (uint32_t)arg[1], arg[2] != 0) : KERN_INVALID_ARGUMENT);
}

static struct task *task_by_pid(struct thread *caller, int32_t pid)
{
    const struct proc *proc = pid == 0 ? caller->task->proc : proc_find(caller->task->system->procs, pid);
    return proc ? proc->task : NULL;
}

void trap_get_role(struct thread *thread, const uint64_t *arg)
{
    const struct task *task = task_by_pid(thread, (int32_t)arg[0]);
    answer(thread, task ? KERN_SUCCESS : KERN_FAILURE);
    if (task)
        thread->ipc.reply.value[0] = task->sched.role;
}

void trap_set_role(struct thread *thread, const uint64_t *arg)
{
    struct task *task = task_by_pid(thread, (int32_t)arg[0]);
    uint32_t uid = thread->task->identity.uid;
    if (!task)
        answer(thread, KERN_FAILURE);
    else if (uid != 0 && uid != task->identity.uid)
        answer(thread, KERN_NO_ACCESS);
    else
        answer(thread, task_set_role(task, (uint32_t)arg[1]));
}
