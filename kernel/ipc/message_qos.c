/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/message_qos.h"

#include "kernel/ipc/voucher.h"

/* T97: the encoding of pthread gives an override alone, the one of mach_msg_priority_encode() both. */
static void read_priority(struct message *message, mach_msg_priority_t priority)
{
    if (mach_msg_priority_is_pthread_priority(priority)) {
        message->override = sched_decode(priority).qos;
        return;
    }
    message->qos = sched_class_of(mach_msg_priority_qos(priority), mach_msg_priority_relpri(priority));
    message->override = (uint8_t)mach_msg_priority_overide_qos(priority);
}

static struct sched_class class_of_voucher(const struct message *message)
{
    const struct voucher *voucher = message->voucher.type ? voucher_of(message->voucher.port) : NULL;
    return voucher ? voucher->qos : (struct sched_class){ 0 };
}

void message_qos_set(const struct ipc_thread *thread, struct message *message)
{
    const struct trap_msg *msg = &thread->call.msg;
    if ((msg->option & MACH_SEND_OVERRIDE) && msg->notify != 0)
        read_priority(message, msg->notify);
    if (message->qos.qos == SCHED_QOS_NONE)
        message->qos = class_of_voucher(message);
    if (message->qos.qos == SCHED_QOS_NONE && (msg->option & MACH_SEND_PROPAGATE_QOS))
        message->qos = sched_class_of_thread(&thread->sched);
    if (message->override < message->qos.qos)
        message->override = message->qos.qos;
}

void message_qos_raise_ahead(struct ipc *ipc, const struct port *port, const struct message *message)
{
    for (struct list *node = message->link.prev; node != &port->messages; node = node->prev) {
        struct message *ahead = list_entry(node, struct message, link);
        if (ahead->override >= message->override)
            return;
        ahead->override = message->override;
        ipc->steps++;
    }
}

void message_qos_raise_head(const struct port *port, const struct message *message)
{
    struct list *node = list_first(&port->messages);
    struct message *head = node ? list_entry(node, struct message, link) : NULL;
    if (head && head->override < message->override)
        head->override = message->override;
}
