/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/note.h"

#include <mach/ndr.h>
#include <mach/notify.h>
#include <string.h>

#include "kernel/ipc/link.h"
#include "kernel/ipc/message.h"

/* Header, NDR record, one word: the form of all notifications that carry a name or a count (P68). */
struct word_note {
    mach_msg_header_t header;
    uint8_t ndr[8];
    uint32_t word;
};

static const uint8_t ndr_bytes[8] = { 0, 0, 0, 0, 1, 0, 0, 0 };

/* A message from the kernel to a send-once right, which it consumes; NULL: the right is gone too. */
static struct message *note_new(struct ipc *ipc, struct port *notify, int32_t id, uint32_t size,
                                uint32_t n_descriptors)
{
    struct message *message;
    if (port_is_dead(notify) || !(message = message_new_promised(ipc, notify->account, size, n_descriptors))) {
        right_use_once(ipc, notify);
        return NULL;
    }
    memset(message->bytes, 0, size);
    message->dest = (struct right){ notify, MACH_MSG_TYPE_PORT_SEND_ONCE };
    message->id = id;
    message->is_from_kernel = true;
    message->is_complex = n_descriptors > 0;
    return message;
}

static void post_word(struct ipc *ipc, struct port *notify, int32_t id, uint32_t word)
{
    struct message *message = note_new(ipc, notify, id, sizeof(struct word_note), 0);
    if (!message)
        return;
    struct word_note *note = (struct word_note *)message->bytes;
    memcpy(note->ndr, ndr_bytes, sizeof(note->ndr));
    note->word = word;
    list_append(&ipc->notes, &message->link);
}

void note_port_deleted(struct ipc *ipc, struct port *notify, mach_port_name_t name)
{
    post_word(ipc, notify, MACH_NOTIFY_PORT_DELETED, name);
}

void note_send_possible(struct ipc *ipc, struct port *notify, mach_port_name_t name)
{
    post_word(ipc, notify, MACH_NOTIFY_SEND_POSSIBLE, name);
}

void note_dead_name(struct ipc *ipc, struct port *notify, mach_port_name_t name)
{
    post_word(ipc, notify, MACH_NOTIFY_DEAD_NAME, name);
}

void note_no_senders(struct ipc *ipc, struct port *notify, uint32_t mscount)
{
    post_word(ipc, notify, MACH_NOTIFY_NO_SENDERS, mscount);
}

void note_send_once(struct ipc *ipc, struct port *notify)
{
    struct message *message = note_new(ipc, notify, MACH_NOTIFY_SEND_ONCE, sizeof(mach_msg_header_t), 0);
    if (message)
        list_append(&ipc->notes, &message->link);
}

/* Would queueing the right on `port` lead back to it? Walks the chain of ports in transit: O(its length), counted. */
static bool closes_circle(struct ipc *ipc, const struct port *moving, const struct port *port)
{
    for (; port && port != moving; port = port_above(port))
        ipc->steps++;
    return port == moving;
}

bool note_port_destroyed(struct ipc *ipc, struct port *notify, struct port *port)
{
    enum { SIZE = sizeof(mach_msg_base_t) + sizeof(mach_msg_port_descriptor_t) };
    struct message *message;
    if (!port_is_dead(notify) && closes_circle(ipc, port, notify)) {
        right_release(ipc, (struct right){ notify, MACH_MSG_TYPE_PORT_SEND_ONCE });
        return false;
    }
    message = note_new(ipc, notify, MACH_NOTIFY_PORT_DESTROYED, SIZE, 1);
    if (!message)
        return false;
    ((mach_msg_base_t *)message->bytes)->body.msgh_descriptor_count = 1;
    message->descriptors[0] = (struct message_descriptor){
        .type = MACH_MSG_PORT_DESCRIPTOR,
        .disposition = MACH_MSG_TYPE_PORT_RECEIVE,
        .offset = sizeof(mach_msg_base_t),
        .port = port,
    };
    message->n_copied_in = 1;
    link_carried(ipc, port, message);
    list_append(&ipc->notes, &message->link);
    return true;
}
