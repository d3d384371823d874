/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/door.h"

#include <mach/task.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/check.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/due.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/receive.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/send.h"
#include "kernel/kqueue/kqueue.h"
#include "kernel/proc/inherit.h"
#include "kernel/proc/launch.h"
#include "kernel/proc/proc.h"
#include "kernel/ipc/watch.h"
#include "kernel/server/server.h"
#include "kernel/tap.h"
#include "kernel/task/guard_fault.h"
#include "kernel/task/processor.h"
#include "kernel/task/stop.h"
#include "kernel/traps.h"

enum { PAYLOAD_MAX = 96 << 20 };

struct kernel {
    struct system system;
    struct procs procs;
    struct tap tap;
};

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

static void settle(struct kernel *kernel)
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

/* ---- mach_msg ---- */

/* A payload too large for the page has come in a segment; it is read into memory of its own. NULL: there is none to read. */
static uint8_t *read_large_payload(struct thread *thread, const struct trap_request *request)
{
    struct ipc *ipc = thread->ipc.ipc;
    if (request->payload_size > PAYLOAD_MAX)
        return NULL;
    segment_handle segment =
        ipc->ops->segment_claim(ipc->host, thread->task, request->segment, request->payload_size);
    if (!segment)
        return NULL;
    ipc->steps += request->payload_size / HOST_BYTES_OF_A_STEP;
    uint8_t *payload = alloc_bytes(request->payload_size);
    if (payload && !ipc->ops->segment_read(ipc->host, segment, 0, payload, request->payload_size)) {
        alloc_free(payload);
        payload = NULL;
    }
    ipc->ops->segment_drop(ipc->host, segment);
    return payload;
}

static enum send_outcome call_kernel_object(struct kernel *kernel, struct thread *thread,
                                            struct message *request)
{
    struct message *reply = server_call(&kernel->system, thread, request);
    return reply ? send_reply(&thread->ipc, reply) : SEND_DONE;
}

static enum send_outcome send_half(struct kernel *kernel, struct thread *thread)
{
    struct message *request = NULL;
    enum send_outcome outcome = send_begin(&thread->ipc, &request);
    return outcome == SEND_TO_KERNEL ? call_kernel_object(kernel, thread, request) : outcome;
}

/* True when the reply is complete; false: the thread waits. */
static bool message_halves(struct kernel *kernel, struct thread *thread)
{
    uint32_t option = thread->ipc.call.msg.option;
    if (option & MACH_SEND_MSG) {
        switch (send_half(kernel, thread)) {
        case SEND_FAILED: return true;
        case SEND_WAITS: return false;
        case SEND_DONE:
        case SEND_TO_KERNEL: ipc_drain(thread->ipc.ipc, DRAIN_BUDGET); break;
        }
    }
    if (option & MACH_RCV_MSG)
        return receive_begin(&thread->ipc);
    thread->ipc.reply.result = MACH_MSG_SUCCESS;
    return true;
}

/* A payload that says it is larger than its place is a broken protocol. */
static bool trap_message(struct kernel *kernel, struct thread *thread, const struct trap_request *request)
{
    struct msg_call *call = &thread->ipc.call;
    uint8_t *large = NULL;
    if (request->segment == 0 && request->payload_size > TRAP_DATA_SIZE) {
        struct ipc *ipc = thread->ipc.ipc;
        ipc->ops->task_broken(ipc->host, thread->task, "a payload larger than its page");
        thread->ipc.reply.result = MACH_SEND_INVALID_DATA;
        return true;
    }
    if (request->segment && !(large = read_large_payload(thread, request))) {
        thread->ipc.reply.result =
            (uint32_t)refuse(&thread->ipc, MACH_SEND_NO_BUFFER, REFUSED_LIMIT, MACH_PORT_NULL);
        return true;
    }
    *call = (struct msg_call){
        .msg = request->msg,
        .payload = large ? large : thread->ipc.data,
        .payload_size = request->payload_size,
        .n_items = request->n_items,
        .send_at = request->send_at,
        .rcv_at = request->rcv_at,
    };
    bool is_done = message_halves(kernel, thread);
    call->payload = NULL;
    alloc_free(large);
    return is_done;
}

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
    if (request->number != TRAP_MSG)
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
        thread->is_done = trap_message(kernel, thread, &request);
    } else {
        trap_simple(thread, &request);
        thread->is_done = thread->ipc.wait == WAIT_NONE;
    }
    settle(kernel);
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
    settle(kernel);
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
    settle(kernel);
}

void kernel_abort(struct kernel *kernel, struct thread *thread)
{
    if (thread->ipc.wait == WAIT_NONE)
        return;
    thread_unwait(&thread->ipc, WAIT_ENDED_INTERRUPTED);
    settle(kernel);
}

/* ---- tasks and threads ---- */

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
    settle(kernel);
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
    settle(kernel);
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
    settle(kernel);
    return how && how->zombie ? proc : NULL;
}

void kernel_process_collected(struct kernel *kernel, struct proc *proc)
{
    proc_collected(proc);
    settle(kernel);
}

struct task *kernel_task_exec(struct kernel *kernel, struct task *old, const struct task_identity *identity,
                              void *host)
{
    kernel->system.ipc.steps = 1;
    struct task *task = proc_exec(old->proc, identity);
    if (task)
        task->host = host;
    settle(kernel);
    return task;
}

void kernel_image_begins(struct kernel *kernel, struct task *task, const char *command)
{
    proc_image_begins(task->proc, command);
    settle(kernel);
}

bool kernel_task_set_ids(struct kernel *kernel, struct task *task, const struct task_identity *identity)
{
    kernel->system.ipc.steps = 1;
    bool ok = proc_set_ids(task->proc, identity);
    settle(kernel);
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
    settle(kernel);
    return thread;
}

void kernel_thread_died(struct kernel *kernel, struct thread *thread)
{
    kqueue_thread_ends(thread);
    thread_finish(thread);
    settle(kernel);
}

void *kernel_thread_host(struct thread *thread)
{
    return thread->host;
}

struct task *kernel_thread_task(struct thread *thread)
{
    return thread->task;
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
    settle(kernel);
}

bool kernel_has_work(const struct kernel *kernel)
{
    return ipc_has_work(&kernel->system.ipc) || !list_is_empty(&kernel->system.ready);
}

void kernel_work(struct kernel *kernel)
{
    settle(kernel);
}

/* ---- looking ---- */

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
