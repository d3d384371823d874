/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/census.c - what there is: for those who display it, and for the invariants (P4) */
#include "kernel/ipc/check.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/watch.h"
#include "kernel/kernel.h"
#include "kernel/kqueue/kqueue.h"
#include "kernel/proc/inherit.h"
#include "kernel/proc/launch.h"
#include "kernel/task/stop.h"

void kernel_tap(struct kernel *kernel, kernel_tap_function *tap, void *context)
{
    tap_set(&kernel->tap, &kernel->system.ipc, tap, context);
}

void kernel_catch_up(struct kernel *kernel)
{
    promise_look_at_all(&kernel->system.ipc);
}

struct kernel_census kernel_census(const struct kernel *kernel)
{
    const struct ipc_census *ipc = &kernel->system.ipc.census;
    return (struct kernel_census){
        .tasks = kernel->system.n_tasks,
        .threads = kernel->system.n_threads,
        .spaces = ipc->spaces,
        .names = ipc->names,
        .ports = ipc->ports,
        .port_sets = ipc->port_sets,
        .messages = ipc->messages,
        .message_bytes = ipc->message_bytes,
        .memory_objects = ipc->memory_objects,
        .requests = ipc->requests,
    };
}

static void check_exceptions(const struct exception_actions *actions)
{
    for (int type = 1; type < EXCEPTION_TYPES; type++)
        check_right(actions->of[type].port);
}

static void check_slots(const struct task_slots *slots)
{
    check_exceptions(&slots->exceptions);
    check_right(slots->host);
    check_right(slots->bootstrap);
    check_right(slots->access);
    check_right(slots->debug_control);
    check_right(slots->resource_notify);
    for (int i = 0; i < REGISTERED_PORTS; i++)
        check_right(slots->registered[i]);
}

static void check_task(const struct task *task)
{
    check_right(task->settable_self);
    check_reference(task->flavored.read);
    check_reference(task->flavored.inspect);
    check_reference(task->suspension.resume.port);
    check_slots(&task->slots);
    list_for_each(node, &task->watches) check_reference(list_entry(node, struct watch, link)->port);
    list_for_each(node, &task->threads)
    {
        const struct thread *thread = list_entry(node, struct thread, link);
        check_right(thread->settable_self);
        check_right(thread->voucher);
        check_reference(thread->special_reply);
        check_reference(thread->ipc.upcall.port);
        check_reference(thread->flavored.read);
        check_reference(thread->flavored.inspect);
        list_for_each(call, &thread->deferred)
            check_right(list_entry(call, struct deferred, of_caller)->result);
        check_thread(&thread->ipc);
        if (thread->exceptions)
            check_exceptions(thread->exceptions);
    }
    kqueue_check(task);
}

static void check_launch(const struct launch *launch)
{
    for (uint32_t i = 0; i < launch->n_watch; i++)
        if (launch->watch[i])
            check_reference(launch->watch[i]->port);
    list_for_each(node, &launch->orphans) check_reference(list_entry(node, struct watch, link)->port);
}

const struct system *kernel_system(const struct kernel *kernel)
{
    return &kernel->system;
}

void kernel_check_invariants(struct kernel *kernel)
{
    struct system *system = &kernel->system;
    check_begin(&system->ipc);
    check_exceptions(&system->exceptions);
    for (int i = 0; i <= HOST_MAX_SPECIAL_PORT; i++)
        check_right(system->special[i]);
    list_for_each(node, &system->tasks) check_task(list_entry(node, struct task, link));
    list_for_each(node, &system->dying) check_task(list_entry(node, struct task, link));
    list_for_each(node, &system->uids) check_right(list_entry(node, struct uid, link)->bootstrap);
    procs_check(&kernel->procs);
    list_for_each(node, &kernel->procs.inherits) check_slots(&list_entry(node, struct inherit, link)->slots);
    list_for_each(node, &kernel->procs.launches) check_launch(list_entry(node, struct launch, link));
    check_end(&system->ipc);
}

void kernel_each_task(struct kernel *kernel,
                      void (*visit)(void *context, const struct kernel_task_view *view), void *context)
{
    list_for_each(node, &kernel->system.tasks)
    {
        const struct task *task = list_entry(node, struct task, link);
        struct kernel_task_view view = {
            .identity = &task->identity,
            .account = task->account,
            .host = task->host,
            .names = task->space->n_used,
            .ports = task->account->used[ACCOUNT_PORTS],
            .messages = task->account->used[ACCOUNT_MESSAGES],
            .threads = task->n_threads,
        };
        visit(context, &view);
    }
}
