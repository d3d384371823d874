/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/look.c - ATTACH_LOOK: one bounded piece of what machd shows of tasks
 *
 * One request, one packet: a tool that asks faster than it reads is ended as every client is whose socket is full.
 */
#include <mach/kern_return.h>
#include <string.h>

#include "host/linux/client.h"
#include "host/linux/look.h"
#include "host/linux/machd.h"

#define BUCKETS_PER_PIECE 128u

/* ---- tasks: bucket after bucket; the low half of the cursor counts those of the bucket that were looked at ---- */

struct piece {
    uint32_t room; /* records of a packet */
    void (*put)(const struct process *process, struct attach_packet *answer, uint32_t at);
};

static void put_task(const struct process *process, struct attach_packet *answer, uint32_t at)
{
    kernel_look_task(process->task, &answer->looked.task[at]);
}

static void fill_usage(struct look_usage *usage, const struct account *account)
{
    _Static_assert((int)LOOK_N_CHARGES == (int)ACCOUNT_N_KINDS &&
                       (int)LOOK_DESCRIPTORS == (int)ACCOUNT_DESCRIPTORS &&
                       (int)LOOK_SEGMENT_BYTES == (int)ACCOUNT_SEGMENT_BYTES,
                   "in the same order");
    usage->is_pressed = account_is_pressed(account);
    usage->steps = account->steps;
    memcpy(usage->used, account->used, sizeof(usage->used));
    memcpy(usage->limit, account->limits.max, sizeof(usage->limit));
}

static void put_usage(const struct process *process, struct attach_packet *answer, uint32_t at)
{
    struct look_usage *usage = &answer->looked.usage[at];
    const struct task_identity *identity = kernel_task_identity(process->task);
    usage->pid = identity->pid;
    usage->uid = identity->uid;
    memcpy(usage->command, identity->command, sizeof(identity->command));
    usage->traps = process->n_traps;
    fill_usage(usage, kernel_task_account(process->task));
}

static const struct piece of_tasks = { LOOK_BYTES / sizeof(struct look_task), put_task };
static const struct piece of_usage = { LOOK_BYTES / sizeof(struct look_usage), put_usage };

static uint32_t look_bucket(struct machd *m, const struct connection *connection, const struct piece *piece,
                            uint64_t *cursor_p, struct attach_packet *answer)
{
    struct list *bucket = &m->processes[*cursor_p >> 32];
    uint32_t skip = (uint32_t)*cursor_p, n = answer->looked.n;
    list_for_each(node, bucket)
    {
        const struct process *process = list_entry(node, struct process, link);
        if (skip) {
            skip--;
            continue;
        }
        if (n == piece->room)
            return n;
        ++*cursor_p;
        if (process->task && kernel_task_may_be_seen(process->task, connection->uid))
            piece->put(process, answer, n++);
    }
    *cursor_p = ((*cursor_p >> 32) + 1) << 32;
    return n;
}

static void look_at_tasks(struct machd *m, const struct connection *connection, const struct piece *piece,
                          struct attach_packet *answer)
{
    uint64_t cursor = answer->looked.cursor;
    for (uint32_t i = 0;
         i < BUCKETS_PER_PIECE && cursor >> 32 < PROCESS_BUCKETS && answer->looked.n < piece->room; i++)
        answer->looked.n = look_bucket(m, connection, piece, &cursor, answer);
    answer->looked.cursor = cursor >> 32 < PROCESS_BUCKETS ? cursor : 0;
}

/* ---- uids: the cursor counts those that were looked at ---- */

static void look_at_users(struct machd *m, const struct connection *connection, struct attach_packet *answer)
{
    uint64_t at = 0;
    list_for_each(node, &m->users)
    {
        const struct user *user = list_entry(node, struct user, link);
        if (at++ < answer->looked.cursor || (connection->uid != 0 && connection->uid != user->uid))
            continue;
        if (answer->looked.n == of_usage.room) {
            answer->looked.cursor = at - 1;
            return;
        }
        struct look_usage *usage = &answer->looked.usage[answer->looked.n++];
        usage->uid = user->uid;
        fill_usage(usage, user->account);
    }
    answer->looked.cursor = 0;
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

/* The last registered is the living one of two with the same number. */
static const struct trap_thread *find_thread(const struct process *process, int32_t tid)
{
    const struct trap_thread *found = NULL;
    list_for_each(node, &process->threads)
    {
        const struct trap_thread *t = list_entry(node, struct trap_thread, link);
        if (t->tid == tid)
            found = t;
    }
    return found;
}

static void look_at_refusal(struct machd *m, const struct connection *connection, int32_t pid,
                            struct attach_packet *answer)
{
    int32_t tid = (int32_t)answer->looked.cursor;
    if (!find_task(m, connection, pid, answer))
        return;
    const struct trap_thread *t = find_thread(process_find(m, pid), tid);
    answer->looked.cursor = 0;
    if (t)
        answer->looked.refused = *kernel_thread_refused(t->thread);
    else
        answer->looked.kern_return = KERN_INVALID_ARGUMENT;
    answer->looked.n = t != NULL;
}

static void look_at_waits(struct machd *m, const struct connection *connection, int32_t pid,
                          struct attach_packet *answer)
{
    struct task *task = find_task(m, connection, pid, answer);
    if (task)
        answer->looked.n = kernel_look_waits(task, &answer->looked.cursor, answer->looked.wait,
                                             LOOK_BYTES / sizeof(struct look_wait));
}

static void look_at_path(struct machd *m, const struct connection *connection, int32_t pid,
                         struct attach_packet *answer)
{
    uint64_t cursor = answer->looked.cursor;
    struct task *task = find_task(m, connection, pid, answer);
    if (task)
        answer->looked.n = kernel_look_path(task, connection->uid, &cursor, answer->looked.hop,
                                            LOOK_BYTES / sizeof(struct look_hop));
    answer->looked.cursor = task ? cursor : 0;
}

bool look_answer(struct machd *m, struct connection *connection, const struct attach_packet *packet)
{
    struct attach_packet answer = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_LOOKED,
                                    .looked = { .cursor = packet->look.cursor } };
    kernel_catch_up(m->kernel);
    switch (packet->look.kind) {
    case LOOK_TASKS: look_at_tasks(m, connection, &of_tasks, &answer); break;
    case LOOK_NAMES: look_at_names(m, connection, packet->look.pid, &answer); break;
    case LOOK_USAGE: look_at_tasks(m, connection, &of_usage, &answer); break;
    case LOOK_USERS: look_at_users(m, connection, &answer); break;
    case LOOK_WAITS: look_at_waits(m, connection, packet->look.pid, &answer); break;
    case LOOK_PATH: look_at_path(m, connection, packet->look.pid, &answer); break;
    case LOOK_REFUSED: look_at_refusal(m, connection, packet->look.pid, &answer); break;
    default: return false;
    }
    client_send(m, connection, &answer, NULL, 0);
    return true;
}
