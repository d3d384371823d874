/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_task.h"

#include <errno.h>

#include <mach/task_special_ports.h>

#include "kernel/ipc/refusal.h"
#include "kernel/proc/proc.h"
#include "kernel/task/stop.h"

static void answer(struct thread *thread, kern_return_t kr, uint64_t value)
{
    thread->ipc.reply.result = (uint32_t)kr;
    thread->ipc.reply.value[0] = value;
    if (kr != KERN_SUCCESS && !thread->ipc.ipc->is_refused)
        refuse(&thread->ipc, kr, REFUSED_BY_ROUTINE, MACH_PORT_NULL);
}

static struct port *named_port(struct thread *thread, uint64_t name)
{
    struct entry *entry = space_lookup(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)name);
    return entry && entry_has_send(entry) ? entry->port : NULL;
}

static bool is_control_port(struct thread *thread, uint64_t name)
{
    return task_of_control_port(named_port(thread, name)) != NULL;
}

static mach_port_name_t name_of(struct thread *thread, struct right right)
{
    return space_give_name(thread->ipc.ipc, thread->ipc.space, right);
}

/* ---- who may (K105, K106, F173) ---- */

/* 0; ESRCH: there is no such process; EPERM; EACCES: its guard has died. *task_p: set with 0 alone. */
static int find_task(struct thread *thread, uint64_t pid, struct task **task_p)
{
    struct procs *procs = thread->task->system->procs;
    const struct proc *proc = proc_find(procs, (int32_t)pid);
    if (!proc)
        proc = proc_adopt(procs, thread->task, (int32_t)pid);
    if (!proc || !proc->task->is_enabled)
        return ESRCH;
    if (!task_may_control(thread->task, proc->task))
        return EPERM;
    if (task_guard_has_died(thread->task, proc->task))
        return EACCES;
    *task_p = proc->task;
    return 0;
}

static kern_return_t result_of(int error)
{
    return error == 0 ? KERN_SUCCESS : error == EACCES ? KERN_PROTECTION_FAILURE : KERN_FAILURE;
}

/* ---- the traps ---- */

/* The first argument selects nothing, but must be somebody's control port (K104); that is seen before anybody is adopted. */
static kern_return_t task_by_pid(struct thread *thread, const uint64_t *arg, struct task **task_p)
{
    if (!is_control_port(thread, arg[0]) || arg[1] == 0)
        return KERN_FAILURE;
    return result_of(find_task(thread, arg[1], task_p));
}

void trap_task_for_pid(struct thread *thread, const uint64_t *arg)
{
    struct task *task;
    kern_return_t kr = task_by_pid(thread, arg, &task);
    if (kr != KERN_SUCCESS)
        answer(thread, kr, MACH_PORT_NULL);
    else
        answer(thread, kr, name_of(thread, task_give(task, FLAVOR_CONTROL, thread->task)));
}

void trap_debug_control_for_pid(struct thread *thread, const uint64_t *arg)
{
    struct right right = { 0 };
    struct task *task;
    kern_return_t kr = task_by_pid(thread, arg, &task);
    if (kr == KERN_SUCCESS)
        kr = task_get_special(task, TASK_DEBUG_CONTROL_PORT, &right);
    answer(thread, kr, kr == KERN_SUCCESS ? name_of(thread, right) : MACH_PORT_NULL);
}

static bool may_name(const struct task *caller, const struct task *target)
{
    enum { AUDIT_EUID = 1, AUDIT_RUID = 3 };
    const unsigned *mine = caller->token.audit.val, *theirs = target->token.audit.val;
    return caller == target || mine[AUDIT_EUID] == 0 ||
           (mine[AUDIT_EUID] == theirs[AUDIT_EUID] && mine[AUDIT_RUID] == theirs[AUDIT_RUID]);
}

void trap_task_name_for_pid(struct thread *thread, const uint64_t *arg)
{
    const struct proc *proc = is_control_port(thread, arg[0]) && arg[1]
                                  ? proc_find(thread->task->system->procs, (int32_t)arg[1])
                                  : NULL;
    if (!proc || !proc->task->is_enabled || !may_name(thread->task, proc->task))
        answer(thread, KERN_FAILURE, MACH_PORT_NULL);
    else
        answer(thread, KERN_SUCCESS, name_of(thread, task_give(proc->task, FLAVOR_NAME, thread->task)));
}

/* K109: errors are those of POSIX. */
static int give_flavor(struct thread *thread, const uint64_t *arg, mach_port_name_t *name_p)
{
    struct task *task;
    if (!is_control_port(thread, arg[0]) || (arg[2] != FLAVOR_READ && arg[2] != FLAVOR_INSPECT))
        return EINVAL;
    int error = arg[1] == 0 ? EPERM : find_task(thread, arg[1], &task);
    if (error == 0)
        *name_p = name_of(thread, task_give(task, (enum port_flavor)arg[2], thread->task));
    return error;
}

void trap_task_flavor_for_pid(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = MACH_PORT_NULL;
    thread->ipc.reply.result = KERN_SUCCESS;
    thread->ipc.reply.value[0] = (uint64_t)give_flavor(thread, arg, &name);
    thread->ipc.reply.value[1] = name;
}

static int suspend_by_pid(struct thread *thread, uint64_t pid, bool stop)
{
    struct task *task;
    int error = pid == 0 ? EPERM : find_task(thread, pid, &task);
    if (error != 0)
        return error;
    if (task->suspension.is_by_pid == stop)
        return EPERM;
    task->suspension.is_by_pid = stop;
    if (stop)
        task_stop(task);
    else
        task_go(task);
    return 0;
}

void trap_pid_suspend(struct thread *thread, const uint64_t *arg)
{
    answer(thread, KERN_SUCCESS, (uint64_t)suspend_by_pid(thread, arg[0], arg[1] != 0));
}

void trap_pid_for_task(struct thread *thread, const uint64_t *arg)
{
    struct task *task = task_of_name_port(named_port(thread, arg[0]));
    if (task && !task->is_enabled)
        task = NULL;
    answer(thread, task ? KERN_SUCCESS : KERN_FAILURE, task ? (uint64_t)task->identity.pid : (uint64_t)-1);
}
