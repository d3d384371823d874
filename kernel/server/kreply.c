/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/server/kreply.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/link.h"
#include "kernel/server/mig_kernel.h"

bool kreply_begin(struct kreply *reply, struct ipc *ipc, struct account *account, uint32_t max)
{
    uint32_t room = max < sizeof(mig_reply_error_t) ? sizeof(mig_reply_error_t) : max;
    uint32_t n = (room - sizeof(mach_msg_base_t)) / sizeof(mach_msg_port_descriptor_t);
    struct message *message = message_new(ipc, account, room, n);
    if (!message)
        return false;
    memset(message->bytes, 0, room);
    memset(message->descriptors, 0, n * sizeof(*message->descriptors));
    message->is_from_kernel = true;
    *reply = (struct kreply){ .ipc = ipc, .message = message };
    return true;
}

void kreply_fail(struct kreply *reply, kern_return_t code)
{
    mig_reply_error_t error = {
        .Head.msgh_size = sizeof(error),
        .NDR.int_rep = NDR_INT_LITTLE_ENDIAN,
        .RetCode = code,
    };
    memcpy(reply->message->bytes, &error, sizeof(error));
}

/* The room that was not needed is there all the same, and paid for. */
static void trim(struct kreply *reply, uint32_t size)
{
    struct message *message = reply->message;
    ASSERT(size >= sizeof(mig_reply_error_t) && size <= message->size);
    message->size = size;
}

static uint32_t descriptor_size(const struct message_descriptor *d)
{
    return d->type == MACH_MSG_PORT_DESCRIPTOR ? sizeof(mach_msg_port_descriptor_t)
                                               : sizeof(mach_msg_ool_descriptor_t);
}

static void place_descriptors(struct message *message)
{
    uint32_t count, at = sizeof(mach_msg_base_t);
    memcpy(&count, message->bytes + sizeof(mach_msg_header_t), sizeof(count));
    ASSERT(count <= message->n_descriptors);
    message->is_complex = true;
    message->n_descriptors = message->n_copied_in = count;
    for (uint32_t i = 0; i < count; i++) {
        message->descriptors[i].offset = at;
        at += descriptor_size(&message->descriptors[i]);
    }
}

/* The results that could be carried go again; what there is of them is bounded by the description. */
static void give_up_results(struct kreply *reply)
{
    struct message *message = reply->message;
    message->n_copied_in = message->n_descriptors;
    while (message->n_copied_in > 0 && !message_sink_step(reply->ipc, message, NULL))
        reply->ipc->steps++;
    message->n_copied_in = message->sink_at = 0;
}

kern_return_t kreply_end(struct kreply *reply)
{
    struct message *message = reply->message;
    if (reply->failure != KERN_SUCCESS) {
        give_up_results(reply);
        kreply_fail(reply, reply->failure);
    }
    mig_reply_error_t head;
    memcpy(&head, message->bytes, sizeof(head));
    if (head.Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        place_descriptors(message);
        head.RetCode = KERN_SUCCESS;
    } else {
        message->n_descriptors = 0;
    }
    trim(reply, head.Head.msgh_size);
    return head.RetCode;
}

/* ---- what stubs call ---- */

uint8_t *mig_k_reply(struct kreply *reply)
{
    return reply->message->bytes;
}

static struct message_descriptor *result(struct kreply *reply, unsigned k)
{
    ASSERT(k < reply->message->n_descriptors);
    return &reply->message->descriptors[k];
}

void mig_k_reply_right(struct kreply *reply, unsigned k, struct port *port, mach_msg_type_name_t type)
{
    *result(reply, k) = (struct message_descriptor){
        .type = MACH_MSG_PORT_DESCRIPTOR,
        .disposition = (uint8_t)type,
        .as_it_is = reply->is_as_it_is,
        .port = port,
        .only_in = reply->only_in,
    };
    if (type == MACH_MSG_TYPE_PORT_RECEIVE && port_is_live(port))
        link_carried(reply->ipc, port, reply->message);
}

void mig_k_reply_region(struct kreply *reply, unsigned k, void *bytes, mach_msg_size_t size)
{
    struct message_descriptor *d = result(reply, k);
    *d = (struct message_descriptor){ .type = MACH_MSG_OOL_DESCRIPTOR, .copy = MACH_MSG_VIRTUAL_COPY };
    if (size > 0) {
        d->memory = memory_new(reply->ipc, reply->message->account, size);
        if (d->memory)
            memcpy(d->memory->bytes, bytes, size);
        else
            reply->failure = KERN_RESOURCE_SHORTAGE;
    }
    alloc_free(bytes);
}

void mig_k_reply_rights(struct kreply *reply, unsigned k, struct port **ports, mach_msg_type_number_t count,
                        mach_msg_type_name_t type)
{
    ASSERT(type != MACH_MSG_TYPE_PORT_RECEIVE);
    struct message_descriptor *d = result(reply, k);
    *d = (struct message_descriptor){
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .disposition = (uint8_t)type,
        .copy = MACH_MSG_VIRTUAL_COPY,
    };
    d->ports = ports;
    d->count = count;
    if (!message_charge_more(reply->ipc, reply->message, alloc_cost(count * sizeof(*ports))))
        reply->failure = KERN_RESOURCE_SHORTAGE;
}
