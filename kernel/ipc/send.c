/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/send.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/body.h"
#include "kernel/ipc/deliver.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/guard.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/message_qos.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/request.h"
#include "kernel/ipc/right.h"
#include "kernel/ipc/voucher.h"

enum { MESSAGE_MAX = 50331580, BITS_USER = 0x801f1f1f };
enum { KERNEL_CALL_DESCRIPTORS_MAX = 3 };

static enum send_outcome fail(struct ipc_thread *thread, kern_return_t code)
{
    thread->reply.result = (uint32_t)code;
    return SEND_FAILED;
}

/* ---- what mach_msg2 says of the destination (P161) ---- */

static uint64_t kind_of_call(const struct trap_msg *msg)
{
    const uint64_t kinds =
        MACH64_SEND_KOBJECT_CALL | MACH64_SEND_MQ_CALL | MACH64_SEND_ANY | MACH64_SEND_DK_CALL;
    return (uint64_t)(msg->flags >> TRAP_MSG_2_SHIFT) << 32 & kinds;
}

static kern_return_t refuse_options(struct ipc_thread *thread, enum refusal_reason reason)
{
    guard_note(thread, thread->space, kGUARD_EXC_INVALID_OPTIONS, MACH_PORT_NULL, 0);
    return refuse(thread, MACH_SEND_INVALID_OPTIONS, reason, MACH_PORT_NULL);
}

/* Exactly one kind of destination is named, and a kernel object is asked by who takes its answer. */
static kern_return_t check_options(struct ipc_thread *thread)
{
    const struct trap_msg *msg = &thread->call.msg;
    uint64_t kind = kind_of_call(msg);
    if (!(msg->flags & TRAP_MSG_2))
        return MACH_MSG_SUCCESS;
    if (kind == 0 || (kind & (kind - 1)))
        return refuse_options(thread, REFUSED_CALL_KINDS);
    return kind == MACH64_SEND_KOBJECT_CALL && !(msg->option & MACH_RCV_MSG)
               ? refuse_options(thread, REFUSED_CALL_WITHOUT_RECEIVE)
               : MACH_MSG_SUCCESS;
}

/* The kernel's own answers go to what looks like any port to programs. */
static bool is_kernel_object(const struct port *port)
{
    return port_is_live(port) && port->state == PORT_IN_KERNEL && port->ktype != KOBJECT_REPLY;
}

static kern_return_t check_kind_of_call(struct ipc_thread *thread, const struct message *message,
                                        const struct port *dest)
{
    uint64_t kind = kind_of_call(&thread->call.msg);
    if (!(thread->call.msg.flags & TRAP_MSG_2) || kind == MACH64_SEND_ANY)
        return MACH_MSG_SUCCESS;
    if (kind == MACH64_SEND_DK_CALL || (kind == MACH64_SEND_KOBJECT_CALL) != is_kernel_object(dest))
        return refuse_options(thread, REFUSED_CALL_OTHER_KIND);
    return kind == MACH64_SEND_KOBJECT_CALL && message->n_descriptors > KERNEL_CALL_DESCRIPTORS_MAX
               ? refuse_options(thread, REFUSED_CALL_DESCRIPTORS)
               : MACH_MSG_SUCCESS;
}

/* ---- reading the message: steps 1 to 6 of P101 ---- */

static uint32_t descriptor_count(const struct msg_call *call)
{
    uint32_t count;
    memcpy(&count, call->payload + sizeof(mach_msg_header_t), sizeof(count));
    return count;
}

static kern_return_t refuse_size(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason,
                                 uint32_t count)
{
    return refuse_with(thread, code, reason, MACH_PORT_NULL, thread->call.msg.send_size, count);
}

static kern_return_t check_aux(struct ipc_thread *thread)
{
    uint32_t size = thread->call.aux_size;
    if (size > TRAP_AUX_MAX)
        return refuse_size(thread, MACH_SEND_AUX_TOO_LARGE, REFUSED_AUX_SIZE, size);
    return size > 0 && size < sizeof(mach_msg_aux_header_t)
               ? refuse_size(thread, MACH_SEND_AUX_TOO_SMALL, REFUSED_AUX_SIZE, size)
               : MACH_MSG_SUCCESS;
}

/* False: limit or no memory. The size in their head is ours to say. */
static bool read_aux(struct ipc_thread *thread, struct message *message)
{
    uint32_t size = thread->call.aux_size;
    if (size == 0)
        return true;
    if (!message_charge_more(thread->ipc, message, alloc_cost(size)) || !(message->aux = alloc_bytes(size)))
        return false;
    mach_msg_aux_header_t head = { .msgdh_size = size };
    memcpy(message->aux, thread->data + TRAP_AUX_OFFSET, size);
    memcpy(message->aux, &head, sizeof(head));
    message->aux_size = size;
    return true;
}

static kern_return_t read_message(struct ipc_thread *thread, struct message **message_p)
{
    struct msg_call *call = &thread->call;
    uint32_t size = call->msg.send_size, bits, dest, count = 0;
    kern_return_t kr = check_options(thread);
    if (kr != MACH_MSG_SUCCESS || (kr = check_aux(thread)) != MACH_MSG_SUCCESS)
        return kr;
    if (size < sizeof(mach_msg_header_t) || size % 4 != 0)
        return refuse_size(thread, MACH_SEND_MSG_TOO_SMALL, REFUSED_SIZE_ODD, 0);
    if (size > MESSAGE_MAX)
        return refuse_size(thread, MACH_SEND_TOO_LARGE, REFUSED_SIZE_TOO_LARGE, 0);
    if ((call->msg.flags & TRAP_MSG_UNREADABLE_HEADER) || call->payload_size < size)
        return refuse_size(thread, MACH_SEND_INVALID_DATA, REFUSED_UNREADABLE, 0);
    memcpy(&bits, call->payload, sizeof(bits));
    memcpy(&dest, call->payload + offsetof(mach_msg_header_t, msgh_remote_port), sizeof(dest));
    space_expect(thread->space, dest);
    bool is_complex = bits & MACH_MSGH_BITS_COMPLEX;
    if (is_complex) {
        if (size < sizeof(mach_msg_base_t))
            return refuse_size(thread, MACH_SEND_MSG_TOO_SMALL, REFUSED_COUNT_CUT, 0);
        count = descriptor_count(call);
        if (count > (size - sizeof(mach_msg_base_t)) / sizeof(mach_msg_port_descriptor_t))
            return refuse_size(thread, MACH_SEND_MSG_TOO_SMALL, REFUSED_COUNT_CUT, count);
    }
    struct message *message = message_new(thread->ipc, thread->account, size, count);
    if (!message)
        return refuse(thread, MACH_SEND_NO_BUFFER, REFUSED_LIMIT, MACH_PORT_NULL);
    memcpy(message->bytes, call->payload, size);
    call->id = message_header(message)->msgh_id;
    /* The client may have changed bits and count since they were read: what was measured is what holds. The size is ours to say
     * (P100): the stubs of kernel objects believe it. */
    message_header(message)->msgh_bits = bits & BITS_USER;
    if (is_complex)
        ((mach_msg_base_t *)message->bytes)->body.msgh_descriptor_count = count;
    message_header(message)->msgh_size = size;
    message->is_complex = is_complex;
    message->token = *thread->token;
    *message_p = message;
    if (!read_aux(thread, message))
        return refuse(thread, MACH_SEND_NO_BUFFER, REFUSED_LIMIT, MACH_PORT_NULL);
    return call->msg.flags & TRAP_MSG_UNREADABLE_BODY
               ? refuse_size(thread, MACH_SEND_INVALID_DATA, REFUSED_UNREADABLE, 0)
               : MACH_MSG_SUCCESS;
}

/* ---- the header: steps 7 to 13 ---- */

struct header_rights {
    struct entry *dest, *reply, *voucher; /* NULL: none to take */
    uint32_t dest_disposition, reply_disposition, voucher_disposition;
    mach_port_name_t dest_name, reply_name, voucher_name;
    bool dest_is_dead_once; /* P45 */
};

static kern_return_t check_dispositions(struct ipc_thread *thread, const mach_msg_header_t *header)
{
    uint32_t remote = MACH_MSGH_BITS_REMOTE(header->msgh_bits),
             local = MACH_MSGH_BITS_LOCAL(header->msgh_bits);
    if (!MACH_MSG_TYPE_PORT_ANY_SEND(remote))
        return refuse_with(thread, MACH_SEND_INVALID_HEADER, REFUSED_DISPOSITION_REMOTE,
                           header->msgh_remote_port, 0, remote);
    if (local == 0 ? header->msgh_local_port != MACH_PORT_NULL : !MACH_MSG_TYPE_PORT_ANY_SEND(local))
        return refuse_with(thread, MACH_SEND_INVALID_HEADER, REFUSED_DISPOSITION_LOCAL,
                           header->msgh_local_port, 0, local);
    return MACH_MSG_SUCCESS;
}

/* Only a send right to a voucher, or null (P103). */
static kern_return_t check_voucher(struct ipc_thread *thread, struct header_rights *rights)
{
    uint32_t disposition = rights->voucher_disposition;
    mach_port_name_t name = rights->voucher_name;
    bool takes_send = disposition == MACH_MSG_TYPE_MOVE_SEND || disposition == MACH_MSG_TYPE_COPY_SEND;
    if (disposition == 0 || (takes_send && name == MACH_PORT_NULL))
        return MACH_MSG_SUCCESS;
    struct entry *entry =
        takes_send && MACH_PORT_VALID(name) ? space_lookup(thread->ipc, thread->space, name) : NULL;
    if (entry && entry_has_send(entry) && voucher_of(entry->port)) {
        rights->voucher = entry;
        return MACH_MSG_SUCCESS;
    }
    guard_note(thread, thread->space, kGUARD_EXC_SEND_INVALID_VOUCHER, name, 0);
    refuse(thread, MACH_SEND_INVALID_VOUCHER, REFUSED_VOUCHER, name);
    refused_in(thread, REFUSED_VOUCHER_PORT, 0);
    return MACH_SEND_INVALID_VOUCHER;
}

static kern_return_t check_reply(struct ipc_thread *thread, struct header_rights *rights)
{
    if (!MACH_PORT_VALID(rights->reply_name))
        return MACH_MSG_SUCCESS;
    rights->reply = space_lookup(thread->ipc, thread->space, rights->reply_name);
    if (rights->reply && rights->reply == rights->voucher)
        return refuse(thread, MACH_SEND_INVALID_REPLY, REFUSED_REPLY_IS_VOUCHER, rights->reply_name);
    if (right_check_copyin(rights->reply, rights->reply_disposition, false) == KERN_SUCCESS)
        return MACH_MSG_SUCCESS;
    guard_note_right(thread, thread->space, rights->reply, rights->reply_name, rights->reply_disposition,
                     kGUARD_EXC_SEND_INVALID_REPLY);
    refuse_right(thread, MACH_SEND_INVALID_REPLY, thread->space, rights->reply, rights->reply_name,
                 rights->reply_disposition);
    refused_in(thread, REFUSED_LOCAL, 0);
    return MACH_SEND_INVALID_REPLY;
}

/* P107: dest and another right under one name must both be payable. */
static bool can_pay_both(const struct header_rights *rights, uint32_t b)
{
    uint32_t a = rights->dest_disposition;
    if (a == MACH_MSG_TYPE_MOVE_SEND_ONCE || b == MACH_MSG_TYPE_MOVE_SEND_ONCE)
        return false;
    if (a == MACH_MSG_TYPE_MOVE_SEND && b == MACH_MSG_TYPE_MOVE_SEND)
        return rights->dest->urefs >= 2;
    return true;
}

static kern_return_t refuse_dest(struct ipc_thread *thread, const struct header_rights *rights)
{
    refuse_right(thread, MACH_SEND_INVALID_DEST, thread->space, rights->dest, rights->dest_name,
                 rights->dest_disposition);
    refused_in(thread, REFUSED_REMOTE, 0);
    return MACH_SEND_INVALID_DEST;
}

/* P194: such a destination takes no reply right but a send-once right to a port that was made for replies. */
static kern_return_t check_kind_of_reply(struct ipc_thread *thread, const struct header_rights *rights)
{
    const struct entry *dest = rights->dest, *reply = rights->reply;
    if (!dest->port->wants_reply_ports || !reply)
        return MACH_MSG_SUCCESS;
    if (right_type_of(rights->reply_disposition) == MACH_MSG_TYPE_PORT_SEND_ONCE &&
        reply->kind != ENTRY_DEAD_NAME && (reply->port->is_for_replies || reply->port->special_reply))
        return MACH_MSG_SUCCESS;
    refuse(thread, MACH_SEND_INVALID_REPLY, REFUSED_RIGHT_KIND, rights->reply_name);
    refused_in(thread, REFUSED_LOCAL, 0);
    return MACH_SEND_INVALID_REPLY;
}

static kern_return_t check_dest(struct ipc_thread *thread, struct header_rights *rights)
{
    struct entry *entry = space_lookup(thread->ipc, thread->space, rights->dest_name);
    rights->dest = entry;
    if (right_check_copyin(entry, rights->dest_disposition, true) != KERN_SUCCESS ||
        entry->kind == ENTRY_DEAD_NAME) {
        guard_note_dest(thread, entry, rights->dest_disposition);
        return refuse_dest(thread, rights);
    }
    if ((rights->reply == entry && !can_pay_both(rights, rights->reply_disposition)) ||
        (rights->voucher == entry && !can_pay_both(rights, rights->voucher_disposition)))
        return refuse(thread, MACH_SEND_INVALID_DEST, REFUSED_BOTH_UNPAYABLE, rights->dest_name);
    return check_kind_of_reply(thread, rights);
}

/* P45: the right is taken and the message will be sunk, as if the port had died a moment later. */
static bool is_dead_once(const struct entry *entry, uint32_t disposition)
{
    if (disposition != MACH_MSG_TYPE_MOVE_SEND_ONCE)
        return false;
    return (entry->kind == ENTRY_DEAD_NAME && entry->once_unexamined) ||
           (entry->kind == ENTRY_SEND_ONCE && port_is_dead(entry->port) && !entry->request);
}

static kern_return_t check_header(struct ipc_thread *thread, const mach_msg_header_t *header,
                                  struct header_rights *rights)
{
    kern_return_t kr = check_dispositions(thread, header);
    if (kr != MACH_MSG_SUCCESS)
        return kr;
    if (thread->space->is_dead)
        return refuse(thread, MACH_SEND_INVALID_DEST, REFUSED_SPACE_DIES, header->msgh_remote_port);
    *rights = (struct header_rights){
        .dest_name = header->msgh_remote_port,
        .dest_disposition = MACH_MSGH_BITS_REMOTE(header->msgh_bits),
        .reply_name = header->msgh_local_port,
        .reply_disposition = MACH_MSGH_BITS_LOCAL(header->msgh_bits),
        .voucher_name = header->msgh_voucher_port,
        .voucher_disposition = MACH_MSGH_BITS_VOUCHER(header->msgh_bits),
    };
    if (!MACH_PORT_VALID(rights->dest_name))
        return refuse_dest(thread, rights);
    if ((kr = check_voucher(thread, rights)) != MACH_MSG_SUCCESS)
        return kr;
    struct entry *dest = space_peek(thread->space, rights->dest_name);
    if (!dest)
        return refuse_dest(thread, rights);
    if (dest->kind != ENTRY_DEAD_NAME)
        port_expect(dest->port);
    rights->dest_is_dead_once =
        is_dead_once(dest, rights->dest_disposition) && rights->reply_name != rights->dest_name;
    if ((kr = check_reply(thread, rights)) != MACH_MSG_SUCCESS)
        return kr;
    if (rights->dest_is_dead_once) {
        rights->dest = dest;
        return MACH_MSG_SUCCESS;
    }
    return check_dest(thread, rights);
}

/* ---- taking the header's rights ---- */

static struct right carried_reply(const struct header_rights *rights)
{
    uint8_t type = right_type_of(rights->reply_disposition);
    return (struct right){ rights->reply_name == MACH_PORT_NULL ? NULL : PORT_DEAD, type };
}

/* MOVE_SEND beside COPY_SEND of the same name: the copy must be made while the right is still there (P107). */
static void take_both(struct ipc_thread *thread, struct message *message, const struct header_rights *rights)
{
    struct ipc *ipc = thread->ipc;
    if (rights->dest_disposition == MACH_MSG_TYPE_MOVE_SEND &&
        rights->reply_disposition != MACH_MSG_TYPE_MOVE_SEND) {
        message->reply = right_copyin(ipc, rights->reply, rights->reply_disposition);
        message->dest = right_copyin(ipc, rights->dest, rights->dest_disposition);
    } else {
        message->dest = right_copyin(ipc, rights->dest, rights->dest_disposition);
        message->reply = right_copyin(ipc, rights->reply, rights->reply_disposition);
    }
}

static void take_dest_and_reply(struct ipc_thread *thread, struct message *message,
                                const struct header_rights *rights)
{
    struct ipc *ipc = thread->ipc;
    if (rights->dest == rights->reply) {
        take_both(thread, message, rights);
        return;
    }
    if (rights->dest->kind == ENTRY_SEND_ONCE && port_is_dead(rights->dest->port))
        entry_bury(ipc, rights->dest);
    message->dest = right_copyin(ipc, rights->dest, rights->dest_disposition);
    message->reply =
        rights->reply ? right_copyin(ipc, rights->reply, rights->reply_disposition) : carried_reply(rights);
}

/* A copy of the voucher is made first: the destination may be the same right, and move (P107). */
static void take_header(struct ipc_thread *thread, struct message *message, const struct header_rights *rights)
{
    message->id = message_header(message)->msgh_id;
    message->voucher.type = right_type_of(rights->voucher_disposition);
    message->voucher_data = rights->voucher_name;
    if (rights->voucher && rights->voucher_disposition == MACH_MSG_TYPE_COPY_SEND)
        message->voucher = right_copyin(thread->ipc, rights->voucher, rights->voucher_disposition);
    take_dest_and_reply(thread, message, rights);
    if (rights->voucher && rights->voucher_disposition == MACH_MSG_TYPE_MOVE_SEND)
        message->voucher = right_copyin(thread->ipc, rights->voucher, rights->voucher_disposition);
}

/* ---- queueing ---- */

/* Does a receive right in the body lead back to the destination? Walks up from the destination through the ports in transit:
 * O(length of that chain), counted, for messages that carry one (P114). */
static bool closes_circle(struct ipc *ipc, const struct message *message)
{
    if (!message->path)
        return false;
    for (const struct port *port = message_port(message); port; port = port_above(port)) {
        if (port->state == PORT_CARRIED && port->carrier == message)
            return true;
        ipc->steps++;
    }
    return false;
}

static enum send_outcome sink(struct ipc_thread *thread, struct message *message)
{
    message_sink(thread->ipc, message, thread->space);
    return SEND_DONE;
}

static enum send_outcome give_back(struct ipc_thread *thread, struct message *message, kern_return_t code)
{
    deliver_back(thread, message, code);
    return SEND_FAILED;
}

static enum send_outcome refuse_queue(struct ipc_thread *thread, struct message *message, kern_return_t code)
{
    enum refusal_reason reason = code == MACH_SEND_NO_BUFFER ? REFUSED_QUEUE_CEILING : REFUSED_QUEUE_FULL;
    refuse_with(thread, code, reason, MACH_PORT_NULL, message_port(message)->n_messages,
                thread->call.msg.timeout);
    return give_back(thread, message, code);
}

static enum send_outcome queue(struct ipc_thread *thread, struct message *message, bool reserved)
{
    const struct trap_msg *msg = &thread->call.msg;
    enum admission admission = queue_admission(thread->ipc, message, reserved);
    bool has_timeout = msg->option & MACH_SEND_TIMEOUT;
    if (admission == ADMISSION_NOW) {
        queue_put(thread->ipc, message);
        return SEND_DONE;
    }
    if (has_timeout && msg->timeout == 0)
        return refuse_queue(thread, message, MACH_SEND_TIMED_OUT);
    if (admission == ADMISSION_NEVER)
        return refuse_queue(thread, message, MACH_SEND_NO_BUFFER);
    thread_wait_send(thread, message, false, has_timeout, msg->timeout);
    return SEND_WAITS;
}

static enum send_outcome deliver_or_queue(struct ipc_thread *thread, struct message *message,
                                          struct message **message_p, bool reserved)
{
    struct port *port = message_port(message);
    thread->space->n_sent++;
    if (thread->ipc->tap)
        message_tell_sent(thread->ipc, message, thread);
    if (!port_is_live(port) || closes_circle(thread->ipc, message))
        return sink(thread, message);
    if (port->state == PORT_IN_KERNEL) {
        port->seqno++;
        *message_p = message;
        return SEND_TO_KERNEL;
    }
    return queue(thread, message, reserved);
}

/* P118 applies to send rights whose name is still there after copy-in. */
static bool arm(struct ipc_thread *thread, const struct message *message, mach_port_name_t dest_name)
{
    if (!(thread->call.msg.option & MACH_SEND_NOTIFY) || message->dest.type != MACH_MSG_TYPE_PORT_SEND)
        return false;
    struct entry *entry = space_peek(thread->space, dest_name);
    if (!entry || !entry_has_send(entry) || entry->port != message->dest.port)
        return false;
    if (request_arm(entry, message->dest.port))
        return true;
    if (entry->request && entry->request->is_armed)
        message_qos_raise_head(message->dest.port, message);
    return false;
}

enum send_outcome send_begin(struct ipc_thread *thread, struct message **message_p)
{
    struct message *message = NULL;
    struct header_rights rights = { 0 };
    kern_return_t kr = read_message(thread, &message);
    if (kr == MACH_MSG_SUCCESS)
        kr = check_header(thread, message_header(message), &rights);
    if (kr == MACH_MSG_SUCCESS)
        kr = check_kind_of_call(thread, message, rights.dest->port);
    if (kr != MACH_MSG_SUCCESS) {
        if (message)
            message_free(thread->ipc, message);
        return fail(thread, kr);
    }
    take_header(thread, message, &rights);
    message_qos_set(thread, message);
    link_sent(thread->ipc, message, thread->call.msg.option);
    if (message->is_complex) {
        kr = body_measure(thread, message);
        if (kr == MACH_MSG_SUCCESS)
            kr = body_copyin(thread, message);
    }
    if (kr != MACH_MSG_SUCCESS) {
        message_sink(thread->ipc, message, thread->space);
        return fail(thread, kr);
    }
    bool reserved = arm(thread, message, rights.dest_name);
    ipc_send_notes(thread->ipc);
    return deliver_or_queue(thread, message, message_p, reserved);
}

enum send_outcome send_reply(struct ipc_thread *thread, struct message *message)
{
    const struct trap_msg *msg = &thread->call.msg;
    struct port *port = message_port(message);
    bool has_timeout = msg->option & MACH_SEND_TIMEOUT;
    if (!port_is_live(port) || port->state == PORT_IN_KERNEL)
        return sink(thread, message);
    link_addressed(thread->ipc, message);
    if (closes_circle(thread->ipc, message))
        return sink(thread, message);
    enum admission admission = queue_admission(thread->ipc, message, false);
    if (admission == ADMISSION_NOW) {
        queue_put(thread->ipc, message);
        return SEND_DONE;
    }
    if (admission == ADMISSION_NEVER || (has_timeout && msg->timeout == 0))
        return sink(thread, message);
    thread_wait_send(thread, message, true, has_timeout, msg->timeout);
    return SEND_WAITS;
}
