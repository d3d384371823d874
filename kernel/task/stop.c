/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/stop.h"

#include <mach/thread_info.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/upcall.h"
#include "kernel/task/errand.h"

/* ---- who runs ---- */

bool thread_may_run(const struct thread *thread)
{
    return thread->stops == 0 && thread->task->suspension.stops == 0;
}

int32_t thread_run_state(const struct thread *thread)
{
    if (!thread_may_run(thread))
        return TH_STATE_STOPPED;
    return thread->ipc.wait == WAIT_NONE ? TH_STATE_RUNNING : TH_STATE_WAITING;
}

bool thread_has_errand(const struct thread *thread)
{
    return thread->park == PARK_HERE && !list_is_empty(&thread->task->suspension.errands);
}

/* Its task is about to end for what it did. */
static bool is_doomed(const struct thread *thread)
{
    return thread->fault.state == FAULT_OVER && thread->fault.is_fatal;
}

bool thread_is_held_back(const struct thread *thread)
{
    return (!thread_may_run(thread) || is_doomed(thread)) && thread->park != PARK_ASKED &&
           !thread_has_errand(thread);
}

/* What makes no traps is the host's to stop, at once. */
bool thread_is_stopped(const struct thread *thread)
{
    return !thread->page || thread->park == PARK_HERE || thread->park == PARK_AWAY ||
           (thread->is_in_trap && thread->park == PARK_NONE);
}

bool task_is_stopped(const struct task *task)
{
    return task->suspension.n_asked == 0;
}

static void calls_are_ready(struct system *system, struct list *calls)
{
    list_move_all(&system->ready, calls);
}

static void asked_no_more(struct thread *thread)
{
    struct task *task = thread->task;
    ASSERT(thread->park == PARK_ASKED && task->suspension.n_asked > 0);
    thread->park = PARK_NONE;
    if (--task->suspension.n_asked == 0)
        calls_are_ready(task->system, &task->suspension.waiting);
}

/* A reply that was held back goes on its way; who waits for its handler wakes up for an errand. */
void thread_release(struct thread *thread)
{
    if (upcall_waits(&thread->ipc) && thread_has_errand(thread))
        thread_unwait(&thread->ipc, WAIT_ENDED_SIGNALLED);
    if (!thread->is_held || thread_is_held_back(thread))
        return;
    thread->is_held = false;
    list_append(&thread->ipc.ipc->finished, &thread->ipc.resumed);
}

bool thread_ask(struct thread *thread)
{
    struct ipc *ipc = thread->ipc.ipc;
    if (thread->park != PARK_NONE)
        return true;
    if (!thread->page || !ipc->ops->thread_stop || !ipc->ops->thread_stop(ipc->host, thread))
        return false;
    thread->park = PARK_ASKED;
    thread->task->suspension.n_asked++;
    thread_release(thread); /* to its park trap */
    return true;
}

static void stop_running(struct thread *thread)
{
    if (!thread_is_stopped(thread))
        thread_ask(thread);
}

void task_stop(struct task *task)
{
    if (task->suspension.stops++ > 0)
        return;
    list_for_each(node, &task->threads)
    {
        task->system->ipc.steps++;
        stop_running(list_entry(node, struct thread, link));
    }
}

void thread_stop(struct thread *thread)
{
    thread->stops++;
    stop_running(thread);
}

void thread_begins(struct thread *thread)
{
    if (!thread_may_run(thread))
        stop_running(thread);
}

bool task_may_go(const struct task *task)
{
    return task->suspension.stops > (task->suspension.is_by_pid ? 1u : 0u);
}

void task_go(struct task *task)
{
    ASSERT(task->suspension.stops > 0);
    if (--task->suspension.stops > 0)
        return;
    list_for_each(node, &task->threads)
    {
        task->system->ipc.steps++;
        thread_release(list_entry(node, struct thread, link));
    }
}

void thread_go(struct thread *thread)
{
    ASSERT(thread->stops > 0);
    thread->stops--;
    thread_release(thread);
}

/* ---- parking ---- */

static void forget_registers(struct thread *thread)
{
    if (!thread->registers)
        return;
    account_release(thread->ipc.account, ACCOUNT_BYTES, alloc_cost(sizeof(*thread->registers)));
    alloc_free(thread->registers);
    thread->registers = NULL;
}

static void keep_registers(struct thread *thread, const uint8_t *states, uint32_t size)
{
    uint64_t cost = alloc_cost(sizeof(*thread->registers));
    ASSERT(size <= sizeof(thread->registers->states) && !thread->registers);
    if (!account_charge(thread->ipc.account, ACCOUNT_BYTES, cost))
        return;
    thread->registers = alloc_zeroed(sizeof(*thread->registers));
    if (!thread->registers) {
        account_release(thread->ipc.account, ACCOUNT_BYTES, cost);
        return;
    }
    memcpy(thread->registers->states, states, size);
    thread->registers->size = size;
}

/* Who parks unasked, or is not wanted any more, goes on at once. */
void thread_parked(struct thread *thread, const uint8_t *states, uint32_t size)
{
    if (thread->park == PARK_ASKED)
        asked_no_more(thread);
    fault_end(thread);
    errand_lose(thread);
    forget_registers(thread);
    keep_registers(thread, states, size);
    thread->park = PARK_HERE;
    calls_are_ready(thread->task->system, &thread->waiting);
}

bool thread_returns(struct thread *thread)
{
    if (thread->park != PARK_AWAY)
        return false;
    thread->park = PARK_HERE;
    calls_are_ready(thread->task->system, &thread->waiting);
    return true;
}

static void go_on(struct thread *thread)
{
    const struct registers *registers = thread->registers;
    if (registers && registers->is_changed) {
        memcpy(thread->ipc.data, registers->states, registers->size);
        thread->ipc.reply.value[0] = registers->size;
    }
    forget_registers(thread);
    fault_end(thread);
    thread->park = PARK_NONE;
}

void thread_leaves_trap(struct thread *thread)
{
    thread->is_in_trap = false;
    if (thread->park != PARK_HERE)
        return;
    if (errand_take(thread))
        thread->park = PARK_AWAY;
    else
        go_on(thread);
}

void thread_stop_ends(struct thread *thread)
{
    if (thread->park == PARK_ASKED)
        asked_no_more(thread);
    thread->park = PARK_NONE;
    thread->is_held = thread->is_in_trap = false;
    forget_registers(thread);
    errand_lose(thread);
    errands_run(thread->task);
    calls_are_ready(thread->task->system, &thread->waiting);
    for (struct list *node; (node = list_first(&thread->deferred));)
        deferred_drop(list_entry(node, struct deferred, of_caller));
}

/* ---- suspensions that are given back ---- */

static void take_returns(struct suspension *suspension, struct task *task)
{
    struct resume_port *resume = &suspension->resume;
    uint32_t n = resume->n_returned;
    if (resume->is_unsent && resume->port->srights == 0) {
        n += suspension->legacy;
        suspension->legacy = 0;
    }
    resume->n_returned = 0;
    resume->is_unsent = false;
    for (; n > 0 && task_may_go(task); n--)
        task_go(task);
}

void tasks_take_returns(struct system *system)
{
    for (struct list *node; (node = list_pop(&system->ipc.resumes));) {
        struct resume_port *resume = list_entry(node, struct resume_port, link);
        struct suspension *suspension = container_of(resume, struct suspension, resume);
        take_returns(suspension, container_of(suspension, struct task, suspension));
    }
}

/* ---- calls that wait ---- */

void deferred_free(struct deferred *deferred)
{
    if (list_is_linked(&deferred->link))
        list_remove(&deferred->link);
    list_remove(&deferred->of_caller);
    deferred->caller->n_deferred--;
    if (deferred->carrier)
        deferred->carrier->errand = NULL;
    account_release(deferred->caller->ipc.account, ACCOUNT_BYTES, alloc_cost(sizeof(*deferred)));
    alloc_free(deferred);
}

void deferred_drop(struct deferred *deferred)
{
    struct ipc *ipc = deferred->caller->ipc.ipc;
    struct message *request = deferred->request;
    struct right result = deferred->result;
    errand_free(deferred->errand);
    deferred_free(deferred);
    right_release(ipc, result);
    message_sink(ipc, request, NULL);
}
