/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/look.c - ATTACH_LOOK: one bounded piece of what machd shows of tasks
 *
 * One request, one packet: a tool that asks faster than it reads is ended as every client is whose socket is full.
 */
#include <mach/kern_return.h>

#include "host/linux/client.h"
#include "host/linux/look.h"
#include "host/linux/machd.h"

#define BUCKETS_PER_PIECE 128u

/* ---- tasks: bucket after bucket; the low half of the cursor counts those of the bucket that were looked at ---- */

static uint32_t look_bucket(struct machd *m, const struct connection *connection, uint64_t *cursor_p,
                            struct attach_packet *answer)
{
    struct list *bucket = &m->processes[*cursor_p >> 32];
    const uint32_t room = LOOK_BYTES / sizeof(struct look_task);
    uint32_t skip = (uint32_t)*cursor_p, n = answer->looked.n;
    list_for_each(node, bucket)
    {
        const struct process *process = list_entry(node, struct process, link);
        if (skip) {
            skip--;
            continue;
        }
        if (n == room)
            return n;
        ++*cursor_p;
        if (process->task && kernel_task_may_be_seen(process->task, connection->uid))
            kernel_look_task(process->task, &answer->looked.task[n++]);
    }
    *cursor_p = ((*cursor_p >> 32) + 1) << 32;
    return n;
}

static void look_at_tasks(struct machd *m, const struct connection *connection, struct attach_packet *answer)
{
    uint64_t cursor = answer->looked.cursor;
    const uint32_t room = LOOK_BYTES / sizeof(struct look_task);
    for (uint32_t i = 0; i < BUCKETS_PER_PIECE && cursor >> 32 < PROCESS_BUCKETS && answer->looked.n < room;
         i++)
        answer->looked.n = look_bucket(m, connection, &cursor, answer);
    answer->looked.cursor = cursor >> 32 < PROCESS_BUCKETS ? cursor : 0;
}

/* ---- one task ---- */

/* NULL: the answer says why. */
static struct task *find_task(struct machd *m, const struct connection *connection, int32_t pid,
                              struct attach_packet *answer)
{
    struct process *process = process_find(m, pid);
    struct task *task = process ? process->task : NULL;
    bool may_see = task && kernel_task_may_be_seen(task, connection->uid);
    answer->looked.kern_return = !task ? KERN_INVALID_TASK : may_see ? KERN_SUCCESS : KERN_NO_ACCESS;
    if (may_see)
        return task;
    answer->looked.cursor = 0;
    return NULL;
}

static void look_at_names(struct machd *m, const struct connection *connection, int32_t pid,
                          struct attach_packet *answer)
{
    struct task *task = find_task(m, connection, pid, answer);
    if (task)
        answer->looked.n = kernel_look_names(task, connection->uid, &answer->looked.cursor,
                                             answer->looked.name, LOOK_BYTES / sizeof(struct look_name));
}

bool look_answer(struct machd *m, struct connection *connection, const struct attach_packet *packet)
{
    struct attach_packet answer = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_LOOKED,
                                    .looked = { .cursor = packet->look.cursor } };
    switch (packet->look.kind) {
    case LOOK_TASKS: look_at_tasks(m, connection, &answer); break;
    case LOOK_NAMES: look_at_names(m, connection, packet->look.pid, &answer); break;
    default: return false;
    }
    client_send(m, connection, &answer, NULL, 0);
    return true;
}
