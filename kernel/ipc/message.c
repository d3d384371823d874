/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/message.h"

#include "base/alloc.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/timer_port.h"

const struct token token_of_kernel = { .security = { { 0, 1 } } };

static uint64_t bytes_at(uint32_t n_descriptors)
{
    return sizeof(struct message) + (uint64_t)n_descriptors * sizeof(struct message_descriptor);
}

/* The charge has been made. */
static struct message *make(struct ipc *ipc, struct account *account, uint32_t size, uint32_t n_descriptors,
                            uint64_t cost)
{
    struct message *message = alloc_bytes(bytes_at(n_descriptors) + size);
    if (!message) {
        account_release_object(account, ACCOUNT_MESSAGES, cost);
        return NULL;
    }
    *message = (struct message){
        .size = size,
        .token = token_of_kernel,
        .account = account_get(account),
        .charged = cost,
        .n_descriptors = n_descriptors,
        .descriptors = (struct message_descriptor *)(message + 1),
        .bytes = (uint8_t *)message + bytes_at(n_descriptors),
    };
    list_append(&ipc->all_messages, &message->all);
    ipc->census.messages++;
    ipc->census.message_bytes += cost;
    return message;
}

struct message *message_new(struct ipc *ipc, struct account *account, uint32_t size, uint32_t n_descriptors)
{
    uint64_t cost = alloc_cost(bytes_at(n_descriptors) + size);
    if (!account_charge_object(account, ACCOUNT_MESSAGES, cost))
        return NULL;
    return make(ipc, account, size, n_descriptors, cost);
}

struct message *message_new_promised(struct ipc *ipc, struct account *account, uint32_t size,
                                     uint32_t n_descriptors)
{
    uint64_t cost = alloc_cost(bytes_at(n_descriptors) + size);
    account_charge_promised(account, ACCOUNT_MESSAGES, 1);
    account_charge_promised(account, ACCOUNT_BYTES, cost);
    return make(ipc, account, size, n_descriptors, cost);
}

bool message_charge_more(struct ipc *ipc, struct message *message, uint64_t bytes)
{
    if (!account_charge(message->account, ACCOUNT_BYTES, bytes))
        return false;
    message->charged += bytes;
    ipc->census.message_bytes += bytes;
    return true;
}

void message_free(struct ipc *ipc, struct message *message)
{
    ASSERT(!list_is_linked(&message->link) && !list_is_linked(&message->reap.link));
    if (message->timer) {
        timer_port_take_back(message->timer);
        return;
    }
    account_release_object(message->account, ACCOUNT_MESSAGES, message->charged);
    alloc_free(message->aux);
    if (message->path)
        port_put(ipc, message->path);
    account_put(message->account);
    list_remove(&message->all);
    ipc->census.messages--;
    ipc->census.message_bytes -= message->charged;
    alloc_free(message);
}

void message_sink(struct ipc *ipc, struct message *message, struct space *cause)
{
    message->reap.kind = REAP_MESSAGE;
    message->reap.cause = cause ? space_get(cause) : NULL;
    if (cause)
        cause->n_reaping++;
    list_append(&ipc->reap, &message->reap.link);
}

static void release(struct ipc *ipc, struct right right, struct space *cause)
{
    if (right.type == MACH_MSG_TYPE_PORT_RECEIVE && port_is_live(right.port)) {
        right.port->state = PORT_IN_LIMBO;
        port_destroy(ipc, right.port, cause);
    } else {
        right_release(ipc, right);
    }
}

/* True when the descriptor holds nothing more. */
static bool sink_descriptor(struct ipc *ipc, struct message *message, struct space *cause)
{
    struct message_descriptor *d = &message->descriptors[message->sink_at];
    switch (d->type) {
    case MACH_MSG_PORT_DESCRIPTOR:
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
        release(ipc, (struct right){ d->port, d->disposition }, cause);
        return true;
    case MACH_MSG_OOL_DESCRIPTOR:
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: memory_free(ipc, d->memory); return true;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        if (message->sink_element < d->count) {
            release(ipc, (struct right){ d->ports[message->sink_element++], d->disposition }, cause);
            return false;
        }
        alloc_free(d->ports);
        message->sink_element = 0;
        return true;
    }
    return true;
}

bool message_sink_step(struct ipc *ipc, struct message *message, struct space *cause)
{
    if (message->dest.type) {
        struct right dest = message->dest;
        message->dest = (struct right){ 0 };
        right_release(ipc, dest);
        return false;
    }
    if (message->reply.type) {
        struct right reply = message->reply;
        message->reply = (struct right){ 0 };
        right_release(ipc, reply);
        return false;
    }
    if (message->voucher.type) {
        struct right voucher = message->voucher;
        message->voucher = (struct right){ 0 };
        right_release(ipc, voucher);
        return false;
    }
    if (message->sink_at < message->n_copied_in && sink_descriptor(ipc, message, cause))
        message->sink_at++;
    return message->sink_at == message->n_copied_in;
}
