/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/promise.h"

#include <string.h>

#include "kernel/ipc/deliver.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/space.h"

enum {
    PROMISE_RETRY = 32, /* receives without a promise, once none was of use */
    PROMISE_OPTIONS = MACH_RCV_MSG | MACH_SEND_MSG | MACH_RCV_TIMEOUT | MACH_RCV_INTERRUPT | MACH_RCV_LARGE |
                      MACH_RCV_TRAILER_MASK,
};

/* ---- how many ---- */

/* All of it taken: more the next time. Less than half: copying them costs more than it saves. */
static void adapt(struct promise *promise, uint32_t n_taken)
{
    if (n_taken == promise->n)
        promise->wanted = promise->wanted < TRAP_PROMISE_MAX / 2 ? 2 * promise->wanted : TRAP_PROMISE_MAX;
    else if (2 * n_taken < promise->n)
        promise->wanted /= 2;
    promise->n_without = 0;
}

static bool is_time(struct promise *promise)
{
    if (promise->wanted == 0 && promise->n_without++ >= PROMISE_RETRY)
        promise->wanted = PROMISE_AT_FIRST;
    return promise->wanted > 0;
}

/* ---- what ---- */

static bool is_plain_port(const struct port *port)
{
    return list_is_empty(&port->memberships) && list_is_empty(&port->monitors) && !port->special_reply &&
           !port->no_senders && list_is_empty(&port->armed) && waitq_is_empty(&port->senders);
}

static bool is_plain(const struct message *message)
{
    return message->dest.type == MACH_MSG_TYPE_PORT_SEND && !message->reply.type && !message->reply.port &&
           !message->voucher.type && !message->voucher_data && !message->is_complex && !message->timer &&
           !message->is_from_kernel;
}

static bool is_plain_receive(const struct ipc_thread *thread)
{
    const struct trap_reply *reply = &thread->reply;
    return thread->promise_word && !thread->ipc->tap && !thread->call.aux_room &&
           !(thread->call.msg.option & ~PROMISE_OPTIONS) && reply->result == 0 &&
           reply->delivered == TRAP_DELIVERED_RECEIVED && reply->segment == 0 &&
           reply->payload_size <= TRAP_PROMISE_OFFSET;
}

/* Copies the messages to the page. */
static uint32_t show(struct ipc_thread *thread, const struct port *port, uint32_t wanted)
{
    uint8_t *at = thread->data + TRAP_PROMISE_OFFSET, *end = thread->data + TRAP_DATA_SIZE;
    uint32_t n = 0;
    list_for_each(node, &port->messages)
    {
        const struct message *message = list_entry(node, struct message, link);
        if (n == wanted || !is_plain(message) || !deliver_fits(thread, message))
            break;
        uint64_t room = (uint64_t)(end - at);
        uint32_t size = room < sizeof(uint64_t)
                            ? 0
                            : deliver_promised(thread, port, message, port->seqno + n, at + sizeof(uint64_t),
                                               room - sizeof(uint64_t));
        if (size == 0)
            break;
        memcpy(at, &(uint64_t){ size }, sizeof(uint64_t));
        at += sizeof(uint64_t) + trap_round8(size);
        n++;
    }
    return n;
}

void promise_make(struct ipc_thread *thread, struct port *port)
{
    struct promise *promise = &thread->promise;
    if (!is_plain_receive(thread) || list_is_empty(&port->messages) || !is_plain_port(port))
        return;
    if (promise->port)
        promise_end(thread->ipc, promise->port);
    if (!is_time(promise))
        return;
    promise->n = show(thread, port, promise->wanted);
    thread->ipc->steps += promise->n;
    if (promise->n == 0)
        return;
    promise->port = port;
    promise->n_dropped = 0;
    port->promised_to = thread;
    list_append(&thread->ipc->promises, &promise->link);
    atomic_store_explicit(thread->promise_word, (uint64_t)++promise->turn << 32, memory_order_release);
    thread->reply.n_promised = promise->n;
    thread->reply.promise = promise->turn;
}

/* ---- what became of it ---- */

/* The word is the client's, who may write there what it likes: it can only say how many of its own messages it took, and not
 * fewer than before. */
static uint32_t taken_of(const struct promise *promise, uint64_t word)
{
    uint32_t n = (uint32_t)word;
    return word >> 32 != promise->turn || n > promise->n || n < promise->n_dropped ? promise->n_dropped : n;
}

static void drop_first(struct ipc *ipc, struct port *port)
{
    struct message *message = list_entry(list_pop(&port->messages), struct message, link);
    struct right dest = message->dest;
    message->dest = (struct right){ 0 };
    port->n_messages--;
    port->seqno++;
    link_message_taken(ipc, port);
    right_release(ipc, dest);
    message_free(ipc, message);
}

static void drop_until(struct ipc *ipc, struct promise *promise, uint32_t n_taken)
{
    container_of(promise, struct ipc_thread, promise)->space->n_received += n_taken - promise->n_dropped;
    for (; promise->n_dropped < n_taken; promise->n_dropped++, ipc->steps++)
        drop_first(ipc, promise->port);
}

void promise_look(struct ipc *ipc, struct ipc_thread *thread)
{
    uint64_t word = atomic_load_explicit(thread->promise_word, memory_order_acquire);
    drop_until(ipc, &thread->promise, taken_of(&thread->promise, word));
}

void promise_look_at_all(struct ipc *ipc)
{
    list_for_each(node, &ipc->promises)
        promise_look(ipc, container_of(list_entry(node, struct promise, link), struct ipc_thread, promise));
}

void promise_end(struct ipc *ipc, struct port *port)
{
    struct ipc_thread *thread = port->promised_to;
    struct promise *promise = &thread->promise;
    ASSERT(promise->port == port);
    uint64_t word = atomic_exchange(thread->promise_word, (uint64_t)(promise->turn + 1) << 32);
    drop_until(ipc, promise, taken_of(promise, word));
    adapt(promise, promise->n_dropped);
    list_remove(&promise->link);
    promise->turn++;
    promise->port = NULL;
    port->promised_to = NULL;
}
