/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/thread.h"

#include "kernel/sched/policy.h"
#include "kernel/sched/turnstile.h"

void sched_init(struct sched *sched, uint32_t *steps)
{
    *sched = (struct sched){ .steps = steps };
    list_init(&sched->changed);
}

void sched_task_init(struct sched_task *task, enum sched_kind kind)
{
    *task = (struct sched_task){ .kind = kind };
    list_init(&task->threads);
}

void sched_thread_init(struct sched_thread *thread, struct sched_task *task, enum sched_qos qos)
{
    *thread = (struct sched_thread){ .task = task, .qos = (uint8_t)qos };
    pushers_init(&thread->pushers);
    list_append(&task->threads, &thread->link);
    thread->waiter.priority = sched_base_of(thread, 0);
}
