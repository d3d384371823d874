/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_policy.h"

#include <string.h>
#include <sys/resource.h>

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

/* Who shares the page may change it under the copy: what was copied last is the name. */
void trap_set_name(struct thread *thread, const uint64_t *arg)
{
    memcpy(thread->name, thread->ipc.data, TRAP_NAME_SIZE);
    thread->name[TRAP_NAME_SIZE - 1] = '\0';
    answer(thread, KERN_SUCCESS);
}

void trap_depress(struct thread *thread, const uint64_t *arg)
{
    thread_depress(thread, (uint32_t)arg[0]);
    answer(thread, KERN_SUCCESS);
}

static void answer_background(struct thread *thread, bool is_background)
{
    answer(thread, KERN_SUCCESS);
    thread->ipc.reply.value[0] = is_background;
}

static void background_of_thread(struct thread *thread, uint64_t command)
{
    if (command != TRAP_BACKGROUND_ASK)
        thread_set_background(thread, command == TRAP_BACKGROUND_BEGIN);
    answer_background(thread, thread->ipc.sched.is_background);
}

static void background_of_task(struct thread *thread, int32_t pid, uint64_t command)
{
    struct task *task = task_by_pid(thread, pid);
    uint32_t uid = thread->task->identity.uid;
    if (!task) {
        answer(thread, KERN_FAILURE);
        return;
    }
    if (command != TRAP_BACKGROUND_ASK && uid != 0 && uid != task->identity.uid) {
        answer(thread, KERN_NO_ACCESS);
        return;
    }
    if (command != TRAP_BACKGROUND_ASK)
        task_set_background(task, command == TRAP_BACKGROUND_BEGIN);
    answer_background(thread, task->sched.is_background);
}

void trap_background(struct thread *thread, const uint64_t *arg)
{
    if (arg[2] > TRAP_BACKGROUND_ASK || (arg[0] == PRIO_DARWIN_THREAD && arg[1] != 0))
        answer(thread, KERN_INVALID_ARGUMENT);
    else if (arg[0] == PRIO_DARWIN_THREAD)
        background_of_thread(thread, arg[2]);
    else if (arg[0] == PRIO_DARWIN_PROCESS)
        background_of_task(thread, (int32_t)arg[1], arg[2]);
    else
        answer(thread, KERN_NOT_SUPPORTED);
}
