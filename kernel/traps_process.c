/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_process.h"

#include <string.h>

#include "kernel/proc/launch.h"

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
