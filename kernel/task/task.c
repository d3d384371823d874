/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/task.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/token_port.h"
#include "kernel/ipc/watch.h"
#include "kernel/task/errand.h"
#include "kernel/task/own_port.h"
#include "kernel/task/thread.h"

/* ---- slots ---- */

/* A copy of what a slot holds (K17); kernel objects show as null in most slots. */
static struct right slot_copy(struct right slot, bool shows_kernel_objects)
{
    if (port_is_live(slot.port) && slot.port->state == PORT_IN_KERNEL && !shows_kernel_objects)
        return (struct right){ 0 };
    return right_copy(slot);
}

struct task_slots task_inherit(struct task *parent)
{
    struct task_slots slots = {
        .exceptions = exception_inherit(&parent->slots.exceptions),
        .host = slot_copy(parent->slots.host, true),
        .bootstrap = slot_copy(parent->slots.bootstrap, false),
        .access = slot_copy(parent->slots.access, false),
        .guard_behavior = parent->slots.guard_behavior,
        .control_options = parent->slots.control_options,
    };
    for (int i = 0; i < REGISTERED_PORTS; i++)
        slots.registered[i] = slot_copy(parent->slots.registered[i], true);
    return slots;
}

/* In the order of K26. */
void task_slots_release(struct ipc *ipc, struct task_slots *slots)
{
    exception_release(ipc, &slots->exceptions);
    right_release(ipc, slots->host);
    right_release(ipc, slots->bootstrap);
    right_release(ipc, slots->access);
    right_release(ipc, slots->debug_control);
    right_release(ipc, slots->resource_notify);
    for (int i = 0; i < REGISTERED_PORTS; i++)
        right_release(ipc, slots->registered[i]);
    *slots = (struct task_slots){ 0 };
}

/* K14: no parent task to inherit from. A uid whose domain is not known gets the port of root's, the system's (B8). */
static struct task_slots default_slots(struct system *system, const struct uid *uid)
{
    const struct uid *root = port_is_live(uid->bootstrap.port) ? NULL : system_uid(system, 0);

    return (struct task_slots){ .host = port_copy_send(system->host),
                                .bootstrap = slot_copy(root ? root->bootstrap : uid->bootstrap, false),
                                .guard_behavior = system->guard_default,
                                .control_options = system->control_options };
}

/* K98: the host slot follows the credentials, unless a program has put a port of its own there. */
static void renew_host(struct system *system, const struct task_identity *identity, struct task_slots *slots)
{
    bool is_privileged = identity->uid == 0 || identity->is_launchd;
    if (slots->host.port != system->host && slots->host.port != system->host_priv)
        return;
    right_release(&system->ipc, slots->host);
    slots->host = port_copy_send(is_privileged ? system->host_priv : system->host);
}

/* ---- life ---- */

static void set_token(struct task *task, const struct task_identity *identity)
{
    task->token = (struct token){
        .security = { { identity->uid, identity->gid } },
        .audit = { { identity->ruid, identity->uid, identity->gid, identity->ruid, identity->rgid,
                     (unsigned)identity->pid, 0, task->pid_version } },
    };
}

static uint64_t task_cost(void)
{
    return alloc_cost(sizeof(struct task)) + alloc_cost(sizeof(struct account)) +
           alloc_cost(sizeof(struct space));
}

/* Who pays for the task itself: its uid; for launchd nobody. */
static struct account *task_payer(struct system *system, const struct task_identity *identity,
                                  const struct uid *uid)
{
    return identity->is_launchd ? system->account : uid->account;
}

static struct account *make_account(struct system *system, const struct task_identity *identity,
                                    const struct uid *uid)
{
    const struct account_limits limits =
        identity->is_launchd ? system->limits.uid : system_limits_of(system, identity->uid, true);
    struct account *payer = task_payer(system, identity, uid);
    if (!account_charge_object(payer, ACCOUNT_TASKS, task_cost()))
        return NULL;
    struct account *account = account_new(payer, &limits);
    if (!account)
        account_release_object(payer, ACCOUNT_TASKS, task_cost());
    return account;
}

static void drop_account(struct account *account)
{
    account_release_object(account->parent, ACCOUNT_TASKS, task_cost());
    account_put(account);
}

static bool make_ports(struct task *task)
{
    struct ipc *ipc = &task->system->ipc;
    task->control = port_new_kernel(ipc, task->account, KOBJECT_TASK, task);
    task->name = port_new_kernel(ipc, task->account, KOBJECT_TASK_NAME, task);
    if (task->control)
        task->settable_self = port_copy_send(task->control);
    return task->control && task->name;
}

static void destroy_ports(struct task *task)
{
    struct ipc *ipc = &task->system->ipc;
    struct space *waiting =
        task->image_after ? task->image_after->space : NULL; /* until others have been told */
    right_release(ipc, task->settable_self);
    task_slots_release(ipc, &task->slots);
    flavored_end(ipc, &task->flavored.read);
    if (task->control)
        own_port_end(ipc, task->control);
    if (task->control)
        port_die(ipc, task->control, waiting);
    if (task->name)
        port_die(ipc, task->name, waiting);
    flavored_end(ipc, &task->flavored.inspect);
    resume_port_end(ipc, &task->suspension.resume);
}

static struct task *discard(struct task *task, struct task_slots *slots, struct space *space)
{
    struct ipc *ipc = &task->system->ipc;
    task_slots_release(ipc, slots);
    destroy_ports(task);
    if (space)
        space_die(ipc, space);
    if (task->account)
        drop_account(task->account);
    alloc_free(task);
    return NULL;
}

struct task *task_new(struct system *system, const struct task_identity *identity, struct task_slots *slots,
                      struct space *space, uint64_t unique_id, uint64_t parent_unique_id)
{
    struct uid *uid = system_uid(system, identity->uid);
    struct task *task = uid ? alloc_zeroed(sizeof(*task)) : NULL;
    if (!task) {
        if (slots)
            task_slots_release(&system->ipc, slots);
        return NULL;
    }
    task->system = system;
    task->is_enabled = true;
    list_init(&task->threads);
    list_init(&task->watches);
    list_init(&task->suspension.waiting);
    list_init(&task->suspension.errands);
    list_init(&task->inquiry.waiting);
    sched_task_init(&task->sched, SCHED_APPLICATION);
    semaphores_init(&task->semaphores);
    struct task_slots given = slots ? *slots : default_slots(system, uid);
    renew_host(system, identity, &given);
    task->account = make_account(system, identity, uid);
    if (!task->account || !make_ports(task))
        return discard(task, &given, space);
    task->space = space ? space : space_new(&system->ipc, task->account);
    if (!task->space)
        return discard(task, &given, NULL);
    if (!own_port_make(&system->ipc, task->account, task->control, task->space, given.control_options))
        return discard(task, &given, task->space);
    task->slots = given;
    task->space->owner = task;
    task->identity = *identity;
    task->identity.command[COMMAND_SIZE - 1] = '\0';
    task->pid_version = ++system->pid_version;
    task->unique_id = unique_id ? unique_id : ++system->unique_id;
    task->parent_unique_id = parent_unique_id;
    set_token(task, identity);
    list_append(&system->tasks, &task->link);
    system->n_tasks++;
    return task;
}

void task_renew(struct task *task, const char *command)
{
    task->pid_version = ++task->system->pid_version;
    if (*command)
        memcpy(task->identity.command, command, strnlen(command, COMMAND_SIZE - 1) + 1);
    task->identity.command[COMMAND_SIZE - 1] = '\0';
    set_token(task, &task->identity);
}

void task_set_ids(struct task *task, const struct task_identity *identity)
{
    struct task_identity now = *identity;
    memcpy(now.command, task->identity.command, sizeof(now.command));
    task->identity = now;
    set_token(task, &now);
    renew_host(task->system, &now, &task->slots);
}

void task_disable(struct task *task, bool keep_space)
{
    struct ipc *ipc = &task->system->ipc;
    ASSERT(task->state == TASK_ACTIVE);
    watches_end(ipc, &task->watches); /* T165 */
    task->state = TASK_DISABLED;
    task->system->task_ends(task);
    task->control->kobject = NULL;
    own_port_disable(ipc, task->control);
    task->name->kobject = NULL;
    flavored_disable(&task->flavored);
    resume_port_disable(&task->suspension.resume);
    list_for_each(node, &task->threads) thread_disable(list_entry(node, struct thread, link));
    list_move_all(&task->system->ready, &task->suspension.waiting);
    inquiry_end(&task->inquiry, false, &task->system->ready);
    errands_run(task);
    semaphores_die(ipc, &task->semaphores);
    task->space->owner = NULL;
    list_remove(&task->link);
    list_append(&task->system->dying, &task->link);
    if (keep_space) {
        ASSERT(!task->system->stash);
        task->system->stash = space_get(task->space);
    } else {
        space_die(ipc, space_get(task->space));
    }
}

void task_succeed(struct task *old, struct task *image)
{
    ASSERT(!old->image_after && !image->image_before);
    old->image_after = image;
    image->image_before = old;
}

static void leave_succession(struct task *task)
{
    if (task->image_after)
        task->image_after->image_before = task->image_before;
    if (task->image_before)
        task->image_before->image_after = task->image_after;
    task->image_before = task->image_after = NULL;
}

void task_finish(struct task *task)
{
    struct system *system = task->system;
    ASSERT(task->state == TASK_DISABLED);
    for (struct list *node; (node = list_first(&task->threads));)
        thread_finish(list_entry(node, struct thread, link));
    destroy_ports(task);
    leave_succession(task);
    space_put(&system->ipc, task->space);
    drop_account(task->account);
    list_remove(&task->link);
    system->n_tasks--;
    if (task->ended)
        system->process_ended(task->ended);
    alloc_free(task);
}

bool task_reap(struct system *system)
{
    bool any = false;
    list_for_each_safe(node, &system->dying)
    {
        struct task *task = list_entry(node, struct task, link);
        bool is_stashed = !task->space->is_dead;
        if ((!is_stashed && task->space->n_used > 0) || !semaphores_are_reaped(&task->semaphores) ||
            task->kqueues)
            continue;
        task_finish(task);
        any = true;
    }
    return any;
}

/* ---- finding ---- */

struct task *task_of_control_port(struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_TASK ? port->kobject : NULL;
}

struct task *task_of_name_port(struct port *port)
{
    return task_of_port(port, FLAVOR_NAME);
}

bool task_may_control(struct task *caller, struct task *target)
{
    enum { STEPS_OF_FILES = 64 };
    struct ipc *ipc = &target->system->ipc;
    const struct task_identity *mine = &caller->identity, *theirs = &target->identity;
    if (caller == target || mine->uid == 0)
        return true;
    if (!target->system->allow_task_for_pid || mine->uid != theirs->uid || mine->uid != theirs->ruid ||
        mine->uid != theirs->svuid || theirs->is_sugid)
        return false;
    ipc->steps += STEPS_OF_FILES;
    return !ipc->ops->task_permits || ipc->ops->task_permits(ipc->host, caller, target);
}

/* There is no upcall: a live port grants. */
bool task_guard_has_died(const struct task *caller, const struct task *target)
{
    const struct port *guard = target->slots.access.port;
    return caller != target && caller->identity.uid != 0 && guard && !port_is_live(guard);
}

struct right task_give(struct task *task, enum port_flavor flavor, const struct task *to)
{
    if (task->state != TASK_ACTIVE || !task->is_enabled)
        return (struct right){ 0 };
    if (flavor == FLAVOR_CONTROL && task != to && !task->system->developer_mode)
        return (struct right){ PORT_DEAD, MACH_MSG_TYPE_PORT_SEND };
    return task_flavored(task, flavor);
}

kern_return_t task_token(const struct task *task, struct account *account, struct right *right_p)
{
    const struct identity_token token = { task->identity.pid, task->pid_version, task->unique_id, account };
    return token_port_new(&task->system->ipc, &token, right_p);
}
