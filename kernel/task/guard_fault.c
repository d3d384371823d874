/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/guard_fault.h"

#include <kern/exc_guard.h>
#include <mach/exception_types.h>
#include <mach/task.h>

#include "kernel/ipc/guard.h"
#include "kernel/task/stop.h"

enum { TYPE_SHIFT = 61, FLAVOR_SHIFT = 32 };

/* Fatal kinds are always told of; others if the task wishes, some of them once. */
static bool is_wanted(struct task *task, uint32_t kind)
{
    uint32_t *word = &task->slots.guard_behavior;
    if (guard_is_fatal(kind))
        return true;
    if (!(*word & TASK_EXC_GUARD_MP_DELIVER))
        return false;
    if (*word & TASK_EXC_GUARD_MP_ONCE)
        *word &= ~(uint32_t)TASK_EXC_GUARD_MP_DELIVER;
    return true;
}

static struct due_guard exception_of(const struct thread *thread, const struct noted_guard *noted)
{
    bool is_made_fatal =
        guard_is_optional(noted->kind) && (thread->task->slots.guard_behavior & TASK_EXC_GUARD_MP_FATAL);
    return (struct due_guard){
        .is_due = true,
        .is_fatal = guard_is_fatal(noted->kind) || is_made_fatal,
        .code = { (int64_t)((uint64_t)GUARD_TYPE_MACH_PORT << TYPE_SHIFT |
                            (uint64_t)noted->kind << FLAVOR_SHIFT | noted->name),
                  (int64_t)noted->subcode },
    };
}

void guard_decide(struct thread *thread)
{
    struct noted_guard noted = thread->ipc.guard;
    struct ipc *ipc = thread->ipc.ipc;
    thread->ipc.guard = (struct noted_guard){ 0 };
    if (!noted.kind || !is_wanted(thread->task, noted.kind))
        return;
    struct due_guard guard = exception_of(thread, &noted);
    if (!thread->guard.is_due || (guard.is_fatal && !thread->guard.is_fatal))
        thread->guard = guard;
    if (!thread_ask(thread) && guard.is_fatal)
        ipc->ops->task_kill(ipc->host, thread->task, "it violated a guard");
}

void guard_raise(struct thread *thread)
{
    struct due_guard guard = thread->guard;
    if (!guard.is_due)
        return;
    thread->guard = (struct due_guard){ 0 };
    fault_begin(thread, EXC_GUARD, guard.code, guard.is_fatal);
}
