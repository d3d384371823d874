/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/settle.c - answering "is what that death does done?" */
#include <stdlib.h>

#include "host/linux/client.h"
#include "host/linux/machd.h"
#include "host/linux/process.h"
#include "host/linux/settle.h"

#define SETTLES_MAX 256u /* of one connection */

struct settle {
    struct list by_connection;
    struct list by_death; /* process.settlers, then machd.settling */
    struct connection *connection;
    int32_t pid;
};

static void settle_free(struct settle *settle)
{
    settle->connection->n_settles--;
    account_release(settle->connection->account, ACCOUNT_BYTES, sizeof(*settle));
    list_remove(&settle->by_connection);
    list_remove(&settle->by_death);
    free(settle);
}

static void answer(struct machd *m, struct connection *connection, int32_t pid)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SETTLED, .settle = { .pid = pid } };
    client_send(m, connection, &packet, NULL, 0);
}

static void begin_settling(struct machd *m)
{
    if (list_is_empty(&m->settling))
        m->settling_since = m->now;
}

void settle_ask(struct machd *m, struct connection *connection, int32_t pid)
{
    struct process *process = process_find(m, pid);
    bool is_charged = connection->n_settles < SETTLES_MAX &&
                      account_charge(connection->account, ACCOUNT_BYTES, sizeof(struct settle));
    struct settle *settle = is_charged ? calloc(1, sizeof(*settle)) : NULL;
    if (!settle) {
        if (is_charged)
            account_release(connection->account, ACCOUNT_BYTES, sizeof(*settle));
        client_doom(m, connection);
        return;
    }
    settle->connection = connection;
    settle->pid = pid;
    connection->n_settles++;
    list_append(&connection->settles, &settle->by_connection);
    if (!process)
        begin_settling(m);
    list_append(process ? &process->settlers : &m->settling, &settle->by_death);
    if (process && process_is_dead(process))
        process_died(m, process);
}

void settle_death(struct machd *m, struct process *process)
{
    begin_settling(m);
    list_move_all(&m->settling, &process->settlers);
}

void settle_answer(struct machd *m)
{
    struct list *node;
    while ((node = list_first(&m->settling))) {
        struct settle *settle = list_entry(node, struct settle, by_death);
        struct connection *connection = settle->connection;
        int32_t pid = settle->pid;
        settle_free(settle);
        answer(m, connection, pid);
    }
}

void settle_forget(struct connection *connection)
{
    struct list *node;
    while ((node = list_first(&connection->settles)))
        settle_free(list_entry(node, struct settle, by_connection));
}
