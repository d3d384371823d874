/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/errand.h"

#include <string.h>

#include "base/alloc.h"

struct errand *errand_new(struct account *account)
{
    if (!account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(struct errand))))
        return NULL;
    struct errand *errand = alloc_zeroed(sizeof(*errand));
    if (!errand) {
        account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*errand)));
        return NULL;
    }
    errand->account = account_get(account);
    return errand;
}

void errand_free(struct errand *errand)
{
    if (!errand)
        return;
    account_release(errand->account, ACCOUNT_BYTES, alloc_cost(sizeof(*errand)));
    account_put(errand->account);
    alloc_free(errand);
}

/* ---- who goes ---- */

/* One that is parked, or about to be; else one that runs; else one whose wait in the kernel is interrupted by it. */
static bool find_thread(struct task *task)
{
    struct thread *running = NULL, *waiting = NULL;
    list_for_each(node, &task->threads)
    {
        struct thread *thread = list_entry(node, struct thread, link);
        task->system->ipc.steps++;
        if (thread->park != PARK_NONE) {
            thread_release(thread);
            return true;
        }
        if (thread->page && !thread->is_in_trap)
            running = thread;
        else if (thread->page && !thread->is_trapping)
            waiting = thread;
    }
    return (running && thread_ask(running)) || (waiting && thread_ask(waiting));
}

static void finish(struct system *system, struct deferred *call, kern_return_t result)
{
    call->errand->is_done = true;
    call->errand->result = result;
    list_append(&system->ready, &call->link);
}

void errands_run(struct task *task)
{
    struct list *errands = &task->suspension.errands;
    if (list_is_empty(errands) || find_thread(task))
        return;
    for (struct list *node; (node = list_pop(errands));)
        finish(task->system, list_entry(node, struct deferred, link),
               task->state == TASK_ACTIVE ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT);
}

bool errand_take(struct thread *thread)
{
    struct list *node = list_pop(&thread->task->suspension.errands);
    if (!node)
        return false;
    struct deferred *call = list_entry(node, struct deferred, link);
    const struct errand *errand = call->errand;
    struct trap_errand order = { .kind = errand->kind, .size = errand->size };
    memcpy(order.arg, errand->arg, sizeof(order.arg));
    memcpy(thread->ipc.data, &order, sizeof(order));
    memcpy(thread->ipc.data + sizeof(order), errand->bytes, errand->size);
    thread->ipc.reply.value[1] = errand->kind;
    thread->errand = call;
    call->carrier = thread;
    return true;
}

static struct deferred *give_back(struct thread *thread)
{
    struct deferred *call = thread->errand;
    thread->errand = NULL;
    if (call)
        call->carrier = NULL;
    return call;
}

/* Whoever asked for it may have gone meanwhile. */
void errand_bring(struct thread *thread, kern_return_t result, const uint64_t out[TRAP_ERRAND_OUTS],
                  const uint8_t *bytes, uint32_t size)
{
    struct deferred *call = give_back(thread);
    if (!call)
        return;
    struct errand *errand = call->errand;
    ASSERT(size <= sizeof(errand->bytes));
    memcpy(errand->out, out, sizeof(errand->out));
    memcpy(errand->bytes, bytes, size);
    errand->size = size;
    bool is_code = result >= KERN_SUCCESS && result <= KERN_RETURN_MAX;
    finish(thread->task->system, call, is_code ? result : KERN_FAILURE);
}

void errand_lose(struct thread *thread)
{
    struct deferred *call = give_back(thread);
    if (call)
        finish(thread->task->system, call, KERN_ABORTED);
}
