/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/drain.h"

#include "kernel/ipc/deliver.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/receive.h"
#include "kernel/ipc/right.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/ipc/signal.h"
#include "kernel/ipc/space.h"

enum { FREE_SLOTS_PER_STEP = 64 };

void ipc_send_notes(struct ipc *ipc)
{
    for (struct list *node; (node = list_pop(&ipc->notes));)
        queue_put_note(ipc, list_entry(node, struct message, link));
}

/* ---- ports ---- */

static void give_up_request(struct ipc *ipc, struct port **notify_p)
{
    struct port *notify = *notify_p;
    *notify_p = NULL;
    if (notify)
        right_release(ipc, (struct right){ notify, MACH_MSG_TYPE_PORT_SEND_ONCE });
}

/* True when the queue is empty. */
static bool sink_first_message(struct ipc *ipc, struct port *port)
{
    struct list *node = list_first(&port->messages);
    if (!node)
        return true;
    struct message *message = list_entry(node, struct message, link);
    if (!message_sink_step(ipc, message, port->reap.cause))
        return false;
    list_remove(node);
    port->n_messages--;
    message_free(ipc, message);
    return false;
}

/* Requests in the order of registration, then the names without one. True when nobody names the port any more. */
static bool bury_first_name(struct ipc *ipc, struct port *port)
{
    struct list *node;
    struct tree_node *tree_node;
    if ((node = list_first(&port->requests)))
        entry_bury(ipc, list_entry(node, struct request, link)->entry);
    else if ((tree_node = tree_first(&port->send_entries)))
        entry_bury(ipc, container_of(tree_node, struct entry, by_space));
    else if ((node = list_first(&port->once_entries)))
        entry_bury(ipc, list_entry(node, struct entry, of_port));
    else
        return true;
    return false;
}

/* One step of P52; true when the port can be forgotten. */
static bool reap_port_step(struct ipc *ipc, struct port *port)
{
    struct waiter *waiter;
    switch (port->death) {
    case DEATH_RECEIVERS:
        if ((waiter = waitq_first(&port->receivers)))
            thread_unwait(thread_of_waiter(waiter), WAIT_ENDED_CHANGED);
        else
            port->death = DEATH_SENDERS;
        return false;
    case DEATH_SENDERS:
        if ((waiter = waitq_first(&port->senders)))
            thread_unwait(thread_of_waiter(waiter), WAIT_ENDED_CHANGED);
        else
            port->death = DEATH_REQUESTS_OF_PORT;
        return false;
    case DEATH_REQUESTS_OF_PORT:
        give_up_request(ipc, &port->no_senders);
        give_up_request(ipc, &port->port_destroyed);
        port->death = DEATH_MESSAGES;
        return false;
    case DEATH_MESSAGES:
        if (sink_first_message(ipc, port))
            port->death = DEATH_NAMES;
        return false;
    case DEATH_NAMES:
        if (bury_first_name(ipc, port))
            port->death = DEATH_DONE;
        return false;
    case DEATH_DONE: return true;
    }
    return true;
}

/* ---- spaces ---- */

/* Releases the next entry in ascending order of index (P162); true at the end of the table. */
static bool reap_space_step(struct ipc *ipc, struct space *space)
{
    uint32_t end = space->n_directory * SPACE_CHUNK;
    for (unsigned n = 0; n < FREE_SLOTS_PER_STEP && space->n_used > 0 && space->reap_index < end; n++) {
        struct entry *entry = space_slot(space, space->reap_index++);
        if (!entry) {
            space->reap_index += SPACE_CHUNK - 1 - (space->reap_index - 1) % SPACE_CHUNK;
            continue;
        }
        if (entry->kind == ENTRY_FREE)
            continue;
        right_release_entry(ipc, entry);
        return false;
    }
    return space->n_used == 0;
}

/* ---- the loop ---- */

static void settle_cause(struct ipc *ipc, struct reapable *item)
{
    if (!item->cause)
        return;
    ASSERT(item->cause->n_reaping > 0);
    item->cause->n_reaping--;
    space_put(ipc, item->cause);
}

static void reap_step(struct ipc *ipc, struct reapable *item)
{
    ipc->steps++;
    switch (item->kind) {
    case REAP_PORT: {
        struct port *port = container_of(item, struct port, reap);
        if (!reap_port_step(ipc, port))
            return;
        list_remove(&item->link);
        list_move_all(&ipc->notes, &port->epilogue);
        settle_cause(ipc, item);
        port_put(ipc, port);
        return;
    }
    case REAP_MESSAGE: {
        struct message *message = container_of(item, struct message, reap);
        if (!message_sink_step(ipc, message, item->cause))
            return;
        list_remove(&item->link);
        settle_cause(ipc, item);
        message_free(ipc, message);
        return;
    }
    case REAP_SPACE: {
        struct space *space = container_of(item, struct space, reap);
        if (!reap_space_step(ipc, space))
            return;
        list_remove(&item->link);
        space_put(ipc, space);
        return;
    }
    case REAP_SEMAPHORES:
        if (semaphores_reap_step(ipc, container_of(item, struct semaphores, reap)))
            list_remove(&item->link);
        return;
    case REAP_LATER: {
        struct later_reaping *later = container_of(item, struct later_reaping, reap);
        if (!later->step(ipc, later))
            return;
        list_remove(&item->link);
        settle_cause(ipc, item);
        later->done(ipc, later);
        return;
    }
    }
}

static void go_on(struct ipc *ipc, struct ipc_thread *thread)
{
    enum resume_kind kind = thread->resume;
    bool is_done = true;
    thread->resume = RESUME_NOTHING;
    switch (kind) {
    case RESUME_NOTHING:
    case RESUME_FINISHED: break;
    case RESUME_GIVE_BACK: {
        struct message *message = thread->give_back;
        thread->give_back = NULL;
        deliver_back(thread, message, thread->give_back_code);
        break;
    }
    case RESUME_RECEIVE:
        thread->reply.result = MACH_MSG_SUCCESS;
        if (thread->call.msg.option & MACH_RCV_MSG)
            is_done = receive_begin(thread);
        break;
    case RESUME_EVENT: is_done = thread->event.ops->go_on(thread, thread->event.end); break;
    }
    if (is_done)
        list_append(&ipc->finished, &thread->resumed);
}

static void run(struct ipc *ipc, struct signal *signal)
{
    ipc->steps++;
    signal->run(ipc, signal);
}

void ipc_drain(struct ipc *ipc, uint32_t budget)
{
    for (;;) {
        struct list *node;
        ipc_send_notes(ipc);
        if ((node = list_pop(&ipc->signals)))
            run(ipc, list_entry(node, struct signal, link));
        else if ((node = list_pop(&ipc->resumed)))
            go_on(ipc, list_entry(node, struct ipc_thread, resumed));
        else if (budget > 0 && (node = list_first(&ipc->reap)))
            reap_step(ipc, list_entry(node, struct reapable, link)), budget--;
        else if (list_is_empty(&ipc->notes))
            return;
    }
}
