/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/why_look.c - the graph of waiting, fetched */
#include <mach/kern_return.h>
#include <stdlib.h>
#include <string.h>

#include "tools/machctl/control.h"
#include "tools/machctl/why.h"
#include "wire/attach.h"

static int fail(const char *what)
{
    fprintf(stderr, "machctl: %s\n", what);
    return -1;
}

static int add_thread(struct why *why, const struct look_wait *wait, const struct look_task *task)
{
    struct why_thread *grown = realloc(why->thread, (why->n + 1) * sizeof(*why->thread));

    if (grown == NULL)
        return fail("out of memory");
    why->thread = grown;
    why->thread[why->n++] = (struct why_thread){ .wait = *wait, .task = task };
    return 0;
}

static int add_hops(struct why_thread *thread, const struct look_hop *hops, size_t n)
{
    struct look_hop *grown = realloc(thread->hop, (thread->n_hops + n) * sizeof(*hops));

    if (grown == NULL)
        return fail("out of memory");
    memcpy(grown + thread->n_hops, hops, n * sizeof(*hops));
    thread->hop = grown;
    thread->n_hops += n;
    return 0;
}

/* A thread whose wait is over meanwhile has no path. */
static int look_path(int fd, struct why_thread *thread)
{
    struct attach_packet piece;

    piece.looked.cursor = (uint32_t)thread->wait.tid;
    do {
        if (control_look(fd, LOOK_PATH, thread->wait.pid, piece.looked.cursor, &piece) != 0 ||
            piece.looked.n > LOOK_BYTES / sizeof(struct look_hop))
            return fail("machd does not answer");
        if (piece.looked.kern_return != KERN_SUCCESS || piece.looked.n == 0)
            return 0;
        if (add_hops(thread, piece.looked.hop, piece.looked.n) != 0)
            return -1;
    } while (piece.looked.cursor != 0);
    return 0;
}

/* A task that has gone meanwhile, or that others own, has no threads. */
static int look_task_waits(int fd, struct why *why, const struct look_task *task)
{
    struct attach_packet piece;

    piece.looked.cursor = 0;
    do {
        if (control_look(fd, LOOK_WAITS, task->pid, piece.looked.cursor, &piece) != 0 ||
            piece.looked.n > LOOK_BYTES / sizeof(struct look_wait))
            return fail("machd does not answer");
        if (piece.looked.kern_return != KERN_SUCCESS)
            return 0;
        for (uint32_t i = 0; i < piece.looked.n; i++) {
            if (add_thread(why, &piece.looked.wait[i], task) != 0)
                return -1;
        }
    } while (piece.looked.cursor != 0);
    return 0;
}

int why_look(int fd, struct why *why)
{
    *why = (struct why){ .n = 0 };
    if (look_tasks(fd, &why->tasks) != 0)
        return -1;
    for (size_t i = 0; i < why->tasks.n; i++) {
        if (look_task_waits(fd, why, &why->tasks.task[i]) != 0)
            return -1;
    }
    for (size_t i = 0; i < why->n; i++) {
        if (why->thread[i].wait.waiting != LOOK_RUNS && look_path(fd, &why->thread[i]) != 0)
            return -1;
    }
    return 0;
}

void why_free(struct why *why)
{
    for (size_t i = 0; i < why->n; i++)
        free(why->thread[i].hop);
    free(why->thread);
    free(why->tasks.task);
    *why = (struct why){ .n = 0 };
}

struct why_thread *why_thread_of(const struct why *why, int pid, int tid)
{
    for (size_t i = 0; i < why->n; i++) {
        if (why->thread[i].wait.pid == pid && why->thread[i].wait.tid == tid)
            return &why->thread[i];
    }
    return NULL;
}

const struct look_task *why_task_of(const struct why *why, int pid)
{
    for (size_t i = 0; i < why->tasks.n; i++) {
        if (why->tasks.task[i].pid == pid)
            return &why->tasks.task[i];
    }
    return NULL;
}

const struct look_hop *why_end(const struct why_thread *thread)
{
    return thread->n_hops > 0 ? &thread->hop[thread->n_hops - 1] : NULL;
}
