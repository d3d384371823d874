/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_process.h"

#include <errno.h>
#include <string.h>

#include "kernel/proc/launch.h"
#include "kernel/proc/show.h"

static void answer(struct thread *thread, int error)
{
    thread->ipc.reply.result = KERN_SUCCESS;
    thread->ipc.reply.value[0] = (uint64_t)error;
}

void trap_spawn_prepare(struct thread *thread, const uint64_t *arg)
{
    struct spawn_request request;
    if (arg[0] != sizeof(request)) {
        thread->ipc.reply.result = KERN_INVALID_ARGUMENT;
        return;
    }
    memcpy(&request, thread->ipc.data, sizeof(request)); /* once: the page is the client's */
    answer(thread, launch_prepare(thread, &request, &thread->ipc.reply.value[1]));
}

void trap_spawn_commit(struct thread *thread, const uint64_t *arg)
{
    answer(thread, launch_commit(thread, arg[0], (int32_t)arg[1]));
}

void trap_spawn_done(struct thread *thread, const uint64_t *arg)
{
    answer(thread, launch_done(thread, arg[0]));
}

void trap_spawn_undo(struct thread *thread, const uint64_t *arg)
{
    answer(thread, launch_undo(thread, arg[0]));
}

/* ---- looking ---- */

enum { STARVATION_MAX = 3 };

/* Pid 0 is the caller's own. */
static const struct proc *find(const struct thread *thread, uint64_t pid)
{
    return pid == 0 ? thread->task->proc : proc_find(thread->task->system->procs, (int32_t)pid);
}

void trap_process_info(struct thread *thread, const uint64_t *arg)
{
    const struct proc *proc = find(thread, arg[0]);
    struct process_info info;
    if (!proc && (arg[1] & PROCESS_FIND_ZOMBIES))
        proc = proc_find_zombie(thread->task->system->procs, (int32_t)arg[0]);
    answer(thread, proc ? 0 : ESRCH);
    if (!proc)
        return;
    show_process(proc, thread->task, &info);
    memcpy(thread->ipc.data, &info, sizeof(info));
}

void trap_process_list(struct thread *thread, const uint64_t *arg)
{
    const struct procs *procs = thread->task->system->procs;
    uint32_t max = TRAP_DATA_SIZE / sizeof(struct process_item);
    uint64_t cursor = arg[0];
    if (arg[1] < max)
        max = (uint32_t)arg[1];
    answer(thread, 0);
    thread->ipc.reply.value[1] = max ? show_list(procs, &cursor, (void *)thread->ipc.data, max) : 0;
    thread->ipc.reply.value[2] = cursor;
    thread->ipc.ipc->steps += procs->n;
}

void trap_process_threads(struct thread *thread, const uint64_t *arg)
{
    const struct proc *proc = find(thread, arg[0]);
    const uint32_t max = TRAP_DATA_SIZE / sizeof(struct process_thread);
    int error = !proc ? ESRCH : show_permits(proc, thread->task) ? 0 : EPERM;
    answer(thread, error);
    if (error)
        return;
    thread->ipc.reply.value[1] = show_threads(proc, (uint32_t)arg[1], (void *)thread->ipc.data, max);
    thread->ipc.reply.value[2] = proc->task->n_threads;
    thread->ipc.ipc->steps += proc->task->n_threads;
}

static int set_starvation(struct thread *thread, uint64_t value)
{
    if (value > STARVATION_MAX)
        return EINVAL;
    thread->task->proc->kept.starvation = (uint32_t)value;
    return 0;
}

/* F23 */
static int set_max(struct thread *thread, uint64_t value)
{
    struct procs *procs = thread->task->system->procs;
    int error = 0;
    if (value && thread->task->identity.uid != 0)
        error = EPERM;
    else if (value > PROCESSES_HARD_MAX)
        error = EINVAL;
    else if (value)
        procs->max = (uint32_t)value;
    thread->ipc.reply.value[1] = procs->max;
    return error;
}

static int set(struct thread *thread, uint64_t setting, uint64_t value)
{
    switch (setting) {
    case PROCESS_SET_STARVATION: return set_starvation(thread, value);
    case PROCESS_SET_MAX: return set_max(thread, value);
    case PROCESS_TELL_FORK: return launch_forked(thread, value);
    }
    return EINVAL;
}

void trap_process_set(struct thread *thread, const uint64_t *arg)
{
    answer(thread, set(thread, arg[0], arg[1]));
}
