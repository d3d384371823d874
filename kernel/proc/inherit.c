/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/proc/inherit.h"

#include "base/alloc.h"
#include "kernel/task/thread.h"

/* F38: what an adaptive daemon makes is never one. */
static enum sched_kind kind_of_child(const struct task *parent)
{
    if (parent->sched.kind != SCHED_DAEMON_ADAPTIVE)
        return parent->sched.kind;
    return parent->main && parent->main->ipc.sched.push > 0 ? SCHED_DAEMON_INTERACTIVE
                                                            : SCHED_DAEMON_BACKGROUND;
}

struct inherit *inherit_new(struct procs *procs, struct task *parent)
{
    if (!account_charge(parent->account, ACCOUNT_BYTES, alloc_cost(sizeof(struct inherit))))
        return NULL;
    struct inherit *inherit = alloc_zeroed(sizeof(*inherit));
    if (!inherit) {
        account_release(parent->account, ACCOUNT_BYTES, alloc_cost(sizeof(*inherit)));
        return NULL;
    }
    inherit->account = account_get(parent->account);
    inherit->slots = task_inherit(parent);
    inherit->parent = parent->identity.pid;
    inherit->parent_pid_version = parent->pid_version;
    inherit->parent_unique_id = parent->unique_id;
    inherit->kind = kind_of_child(parent);
    inherit->clamp = parent->sched.clamp;
    inherit->is_sugid = parent->identity.is_sugid;
    inherit->kept = (struct proc_kept){
        .process_type = parent->proc->kept.process_type,
        .persona = parent->proc->kept.persona,
    };
    for (int i = 0; i < SPAWN_COALITIONS; i++)
        inherit->kept.coalition[i] = parent->proc->kept.coalition[i];
    list_append(&procs->inherits, &inherit->link);
    return inherit;
}

void inherit_discard(struct inherit *inherit)
{
    list_remove(&inherit->link);
    account_release(inherit->account, ACCOUNT_BYTES, alloc_cost(sizeof(*inherit)));
    account_put(inherit->account);
    alloc_free(inherit);
}

void inherit_free(struct procs *procs, struct inherit *inherit)
{
    if (!inherit)
        return;
    task_slots_release(&procs->system->ipc, &inherit->slots);
    inherit_discard(inherit);
}
