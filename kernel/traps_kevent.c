/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_kevent.h"

#include "kernel/kqueue/calls.h"
#include "kernel/kqueue/sources.h"

static void answer(struct thread *thread, int error)
{
    thread->ipc.reply.result = (uint32_t)error;
}

void trap_kevent(struct thread *thread, const uint64_t *arg)
{
    const struct kevent_call call = {
        .kind = arg[0],
        .id = arg[1],
        .flags = arg[2],
        .n_changes = arg[3],
        .n_events = arg[4],
        .area = arg[5],
        .timeout = arg[6],
    };
    kqueue_kevent(thread, &call);
}

void trap_workq_setup(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    answer(thread, workq_setup(thread));
}

void trap_workq_park(struct thread *thread, const uint64_t *arg)
{
    workq_park(thread, arg[0], arg[1], arg[2], arg[3]);
}

void trap_knote_fire(struct thread *thread, const uint64_t *arg)
{
    answer(thread,
           source_fire(thread->task->kqueues, arg[0], (int64_t)arg[1], (uint32_t)arg[2], (uint16_t)arg[3]));
}

void trap_workloop_create(struct thread *thread, const uint64_t *arg)
{
    answer(thread, workloop_create(thread, arg[0], arg[1], arg[2]));
}

void trap_workloop_destroy(struct thread *thread, const uint64_t *arg)
{
    answer(thread, workloop_destroy(thread, arg[0]));
}

void trap_kqueue_watch(struct thread *thread, const uint64_t *arg)
{
    (void)arg;
    kqueue_watch(thread);
}

void trap_kqueue_close(struct thread *thread, const uint64_t *arg)
{
    answer(thread, kqueue_close_descriptor(thread, arg[0]));
}
