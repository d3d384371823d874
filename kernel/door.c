/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/door.c - see door.h: a trap from its page to its reply, and what became of waiting threads */
#include "kernel/door.h"

#include <mach/task.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/due.h"
#include "kernel/ipc/promise.h"
#include "kernel/kernel.h"
#include "kernel/kqueue/kqueue.h"
#include "kernel/server/server.h"
#include "kernel/task/guard_fault.h"
#include "kernel/task/own_port.h"
#include "kernel/task/processor.h"
#include "kernel/task/stop.h"
#include "kernel/traps.h"
#include "kernel/traps_message.h"

struct kernel_config kernel_config_default(void)
{
    static const struct account_limits task_limits = {
        .max = {
            [ACCOUNT_PORTS] = 1 << 20,
            [ACCOUNT_NAMES] = 1 << 20,
            [ACCOUNT_MESSAGES] = 1 << 20,
            [ACCOUNT_BYTES] = (uint64_t)1 << 30,
            [ACCOUNT_SEGMENTS] = 1024,
            [ACCOUNT_SEGMENT_BYTES] = (uint64_t)4 << 30,
            [ACCOUNT_THREADS] = 4096,
            [ACCOUNT_TIMERS] = 16384,
            [ACCOUNT_TASKS] = 1024,
            [ACCOUNT_CONNECTIONS] = 1024,
            [ACCOUNT_DESCRIPTORS] = 16384,
        },
        .soft_percent = 75,
    };
    struct kernel_limits limits = { .all = account_unlimited, .uid = task_limits, .task = task_limits };
    for (int kind = 0; kind < ACCOUNT_N_KINDS; kind++)
        limits.uid.max[kind] = 4 * task_limits.max[kind];
    return (struct kernel_config){
        .limits = limits,
        .developer_mode = true,
        .allow_task_for_pid = true,
        .boost_receivers = true,
        .prioritize_launch = true,
        .raise_guards = true,
        .machine = machine_default(),
        .max_processes = PROCESSES_MAX,
    };
}

/* ---- publishing ---- */

/* It was called away for an errand that somebody else has done by now, or nobody wants. */
static bool waits_for_handler_again(struct thread *thread)
{
    return thread->fault.state == FAULT_TOLD && !thread_has_errand(thread) && !fault_go_on(thread);
}

/* Who may not run is answered when it may (K136). */
static void publish(struct ipc *ipc, struct thread *thread)
{
    if (waits_for_handler_again(thread))
        return;
    if (thread->ipc.guard.kind)
        guard_decide(thread);
    thread->is_held = thread_is_held_back(thread);
    if (thread->is_held)
        return;
    thread_leaves_trap(thread);
    if (ipc->tap)
        tap_trap(ipc->tap_context, thread);
    memcpy(&thread->page->reply, &thread->ipc.reply, sizeof(thread->ipc.reply));
    ipc->ops->thread_done(ipc->host, thread);
}

/* The trapping thread is left for the end of its trap: it is to wake the others. */
static void publish_finished(struct ipc *ipc)
{
    for (struct list *node; (node = list_pop(&ipc->finished));) {
        struct thread *thread = thread_of_ipc(list_entry(node, struct ipc_thread, resumed));
        if (thread->is_trapping)
            thread->is_done = true;
        else
            publish(ipc, thread);
    }
}

static struct thread *source_of(const struct sched_thread *sched)
{
    enum { FAR_AWAY = 16 };
    const struct sched_thread *source = turnstile_source(sched, FAR_AWAY);
    return source ? thread_of_ipc(container_of(source, struct ipc_thread, sched)) : NULL;
}

/* Before anybody is woken: who is raised shall run as such. */
static void tell_priorities(struct ipc *ipc)
{
    for (struct list *node; (node = list_pop(&ipc->sched.changed));) {
        struct sched_thread *sched = list_entry(node, struct sched_thread, changed);
        struct thread *thread = thread_of_ipc(container_of(sched, struct ipc_thread, sched));
        ipc->steps += HOST_STEPS_OF_PRIORITY;
        if (ipc->ops->thread_priority)
            ipc->ops->thread_priority(ipc->host, thread, sched_base(sched), source_of(sched));
    }
}

void kernel_settle(struct kernel *kernel)
{
    struct system *system = &kernel->system;
    if (!list_is_empty(&system->ready))
        server_run_ready(system);
    ipc_drain(&system->ipc, DRAIN_BUDGET);
    if (!list_is_empty(&system->dying) && task_reap(system))
        ipc_drain(&system->ipc, DRAIN_BUDGET);
    if (!list_is_empty(&system->ipc.resumes))
        tasks_take_returns(system);
    tell_priorities(&system->ipc);
    publish_finished(&system->ipc);
}

/* ---- traps ---- */

static void take_done(struct thread *thread, const struct trap_request *request)
{
    struct ipc *ipc = thread->ipc.ipc;
    thread->ipc.takes_no_segments = request->n_done == TRAP_TAKES_NO_SEGMENTS;
    if (!ipc->ops->segment_done || thread->ipc.takes_no_segments)
        return;
    for (uint32_t i = 0; i < request->n_done && i < TRAP_DONE_MAX; i++, ipc->steps++)
        ipc->ops->segment_done(ipc->host, thread->task, request->done[i]);
}

/* Each field is read once, and those that the trap does not have not at all. */
static void read_request(const struct trap_page *page, struct trap_request *request)
{
    memcpy(request, &page->req, offsetof(struct trap_request, arg));
    if (request->number != TRAP_MSG || (request->msg.flags & TRAP_MSG_AUX))
        memcpy(request->arg, page->req.arg, sizeof(request->arg));
    if (request->n_done)
        memcpy(request->done, page->req.done, sizeof(request->done));
}

uint32_t kernel_trap(struct kernel *kernel, struct thread *thread, uint64_t now)
{
    struct ipc *ipc = &kernel->system.ipc;
    struct trap_request request;
    ASSERT(thread->ipc.wait == WAIT_NONE && thread->page);
    read_request(thread->page, &request);
    ipc->now = now;
    ipc->steps = 1;
    ipc->served = &thread->ipc;
    ipc->is_refused = false;
    thread->ipc.trap = request.number;
    thread->began = now;
    if (request.number != TRAP_MSG)
        memcpy(thread->arg, request.arg, sizeof(thread->arg));
    thread->ipc.reply = (struct trap_reply){ 0 };
    thread->is_trapping = thread->is_in_trap = true;
    thread->task->n_traps++;
    thread->is_done = false;
    if (thread->ipc.promise.port)
        promise_look(ipc, &thread->ipc);
    if (request.n_done || thread->ipc.takes_no_segments)
        take_done(thread, &request);
    if (request.number == TRAP_MSG) {
        thread->is_done = trap_message(thread, &request);
    } else {
        trap_simple(thread, &request);
        thread->is_done = thread->ipc.wait == WAIT_NONE;
    }
    kernel_settle(kernel);
    thread->is_trapping = false;
    ipc->served = NULL;
    if (thread->is_done)
        publish(ipc, thread);
    account_spend(thread->task->account, ipc->steps);
    return ipc->steps;
}

bool kernel_thread_waits(const struct thread *thread)
{
    return thread->ipc.wait != WAIT_NONE || thread->is_held;
}

bool kernel_thread_only_sent(const struct thread *thread)
{
    return (thread->ipc.call.msg.option & (MACH_SEND_MSG | MACH_RCV_MSG)) == MACH_SEND_MSG;
}

void kernel_task_usage(struct kernel *kernel, struct task *task, const struct host_task_usage *usage)
{
    if (usage)
        task->usage = *usage;
    inquiry_end(&task->inquiry, usage != NULL, &kernel->system.ready);
    kernel_settle(kernel);
}

static void keep_usage(struct system *system, const struct host_machine_usage *usage)
{
    struct machine_usage *kept = &system->usage;
    memcpy(kept->load, usage->load, sizeof(kept->load));
    for (uint32_t i = 0; i < system->n_processors && i < usage->n_cpus; i++)
        memcpy(kept->ticks[i], usage->ticks[i], sizeof(kept->ticks[i]));
    kept->free = usage->free;
    kept->active = usage->active;
    kept->inactive = usage->inactive;
    kept->wired = usage->wired;
    kept->faults = usage->faults;
    kept->pages_in = usage->pages_in;
    kept->pages_out = usage->pages_out;
}

void kernel_machine_usage(struct kernel *kernel, const struct host_machine_usage *usage)
{
    if (usage)
        keep_usage(&kernel->system, usage);
    inquiry_end(&kernel->system.inquiry, usage != NULL, &kernel->system.ready);
    kernel_settle(kernel);
}

void kernel_abort(struct kernel *kernel, struct thread *thread)
{
    if (thread->ipc.wait == WAIT_NONE)
        return;
    thread_unwait(&thread->ipc, WAIT_ENDED_INTERRUPTED);
    kernel_settle(kernel);
}

/* ---- beginning and end ---- */

struct kernel *kernel_new(const struct kernel_config *config, const struct host_ops *ops, void *host)
{
    struct kernel *kernel = alloc_zeroed(sizeof(*kernel));
    if (!kernel || !system_init(&kernel->system, &config->limits, ops, host)) {
        alloc_free(kernel);
        return NULL;
    }
    procs_init(&kernel->procs, &kernel->system);
    kernel->system.procs = &kernel->procs;
    kernel->procs.max = config->max_processes;
    kernel->system.task_ends = kqueue_task_ends;
    kernel->system.process_ended = proc_task_is_gone;
    kernel->system.process_watch = proc_watch;
    kernel->system.machine = config->machine;
    if (!processors_init(&kernel->system)) {
        kernel_free(kernel);
        return NULL;
    }
    kernel->system.allow_interpose = config->allow_interpose;
    kernel->system.guard_default = config->guard_default & TASK_EXC_GUARD_ALL;
    kernel->system.control_options = own_port_options(config->control_port_options);
    kernel->system.relaxed_host_ports = config->relaxed_host_ports;
    kernel->system.developer_mode = config->developer_mode;
    kernel->system.allow_task_for_pid = config->allow_task_for_pid;
    kernel->system.allow_task_terminate = config->allow_task_terminate;
    kernel->system.ipc.boosts_receivers = config->boost_receivers;
    kernel->system.ipc.prioritizes_launch = config->prioritize_launch;
    kernel->system.ipc.raises_guards = config->raise_guards;
    kernel->system.ipc.sched.max_hop = config->turnstile_max_hop;
    return kernel;
}

void kernel_free(struct kernel *kernel)
{
    procs_fini(&kernel->procs);
    system_fini(&kernel->system);
    ASSERT(kernel->system.ipc.census.ports == 0 && kernel->system.ipc.census.messages == 0);
    ASSERT(kernel->system.ipc.census.spaces == 0 && kernel->system.ipc.census.memory_objects == 0);
    alloc_free(kernel);
}

/* ---- time and work ---- */

uint64_t kernel_next_deadline(const struct kernel *kernel)
{
    return ipc_next_deadline(&kernel->system.ipc);
}

void kernel_tick(struct kernel *kernel, uint64_t now)
{
    kernel->system.ipc.now = now;
    ipc_expire(&kernel->system.ipc);
    kernel_settle(kernel);
}

bool kernel_has_work(const struct kernel *kernel)
{
    return ipc_has_work(&kernel->system.ipc) || !list_is_empty(&kernel->system.ready);
}

void kernel_work(struct kernel *kernel)
{
    kernel_settle(kernel);
}
