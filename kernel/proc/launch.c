/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/proc/launch.h"

#include <errno.h>
#include <mach/task_special_ports.h>
#include <sys/event_private.h>

#include "base/alloc.h"
#include "kernel/ipc/right.h"
#include "kernel/ipc/watch.h"
#include "kernel/proc/inherit.h"
#include "kernel/proc/request.h"
#include "kernel/task/thread.h"

/* ---- preparing ---- */

static uint64_t cost(uint32_t n_watch)
{
    return alloc_cost(sizeof(struct launch) + n_watch * sizeof(struct watch *));
}

static struct launch *launch_new(struct proc *parent, uint32_t n_watch)
{
    struct account *account = parent->task->account;
    if (!account_charge(account, ACCOUNT_BYTES, cost(n_watch)))
        return NULL;
    struct launch *launch = alloc_zeroed(sizeof(*launch) + n_watch * sizeof(struct watch *));
    if (!launch) {
        account_release(account, ACCOUNT_BYTES, cost(n_watch));
        return NULL;
    }
    launch->account = account_get(account);
    launch->parent = parent;
    launch->n_watch = n_watch;
    waitq_init(&launch->held);
    list_init(&launch->orphans);
    launch->ticket = ++parent->procs->last_ticket;
    list_append(&parent->procs->launches, &launch->link);
    list_append(&parent->launches, &launch->by_parent);
    parent->n_launches++;
    return launch;
}

static void drop_watches(struct launch *launch)
{
    struct ipc *ipc = &launch->parent->procs->system->ipc;
    for (uint32_t i = 0; i < launch->n_watch; i++) {
        if (launch->watch[i])
            watch_free(ipc, launch->watch[i]);
        launch->watch[i] = NULL;
    }
}

/* ---- the child waits for its release: whoever makes it must not be slower than what it makes (F55) ---- */

static void hold(struct launch *launch, struct thread *creator)
{
    struct ipc *ipc = creator->ipc.ipc;
    struct sched_thread *main = &launch->child->task->main->ipc.sched;
    launch->child->task->main->ipc.awaits_release = true;
    turnstile_init(&launch->release, &launch->held, ipc_serial(ipc));
    waitq_insert(&launch->held, &main->waiter, ipc_serial(ipc));
    turnstile_block(&ipc->sched, &launch->release, main);
    turnstile_set_inheritor(&ipc->sched, &launch->release,
                            inheritor_thread(&creator->ipc.sched, PUSH_RELEASE));
}

static void let_go(struct launch *launch)
{
    struct sched *sched = &launch->parent->procs->system->ipc.sched;
    if (!launch->child || waitq_is_empty(&launch->held))
        return;
    struct sched_thread *main = &launch->child->task->main->ipc.sched;
    launch->child->task->main->ipc.awaits_release = false;
    waitq_remove(&main->waiter);
    turnstile_unblock(sched, main);
    turnstile_destroy(sched, &launch->release);
}

static void launch_free(struct launch *launch)
{
    ASSERT(list_is_empty(&launch->orphans));
    struct account *account = launch->account;
    struct procs *procs = launch->parent->procs;
    uint64_t bytes = cost(launch->n_watch);
    let_go(launch);
    drop_watches(launch);
    inherit_free(procs, launch->inherit);
    if (launch->counted)
        proc_unreserve(procs, launch->counted);
    if (launch->child)
        launch->child->launch = NULL;
    list_remove(&launch->link);
    list_remove(&launch->by_parent);
    launch->parent->n_launches--;
    alloc_free(launch);
    account_release(account, ACCOUNT_BYTES, bytes);
    account_put(account);
}

/* The ports were checked; those that cannot be watched are left out (T154, T155). */
static bool take_watches(struct launch *launch, struct space *space, const struct spawn_request *request)
{
    struct ipc *ipc = &launch->parent->procs->system->ipc;
    for (uint32_t i = 0; i < request->n_watch; i++) {
        struct port *port = request_port(ipc, space, request->watch[i]);
        if (!watch_may_be_armed(port))
            continue;
        launch->watch[i] = watch_new(port, launch->account);
        if (!launch->watch[i])
            return false;
    }
    return true;
}

static struct inherit *take_inherit(struct proc *parent, bool is_exec)
{
    struct inherit *inherit = inherit_new(parent->procs, parent->task);
    if (inherit && is_exec) {
        inherit->kind = parent->task->sched.kind;
        inherit->role = parent->task->sched.role;
        inherit->kept = parent->kept;
    }
    return inherit;
}

static int check_room(struct proc *parent, const struct spawn_request *request)
{
    if (parent->n_launches >= LAUNCHES_PER_PROCESS)
        return EAGAIN;
    return request_is_exec(request) ? 0
                                    : proc_check_room(parent->procs, parent->counted, request->process_limit);
}

int launch_prepare(struct thread *thread, const struct spawn_request *request, uint64_t *ticket_p)
{
    struct proc *parent = thread->task->proc;
    bool is_exec = request_is_exec(request);
    int error = request_check(thread->task, request);
    if (!error)
        error = check_room(parent, request);
    if (error)
        return error;
    struct launch *launch = launch_new(parent, request->n_watch);
    if (!launch)
        return is_exec ? ENOMEM : EAGAIN;
    launch->is_exec = is_exec;
    launch->is_told = request->fork_is_told;
    launch->inherit = take_inherit(parent, is_exec);
    if (!launch->inherit || !take_watches(launch, thread->ipc.space, request)) {
        launch_free(launch);
        return is_exec ? ENOMEM : EAGAIN;
    }
    request_apply(thread->task, request, launch->inherit);
    if (!is_exec) {
        launch->counted = parent->counted;
        proc_reserve(parent->procs, launch->counted);
    }
    *ticket_p = launch->ticket;
    return 0;
}

/* ---- what it becomes ---- */

/* One of the caller's own; NULL. */
static struct launch *find(const struct thread *thread, uint64_t ticket)
{
    list_for_each(node, &thread->task->proc->launches)
    {
        struct launch *launch = list_entry(node, struct launch, by_parent);
        if (launch->ticket == ticket)
            return launch;
    }
    return NULL;
}

/* A port that was named twice is watched once (T159). */
static void arm(struct launch *launch, struct task *task)
{
    struct ipc *ipc = &task->system->ipc;
    for (uint32_t i = 0; i < launch->n_watch; i++, ipc->steps++) {
        struct watch *watch = launch->watch[i];
        if (!watch || !watch_may_be_armed(watch->port))
            continue;
        if (watch->port->watch && watch->port->watch->thread == &task->main->ipc)
            continue;
        launch->watch[i] = NULL;
        watch_arm(ipc, watch, &task->watches, &task->main->ipc);
    }
    drop_watches(launch);
}

static void settle(struct ipc *ipc, struct list *watches)
{
    list_for_each(node, watches)
    {
        struct watch *watch = list_entry(node, struct watch, link);
        if (watch->state == WATCH_ARMED)
            watch_settle(ipc, watch);
        ipc->steps++;
    }
}

/* The task and its main thread; NULL: limit or no memory. */
static struct task *make_child(struct launch *launch, const struct task_identity *identity, void *record)
{
    struct procs *procs = launch->parent->procs;
    struct inherit *inherit = launch->inherit;
    launch->inherit = NULL;
    proc_unreserve(procs, launch->counted);
    launch->counted = NULL;
    struct task *task = proc_new(procs, identity, inherit, NULL);
    if (!task)
        return NULL;
    task->host = record;
    if (thread_new(task, identity->pid, NULL))
        return task;
    proc_end(task->proc, false, NULL);
    return NULL;
}

int launch_commit(struct thread *thread, uint64_t ticket, int32_t pid)
{
    struct launch *launch = find(thread, ticket);
    struct ipc *ipc = thread->ipc.ipc;
    struct task_identity identity;
    void *record;
    if (!launch || launch->state != LAUNCH_PREPARED || launch->is_exec || !launch->inherit)
        return EINVAL;
    if (!ipc->ops->process_claim)
        return ENOTSUP;
    ipc->steps += HOST_STEPS_OF_CLAIM;
    int error = ipc->ops->process_claim(ipc->host, thread->task, pid, &identity, &record);
    if (error)
        return error;
    struct task *task = make_child(launch, &identity, record);
    ipc->ops->process_born(ipc->host, record, task);
    if (!task)
        return EAGAIN;
    launch->state = LAUNCH_COMMITTED;
    launch->child = task->proc;
    task->proc->awaits_image = true;
    task->is_enabled = false;
    task->proc->launch = launch;
    thread_tell(task->main);
    hold(launch, thread);
    arm(launch, task);
    return 0;
}

void launch_tell_of_fork(struct launch *launch)
{
    struct proc *parent = launch->parent;
    if (launch->state == LAUNCH_COMMITTED && !launch->is_told)
        subject_tell(&parent->procs->system->ipc, &parent->subject, NOTE_FORK);
    launch->is_told = true;
}

int launch_forked(struct thread *thread, uint64_t ticket)
{
    struct launch *launch = find(thread, ticket);
    if (!launch || launch->is_exec)
        return EINVAL;
    if (!launch->is_told)
        subject_tell(thread->ipc.ipc, &launch->parent->subject, NOTE_FORK);
    launch->is_told = true;
    return 0;
}

void launch_has_image(struct launch *launch)
{
    struct ipc *ipc = &launch->parent->procs->system->ipc;
    launch_tell_of_fork(launch);
    settle(ipc, launch->child ? &launch->child->task->watches : &launch->orphans);
    watches_end(ipc, &launch->orphans); /* T165 */
}

static void complete(struct launch *launch)
{
    launch_has_image(launch);
    launch_free(launch);
}

int launch_done(struct thread *thread, uint64_t ticket)
{
    struct launch *launch = find(thread, ticket);
    struct ipc *ipc = thread->ipc.ipc;
    char command[COMMAND_SIZE] = "";
    if (!launch || launch->state != LAUNCH_COMMITTED)
        return EINVAL;
    if (launch->child && launch->child->awaits_image) {
        ipc->steps += HOST_STEPS_OF_A_FILE;
        ipc->ops->process_command(ipc->host, launch->child->task, command);
        proc_image_begins(launch->child, command);
    }
    complete(launch);
    return 0;
}

/* The process itself is ended by its library: here it loses what it was given, and is found no more. */
static void take_back(struct proc *child)
{
    struct ipc *ipc = &child->procs->system->ipc;
    child->is_undone = true;
    watches_end(ipc, &child->task->watches);
    task_slots_release(ipc, &child->task->slots);
    ipc->ops->process_unborn(ipc->host, child->task);
}

int launch_undo(struct thread *thread, uint64_t ticket)
{
    struct launch *launch = find(thread, ticket);
    if (!launch)
        return EINVAL;
    launch_tell_of_fork(launch);
    if (launch->child)
        take_back(launch->child);
    watches_end(thread->ipc.ipc, &launch->orphans);
    launch_free(launch);
    return 0;
}

/* ---- ends ---- */

void launches_of_dead_parent(struct proc *parent)
{
    for (struct list *node; (node = list_first(&parent->launches));)
        complete(list_entry(node, struct launch, by_parent));
}

void launch_child_died(struct proc *child)
{
    struct launch *launch = child->launch;
    launch_child_runs(child);
    child->launch = NULL;
    if (!launch)
        return;
    launch->child = NULL;
    if (child->awaits_image)
        watches_move(&child->procs->system->ipc, &child->task->watches, &launch->orphans, NULL);
}

void launch_child_runs(struct proc *child)
{
    if (child->launch)
        let_go(child->launch);
}

/* ---- exec ---- */

static struct launch *newest_exec(const struct proc *proc)
{
    struct launch *newest = NULL;
    list_for_each(node, &proc->launches)
    {
        struct launch *launch = list_entry(node, struct launch, by_parent);
        if (launch->is_exec)
            newest = launch;
    }
    return newest;
}

struct inherit *launch_take_exec(struct proc *proc)
{
    struct launch *launch = newest_exec(proc);
    struct inherit *inherit = launch ? launch->inherit : NULL;
    if (launch)
        launch->inherit = NULL;
    return inherit;
}

void launch_arm_exec(struct proc *proc, struct task *task)
{
    struct launch *launch = newest_exec(proc);
    if (!launch)
        return;
    arm(launch, task);
    settle(&task->system->ipc, &task->watches);
}
