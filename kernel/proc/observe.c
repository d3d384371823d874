/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/observe.c - who may watch a process (F168), and the invariants of the table */
#include <errno.h>
#include <sys/event_private.h>

#include "kernel/proc/proc.h"

static bool is_parent(const struct task *task, const struct proc *proc)
{
    return proc->parent_at_birth == task->identity.pid && proc->parent_unique_id == task->unique_id;
}

/* Who could send it SIGKILL. */
static bool may_kill(const struct task *task, const struct proc *proc)
{
    const struct task_identity *from = &task->identity, *to = &proc->task->identity;
    return from->uid == 0 || from->uid == to->ruid || from->ruid == to->ruid;
}

/* ---- the invariants ---- */

static void check_subject(const struct proc *proc)
{
    uint32_t n_strangers = 0;
    list_for_each(node, &proc->subject.watches)
    {
        const struct subject_watch *watch = list_entry(node, struct subject_watch, link);
        ASSERT(watch->subject == &proc->subject && !(watch->happened & ~watch->wanted));
        n_strangers += watch->is_stranger;
    }
    ASSERT(n_strangers == proc->subject.n_strangers && n_strangers <= STRANGERS_MAX);
}

void procs_check(const struct procs *procs)
{
    uint32_t n = 0;
    list_for_each(node, &procs->all)
    {
        const struct proc *proc = list_entry(node, struct proc, link);
        ASSERT(proc->task && proc->task->proc == proc);
        check_subject(proc);
        n++;
    }
    list_for_each(node, &procs->ended)
    {
        const struct proc *proc = list_entry(node, struct proc, link);
        ASSERT(!proc->task && (proc->last.how.zombie || !proc->last.is_told));
        check_subject(proc);
        n += proc->last.how.zombie != NULL;
    }
    ASSERT(n == procs->n);
}

/* ---- watching ---- */

int proc_watch(struct task *asker, int32_t pid, struct subject_watch *watch,
               void (*run)(struct ipc *ipc, struct signal *signal))
{
    struct procs *procs = asker->system->procs;
    struct proc *proc = proc_find(procs, pid);
    if (!proc && (watch->wanted & (NOTE_FORK | NOTE_EXEC)))
        proc = proc_adopt(procs, asker, pid);
    if (!proc)
        return ESRCH;
    watch->is_stranger = asker->identity.uid != proc->task->identity.uid;
    watch->may_have_status = is_parent(asker, proc) || may_kill(asker, proc);
    if ((watch->wanted & NOTE_EXIT) && (watch->wanted & NOTE_EXITSTATUS) && !watch->may_have_status)
        return EACCES;
    return subject_watch(&proc->subject, watch, run) ? 0 : ENOMEM;
}
