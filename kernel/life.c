/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/life.c - tasks, processes and threads as the host tells of them: made, another image, ended */
#include "kernel/kernel.h"
#include "kernel/kqueue/kqueue.h"
#include "kernel/proc/inherit.h"
#include "kernel/task/stop.h"

struct inherit *kernel_inherit_new(struct kernel *kernel, struct task *parent)
{
    struct inherit *inherit = inherit_new(&kernel->procs, parent);
    if (inherit)
        inherit->is_fork = true;
    return inherit;
}

void kernel_inherit_is_distant(struct inherit *inherit)
{
    inherit->is_fork = false;
}

void kernel_inherit_free(struct kernel *kernel, struct inherit *inherit)
{
    inherit_free(&kernel->procs, inherit);
    kernel_settle(kernel);
}

/* The stash goes to the next launchd (B14). */
static struct space *take_stash(struct system *system, const struct task_identity *identity)
{
    struct space *space = identity->is_launchd ? system->stash : NULL;
    if (space)
        system->stash = NULL;
    return space;
}

struct task *kernel_task_new(struct kernel *kernel, const struct task_identity *identity,
                             struct inherit *inherit, void *host)
{
    struct task *task = proc_new(&kernel->procs, identity, inherit, take_stash(&kernel->system, identity));
    if (task)
        task->host = host;
    kernel_settle(kernel);
    return task;
}

void kernel_task_died(struct kernel *kernel, struct task *task, bool keep_space)
{
    kernel_process_ended(kernel, task, keep_space, NULL);
}

struct proc *kernel_process_ended(struct kernel *kernel, struct task *task, bool keep_space,
                                  const struct process_end *how)
{
    struct proc *proc = task->proc;
    kernel->system.ipc.steps = 1;
    proc_end(proc, keep_space, how);
    kernel_settle(kernel);
    return how && how->zombie ? proc : NULL;
}

void kernel_process_collected(struct kernel *kernel, struct proc *proc)
{
    proc_collected(proc);
    kernel_settle(kernel);
}

struct task *kernel_task_exec(struct kernel *kernel, struct task *old, const struct task_identity *identity,
                              void *host)
{
    kernel->system.ipc.steps = 1;
    struct task *task = proc_exec(old->proc, identity);
    if (task)
        task->host = host;
    kernel_settle(kernel);
    return task;
}

void kernel_image_begins(struct kernel *kernel, struct task *task, const char *command)
{
    proc_image_begins(task->proc, command);
    kernel_settle(kernel);
}

bool kernel_task_set_ids(struct kernel *kernel, struct task *task, const struct task_identity *identity)
{
    kernel->system.ipc.steps = 1;
    bool ok = proc_set_ids(task->proc, identity);
    kernel_settle(kernel);
    return ok;
}

bool kernel_has_room(struct kernel *kernel, uint32_t number, uint64_t limit)
{
    const struct uid *uid = system_uid(&kernel->system, number);
    return uid && proc_check_room(&kernel->procs, uid, limit) == 0;
}

bool kernel_has_domain(struct kernel *kernel, uint32_t number)
{
    const struct uid *uid = system_uid(&kernel->system, number);
    return uid && port_is_live(uid->bootstrap.port);
}

struct account *kernel_uid_account(struct kernel *kernel, uint32_t number)
{
    const struct uid *uid = system_uid(&kernel->system, number);
    return uid ? uid->account : NULL;
}

struct account *kernel_task_account(struct task *task)
{
    return task->account;
}

struct account *kernel_own_account(struct kernel *kernel)
{
    return kernel->system.account;
}

void *kernel_task_host(struct task *task)
{
    return task->host;
}

const struct task_identity *kernel_task_identity(struct task *task)
{
    return &task->identity;
}

bool kernel_task_may_trap(struct task *task)
{
    return task->space->n_reaping == 0 && !task->image_before;
}

struct thread *kernel_thread_new(struct kernel *kernel, struct task *task, int32_t tid,
                                 struct trap_page *page, void *host)
{
    struct thread *thread = thread_new(task, tid, page);
    if (thread) {
        thread->host = host;
        if (thread == task->main)
            proc_runs(task->proc);
        thread_begins(thread);
    }
    kernel_settle(kernel);
    return thread;
}

void kernel_thread_died(struct kernel *kernel, struct thread *thread)
{
    kqueue_thread_ends(thread);
    thread_finish(thread);
    kernel_settle(kernel);
}

void *kernel_thread_host(struct thread *thread)
{
    return thread->host;
}

struct task *kernel_thread_task(struct thread *thread)
{
    return thread->task;
}
