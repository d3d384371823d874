/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why_stuck.c - deadlocks: the largest set of threads of which each waits for members of the set alone
 *
 * A wait can be ended by the thread at the end of its path; or, where the path ends at a task, by any thread of that task; or by
 * anybody, as far as is known. Whoever has a timeout helps itself. We begin with all that wait and take out those that somebody
 * outside can help, until nothing changes: what is left cannot go on unless it is killed or interrupted.
 */
#include "tools/machctl/why.h"

static bool may_be_stuck(const struct why_thread *thread)
{
    const struct look_hop *end = why_end(thread);

    return thread->wait.waiting != LOOK_RUNS && !(thread->wait.flags & LOOK_HAS_TIMEOUT) && end != NULL &&
           (end->next == LOOK_NEXT_THREAD || end->next == LOOK_NEXT_TASK);
}

/* Every thread of the task that machd knows. */
static bool is_task_stuck(const struct why *why, int pid)
{
    const struct look_task *task = why_task_of(why, pid);
    size_t n = 0;

    for (size_t i = 0; i < why->n; i++)
        n += why->thread[i].wait.pid == pid && why->thread[i].is_stuck;
    return task != NULL && task->n_threads > 0 && n >= task->n_threads;
}

static bool can_be_helped(const struct why *why, const struct why_thread *thread)
{
    const struct look_hop *end = why_end(thread);

    if (end->next == LOOK_NEXT_TASK)
        return !is_task_stuck(why, end->holder_pid);
    const struct why_thread *next = why_thread_of(why, end->next_pid, end->next_tid);
    return next == NULL || !next->is_stuck;
}

struct why_thread *why_stuck_behind(const struct why *why, const struct why_thread *thread)
{
    const struct look_hop *end = why_end(thread);

    if (!thread->is_stuck || end == NULL)
        return NULL;
    if (end->next == LOOK_NEXT_THREAD)
        return why_thread_of(why, end->next_pid, end->next_tid);
    for (size_t i = 0; i < why->n; i++) {
        if (why->thread[i].wait.pid == end->holder_pid && why->thread[i].is_stuck)
            return &why->thread[i];
    }
    return NULL;
}

/* Does the way from it come back to it? It ends after as many steps as there are threads. */
static bool is_in_cycle(const struct why *why, const struct why_thread *thread)
{
    const struct why_thread *at = why_stuck_behind(why, thread);

    for (size_t n = 0; n < why->n && at != NULL && at != thread; n++)
        at = why_stuck_behind(why, at);
    return at == thread;
}

static void find_cycles(struct why *why)
{
    for (size_t i = 0; i < why->n; i++)
        why->thread[i].is_in_cycle = is_in_cycle(why, &why->thread[i]);
}

void why_find_stuck(struct why *why)
{
    bool is_changed = true;

    for (size_t i = 0; i < why->n; i++)
        why->thread[i].is_stuck = may_be_stuck(&why->thread[i]);
    while (is_changed) {
        is_changed = false;
        for (size_t i = 0; i < why->n; i++) {
            if (why->thread[i].is_stuck && can_be_helped(why, &why->thread[i])) {
                why->thread[i].is_stuck = false;
                is_changed = true;
            }
        }
    }
    find_cycles(why);
}

void why_confirm(struct why *why, const struct why *again)
{
    for (size_t i = 0; i < why->n; i++) {
        struct why_thread *thread = &why->thread[i];
        const struct why_thread *same = why_thread_of(again, thread->wait.pid, thread->wait.tid);

        if (same == NULL || !same->is_stuck || same->wait.trap != thread->wait.trap)
            thread->is_stuck = false;
    }
    find_cycles(why);
}
