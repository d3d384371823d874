/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/proc/proc.h"

#include <errno.h>
#include <string.h>
#include <sys/event_private.h>

#include "base/alloc.h"
#include "kernel/ipc/watch.h"
#include "kernel/proc/inherit.h"
#include "kernel/proc/launch.h"
#include "kernel/task/thread.h"

enum {
    COALITION_RESOURCE = 1,
    COALITION_JETSAM = 2
}; /* the default ones, of which there are no others yet */

/* ---- the table ---- */

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    const struct proc *x = container_of(a, struct proc, by_pid), *y = container_of(b, struct proc, by_pid);
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->unique_id < y->unique_id ? -1 : x->unique_id > y->unique_id;
}

void procs_init(struct procs *procs, struct system *system)
{
    *procs = (struct procs){ .system = system, .max = PROCESSES_MAX };
    list_init(&procs->all);
    list_init(&procs->ended);
    list_init(&procs->inherits);
    list_init(&procs->launches);
    tree_init(&procs->by_pid, compare);
    tree_init(&procs->zombies, compare);
}

void procs_fini(struct procs *procs)
{
    ASSERT(list_is_empty(&procs->all) && list_is_empty(&procs->ended) && list_is_empty(&procs->inherits) &&
           list_is_empty(&procs->launches));
    ASSERT(procs->n == 0 && procs->n_reserved == 0);
}

static int probe(const struct tree_node *node, const void *key)
{
    const struct proc *proc = container_of(node, struct proc, by_pid);
    int32_t pid = *(const int32_t *)key;
    return pid < proc->pid ? -1 : pid > proc->pid;
}

struct proc *proc_find(struct procs *procs, int32_t pid)
{
    struct tree_node *node = tree_find(&procs->by_pid, probe, &pid);
    struct proc *proc = node ? container_of(node, struct proc, by_pid) : NULL;
    return proc && !proc->is_undone ? proc : NULL;
}

/* The host is asked: a number may be another process's by now. */
struct proc *proc_find_zombie(struct procs *procs, int32_t pid)
{
    struct ipc *ipc = &procs->system->ipc;
    struct tree_node *node = tree_find(&procs->zombies, probe, &pid);
    struct proc *proc = node ? container_of(node, struct proc, by_pid) : NULL;
    if (!proc || !ipc->ops->process_is_collected(ipc->host, proc->last.how.zombie))
        return proc;
    proc_collected(proc);
    return NULL;
}

/* ---- limits ---- */

static bool has_room(const struct procs *procs, const struct uid *uid, uint64_t limit)
{
    uint32_t n = procs->n + procs->n_reserved;
    if (n >= procs->max || (uid->uid != 0 && n + 1 >= procs->max))
        return false;
    if (limit > procs->max / 2) /* F23: kern.maxprocperuid */
        limit = procs->max / 2;
    return uid->uid == 0 || uid->n_processes < limit;
}

/* Before somebody is refused: a collected zombie may not have been told of yet. */
int proc_check_room(struct procs *procs, const struct uid *uid, uint64_t limit)
{
    if (has_room(procs, uid, limit))
        return 0;
    procs_look_at_zombies(procs);
    return has_room(procs, uid, limit) ? 0 : EAGAIN;
}

void proc_reserve(struct procs *procs, struct uid *uid)
{
    procs->n_reserved++;
    uid->n_processes++;
}

void proc_unreserve(struct procs *procs, struct uid *uid)
{
    procs->n_reserved--;
    uid->n_processes--;
}

/* ---- birth ---- */

/* Who pays for the task pays for the record. */
static struct proc *record_new(struct procs *procs, struct task *task)
{
    struct account *account = task->account->parent;
    struct uid *counted = system_uid(procs->system, task->identity.ruid);
    if (!counted || !account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(struct proc))))
        return NULL;
    struct proc *proc = alloc_zeroed(sizeof(*proc));
    if (!proc) {
        account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*proc)));
        return NULL;
    }
    proc->procs = procs;
    proc->task = task;
    proc->pid = task->identity.pid;
    proc->unique_id = task->unique_id;
    proc->parent_unique_id = task->parent_unique_id;
    proc->counted = counted;
    proc->account = account_get(account);
    list_init(&proc->launches);
    subject_init(&proc->subject);
    list_append(&procs->all, &proc->link);
    tree_insert(&procs->by_pid, &proc->by_pid);
    procs->n++;
    counted->n_processes++;
    return proc;
}

/* Its task is gone, it has been collected. */
static void record_free(struct proc *proc)
{
    struct account *account = proc->account;
    ASSERT(list_is_empty(&proc->launches) && !proc->launch && !proc->task && !proc->last.how.zombie);
    subject_collected(&proc->procs->system->ipc, &proc->subject);
    list_remove(&proc->link);
    alloc_free(proc);
    account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*proc)));
    account_put(account);
}

static void give(struct proc *proc, const struct inherit *inherit)
{
    struct sched_task *sched = &proc->task->sched;
    if (!inherit) {
        proc->has_execed = true; /* not that anybody knows */
        proc->kept.coalition[0] = COALITION_RESOURCE;
        proc->kept.coalition[1] = COALITION_JETSAM;
        return;
    }
    proc->parent_at_birth = inherit->parent;
    proc->parent_pid_version = inherit->parent_pid_version;
    proc->kept = inherit->kept;
    sched->kind = inherit->kind;
    sched->role = inherit->role;
    sched->clamp = inherit->clamp;
    proc->task->identity.is_sugid = inherit->is_sugid;
}

/* F53: before the child is released. */
static void tell_of_fork(struct procs *procs, const struct inherit *inherit)
{
    struct proc *parent = inherit && inherit->is_fork ? proc_find(procs, inherit->parent) : NULL;
    if (parent && parent->unique_id == inherit->parent_unique_id)
        subject_tell(&procs->system->ipc, &parent->subject, NOTE_FORK);
}

struct task *proc_new(struct procs *procs, const struct task_identity *identity, struct inherit *inherit,
                      struct space *space)
{
    struct task *task = task_new(procs->system, identity, inherit ? &inherit->slots : NULL, space, 0,
                                 inherit ? inherit->parent_unique_id : 0);
    struct proc *proc = task ? record_new(procs, task) : NULL;
    if (proc) {
        task->proc = proc;
        give(proc, inherit);
        tell_of_fork(procs, inherit);
    } else if (task) {
        task_disable(task, false);
        task = NULL;
    }
    if (inherit)
        inherit_discard(inherit);
    return task;
}

bool proc_set_ids(struct proc *proc, const struct task_identity *identity)
{
    struct uid *uid = system_uid(proc->procs->system, identity->ruid);
    if (!uid)
        return false;
    proc->counted->n_processes--;
    proc->counted = uid;
    uid->n_processes++;
    task_set_ids(proc->task, identity);
    return true;
}

/* ---- adoption ---- */

static struct task *bare_task(struct procs *procs, const struct task_identity *identity, struct task *ancestor)
{
    struct uid *uid = system_uid(procs->system, identity->ruid);
    struct inherit *inherit = NULL;
    if (!uid || proc_check_room(procs, uid, UINT64_MAX) != 0)
        return NULL;
    if (ancestor && !(inherit = inherit_new(procs, ancestor)))
        return NULL;
    return proc_new(procs, identity, inherit, NULL);
}

struct proc *proc_adopt(struct procs *procs, struct task *asker, int32_t pid)
{
    struct ipc *ipc = &procs->system->ipc;
    struct task_identity identity;
    struct task *ancestor;
    void *record;
    ipc->steps += HOST_STEPS_OF_FIND;
    if (!ipc->ops->process_find ||
        ipc->ops->process_find(ipc->host, asker, pid, &identity, &ancestor, &record) != 0)
        return NULL;
    struct task *task = bare_task(procs, &identity, ancestor);
    if (task) {
        task->host = record;
        task->proc->has_execed = true;
    }
    if (task && !thread_new(task, pid, NULL)) {
        proc_end(task->proc, false, NULL);
        task = NULL;
    }
    ipc->ops->process_born(ipc->host, record, task);
    return task ? task->proc : NULL;
}

/* ---- the end ---- */

static void count_no_more(struct proc *proc)
{
    proc->procs->n--;
    proc->counted->n_processes--;
}

/* F9: no lookup finds it but those that ask for zombies. */
static void leave_the_living(struct proc *proc, const struct process_end *how)
{
    struct procs *procs = proc->procs;
    proc->last.identity = proc->task->identity;
    proc->last.pid_version = proc->task->pid_version;
    proc->last.how = how ? *how : (struct process_end){ 0 };
    proc->task = NULL;
    list_remove(&proc->link);
    tree_remove(&procs->by_pid, &proc->by_pid);
    list_append(&procs->ended, &proc->link);
    if (proc->last.how.zombie)
        tree_insert(&procs->zombies, &proc->by_pid);
    else
        count_no_more(proc);
}

void proc_end(struct proc *proc, bool keep_space, const struct process_end *how)
{
    struct task *task = proc->task;
    launches_of_dead_parent(proc);
    launch_child_died(proc);
    leave_the_living(proc, how);
    task->proc = NULL;
    task->ended = proc;
    task_disable(task, keep_space);
}

static bool nothing_is_left(struct ipc *ipc, struct later_reaping *reap)
{
    (void)ipc, (void)reap;
    return true;
}

static void tell_of_end(struct ipc *ipc, struct later_reaping *reap)
{
    struct proc *proc = container_of(reap, struct proc, last.told);
    proc->last.is_told = true;
    subject_end(ipc, &proc->subject, proc->last.how.has_status ? &proc->last.how.status : NULL);
    if (!proc->last.how.zombie)
        record_free(proc);
}

/* Behind what the death of its ports has put on the list before (F143). */
void proc_task_is_gone(struct proc *proc)
{
    proc->last.told = (struct later_reaping){ .step = nothing_is_left, .done = tell_of_end };
    proc->last.told.reap.kind = REAP_LATER;
    list_append(&proc->procs->system->ipc.reap, &proc->last.told.reap.link);
}

void proc_collected(struct proc *proc)
{
    ASSERT(!proc->task && proc->last.how.zombie);
    proc->last.how.zombie = NULL;
    tree_remove(&proc->procs->zombies, &proc->by_pid);
    count_no_more(proc);
    if (proc->last.is_told)
        record_free(proc);
}

void procs_look_at_zombies(struct procs *procs)
{
    struct ipc *ipc = &procs->system->ipc;
    for (struct tree_node *node = tree_first(&procs->zombies), *next; node; node = next, ipc->steps++) {
        struct proc *proc = container_of(node, struct proc, by_pid);
        next = tree_next(node);
        if (ipc->ops->process_is_collected(ipc->host, proc->last.how.zombie))
            proc_collected(proc);
    }
}

/* ---- exec ---- */

/* F94, K22: who gets other rights must not be debugged by those it had before. How they were told stays. */
static void drop_exceptions(struct ipc *ipc, struct task_slots *slots)
{
    for (int type = 1; type < EXCEPTION_TYPES; type++) {
        struct exception_action *action = &slots->exceptions.of[type];
        if (action->is_privileged)
            continue;
        right_release(ipc, action->port);
        action->port = (struct right){ 0 };
    }
}

static bool is_other_user(const struct task_identity *a, const struct task_identity *b)
{
    return a->uid != b->uid || a->gid != b->gid;
}

/* By its file's bits: the real ids stay then. Who became another user for good before, unnoticed, is just that user. */
static bool is_set_id(const struct task_identity *now, const struct task_identity *before)
{
    return is_other_user(now, before) && (now->ruid != now->uid || now->rgid != now->gid);
}

/* Without a plan: what a child would get, but for the role, which stays (F88). */
static struct inherit *next_image(struct proc *proc)
{
    struct inherit *inherit = launch_take_exec(proc);
    if (inherit)
        return inherit;
    inherit = inherit_new(proc->procs, proc->task);
    if (!inherit)
        return NULL;
    inherit->kind = proc->task->sched.kind;
    inherit->role = proc->task->sched.role;
    inherit->kept = proc->kept;
    return inherit;
}

static struct task *new_image(struct proc *proc, const struct task_identity *identity)
{
    struct procs *procs = proc->procs;
    struct inherit *inherit = next_image(proc);
    if (!inherit)
        return NULL;
    if (is_other_user(identity, &proc->task->identity))
        drop_exceptions(&procs->system->ipc, &inherit->slots);
    struct task *task =
        task_new(procs->system, identity, &inherit->slots, NULL, proc->unique_id, proc->parent_unique_id);
    if (task) {
        task->sched.kind = inherit->kind;
        task->sched.role = inherit->role;
        task->sched.clamp = inherit->clamp;
        proc->kept = inherit->kept;
    }
    inherit_discard(inherit);
    if (!task || thread_new(task, identity->pid, NULL))
        return task;
    task_disable(task, false);
    return NULL;
}

struct task *proc_exec(struct proc *proc, const struct task_identity *identity)
{
    struct task *old = proc->task;
    struct ipc *ipc = &old->system->ipc;
    launch_child_runs(proc);
    struct task *task = new_image(proc, identity);
    if (!task) { /* who watches is told that it is over: machd knows it no more */
        proc_end(proc, false, NULL);
        return NULL;
    }
    watches_move(ipc, &old->watches, &task->watches, &task->main->ipc);
    launch_arm_exec(proc, task);
    launches_of_dead_parent(proc); /* whoever would have gone on with them is gone */
    old->proc = NULL;
    proc->task = task;
    task->proc = proc;
    task->identity.is_sugid = is_set_id(identity, &old->identity);
    proc->has_execed = true;
    proc->awaits_image = false;
    thread_tell(task->main);
    task_succeed(old, task);
    task_disable(old, false);
    subject_tell(ipc, &proc->subject, NOTE_EXEC); /* F97 */
    return task;
}

void proc_runs(struct proc *proc)
{
    launch_child_runs(proc);
}

void proc_image_begins(struct proc *proc, const char *command)
{
    if (!proc->awaits_image)
        return;
    proc->awaits_image = false;
    proc->task->is_enabled = true;
    proc->has_execed = true;
    task_renew(proc->task, command);
    if (proc->launch)
        launch_has_image(proc->launch);
    subject_tell(&proc->procs->system->ipc, &proc->subject, NOTE_EXEC);
}
