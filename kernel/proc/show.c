/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/proc/show.h"

#include <mach/thread_info.h>
#include <string.h>

#include "kernel/sched/policy.h"
#include "kernel/task/stop.h"
#include "kernel/task/thread.h"

/* PROC_FLAG_* (F163) */
enum {
    FLAG_64_BIT = 0x10,
    FLAG_STARVATION_SHIFT = 9,
    FLAG_SUGID = 0x2000,
    FLAG_HAS_EXECED = 0x4000,
    FLAG_DARWIN_BG = 0x8000,
    FLAG_ADAPTIVE = 0x100000,
    FLAG_ADAPTIVE_BOOSTED = 0x200000,
    FLAG_DONOR = 0x400000,
    FLAG_APPLICATION = 0x1000000,
};

bool show_permits(const struct proc *proc, const struct task *viewer)
{
    return viewer->identity.uid == 0 || viewer->identity.uid == proc_identity(proc)->uid;
}

static bool is_boosted(const struct task *task)
{
    return task->main && task->main->ipc.sched.push > 0;
}

static uint32_t flags_of_kind(const struct task *task)
{
    switch (task->sched.kind) {
    case SCHED_APPLICATION: return FLAG_APPLICATION;
    case SCHED_DAEMON_STANDARD:
    case SCHED_DAEMON_INTERACTIVE: return FLAG_DONOR;
    case SCHED_DAEMON_ADAPTIVE: return FLAG_ADAPTIVE | (is_boosted(task) ? FLAG_ADAPTIVE_BOOSTED : 0);
    case SCHED_DAEMON_BACKGROUND: return FLAG_DARWIN_BG;
    }
    return 0;
}

static uint32_t flags(const struct proc *proc)
{
    return FLAG_64_BIT | (proc->has_execed ? FLAG_HAS_EXECED : 0) |
           (proc_identity(proc)->is_sugid ? FLAG_SUGID : 0) | proc->kept.starvation << FLAG_STARVATION_SHIFT |
           (proc->task ? flags_of_kind(proc->task) : 0);
}

/* 0 once it has gone: who the parent is then, the host knows. */
static int32_t parent_now(const struct proc *proc)
{
    const struct proc *parent = proc_find(proc->procs, proc->parent_at_birth);
    return parent && parent->unique_id == proc->parent_unique_id ? parent->pid : 0;
}

static void show_ids(const struct task_identity *identity, struct process_info *info)
{
    info->ruid = identity->ruid;
    info->uid = identity->uid;
    info->svuid = identity->svuid;
    info->rgid = identity->rgid;
    info->gid = identity->gid;
    info->svgid = identity->svgid;
}

static void show_mach(const struct proc *proc, struct process_info *info)
{
    const struct task *task = proc->task;
    info->process_type = proc->kept.process_type;
    info->role = task->sched.role;
    info->qos_clamp = task->sched.clamp;
    info->starvation = proc->kept.starvation;
    info->persona = proc->kept.persona;
    info->n_threads = task->n_threads;
    info->names = task->space->n_used;
    info->free_names = task->space->n_slots - task->space->n_used;
    info->priority = sched_task_priority(&task->sched);
}

void show_process(const struct proc *proc, const struct task *viewer, struct process_info *info)
{
    const struct task_identity *identity = proc_identity(proc);
    *info = (struct process_info){
        .pid = proc->pid,
        .parent = parent_now(proc),
        .parent_at_birth = proc->parent_at_birth,
        .pid_version = proc->task ? proc->task->pid_version : proc->last.pid_version,
        .parent_pid_version = proc->parent_pid_version,
        .state = proc->task ? PROCESS_SHOWN_RUN : PROCESS_SHOWN_ZOMBIE,
        .exit_status = proc->last.how.has_status ? (uint32_t)proc->last.how.status : 0,
        .flags = flags(proc),
        .unique_id = proc->unique_id,
        .parent_unique_id = proc->parent_unique_id,
    };
    memcpy(info->command, identity->command, sizeof(identity->command));
    memcpy(info->name, identity->command, sizeof(identity->command));
    for (int i = 0; i < SPAWN_COALITIONS; i++)
        info->coalition[i] = proc->kept.coalition[i];
    show_ids(identity, info);
    if (!proc->task)
        info->info_flags |= PROCESS_INFO_NO_TASK;
    else if (show_permits(proc, viewer))
        show_mach(proc, info);
    else
        info->info_flags |= PROCESS_INFO_LIMITED;
}

uint32_t show_list(const struct procs *procs, uint64_t *cursor_p, struct process_item *items, uint32_t max)
{
    uint64_t after = *cursor_p, last = 0; /* items may be a client's to write: it is never read */
    uint32_t n = 0;
    *cursor_p = 0;
    list_for_each(node, &procs->all)
    {
        const struct proc *proc = list_entry(node, struct proc, link);
        const struct task_identity *identity = proc_identity(proc);
        if (proc->unique_id <= after || proc->is_undone)
            continue;
        if (n == max) {
            *cursor_p = last;
            return n;
        }
        last = proc->unique_id;
        items[n++] = (struct process_item){
            .unique_id = proc->unique_id,
            .pid = proc->pid,
            .parent = parent_now(proc),
            .ruid = identity->ruid,
            .uid = identity->uid,
            .state = PROCESS_SHOWN_RUN,
        };
    }
    return n;
}

static struct process_thread show_thread(const struct thread *thread)
{
    const struct sched_thread *sched = &thread->ipc.sched;
    return (struct process_thread){
        .thread_id = thread->control->serial,
        .tid = thread->tid,
        .is_main = thread->is_main,
        .current = sched->is_depressed ? 0 : sched_base(sched),
        .base = sched_base(sched),
        .max = sched_task_max(sched->task),
        .run_state = thread_run_state(thread),
    };
}

uint32_t show_threads(const struct proc *proc, uint32_t skip, struct process_thread *threads, uint32_t max)
{
    uint32_t n = 0;
    list_for_each(node, &proc->task->threads)
    {
        if (skip > 0)
            skip--;
        else if (n < max)
            threads[n++] = show_thread(list_entry(node, struct thread, link));
    }
    return n;
}
