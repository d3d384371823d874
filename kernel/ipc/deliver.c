/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/deliver.h"

#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/note.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/right.h"
#include "kernel/ipc/space.h"

enum { INLINE_ITEM_MAX = 4096 };

/* ---- shipping ---- */

static bool is_out_of_line(const struct message_descriptor *d)
{
    return d->type == MACH_MSG_OOL_DESCRIPTOR || d->type == MACH_MSG_OOL_VOLATILE_DESCRIPTOR ||
           d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR;
}

struct plan {
    uint32_t message_size; /* with trailer */
    uint32_t n_items;
    uint64_t inline_at, total;
};

static struct plan make_plan(const struct message *message, uint32_t message_size, uint64_t inline_max)
{
    struct plan plan = { .message_size = message_size };
    uint64_t inline_bytes = 0;
    for (uint32_t i = 0; i < message->n_descriptors; i++) {
        const struct message_descriptor *d = &message->descriptors[i];
        if (!is_out_of_line(d))
            continue;
        plan.n_items++;
        if (d->memory && !d->memory->segment && d->memory->size <= inline_max)
            inline_bytes += trap_round8(d->memory->size);
    }
    plan.inline_at = trap_round8(message_size) + (uint64_t)plan.n_items * sizeof(struct trap_item);
    plan.total = plan.inline_at + inline_bytes;
    return plan;
}

static struct trap_item ship_segment(struct ipc_thread *thread, struct memory *memory)
{
    struct ipc *ipc = thread->ipc;
    segment_handle segment = thread->takes_no_segments ? 0 : memory->segment;
    if (!segment && !thread->takes_no_segments) {
        segment = ipc->ops->segment_make(ipc->host, memory->bytes, memory->size);
        ipc->steps += (uint32_t)(memory->size / HOST_BYTES_OF_A_STEP);
    }
    uint32_t id = segment ? ipc->ops->segment_send(ipc->host, thread->task, segment, memory->size) : 0;
    if (segment && !memory->segment)
        ipc->ops->segment_drop(ipc->host, segment);
    if (id == 0) {
        thread->reply.result |= MACH_MSG_VM_KERNEL;
        return (struct trap_item){ .kind = TRAP_ITEM_EMPTY };
    }
    return (struct trap_item){ .kind = TRAP_ITEM_SEGMENT, .at = id, .size = memory->size };
}

/* What stood in the heap before is nothing for a client. Returns where the next thing stands. */
static uint64_t fill_up(uint8_t *payload, uint64_t at)
{
    memset(payload + at, 0, trap_round8(at) - at);
    return trap_round8(at);
}

/* Writes items and inline bytes behind the message in `payload`, and frees the memory objects. */
static void ship_items(struct ipc_thread *thread, struct message *message, const struct plan *plan,
                       uint64_t inline_max, uint8_t *payload)
{
    uint64_t item_at = fill_up(payload, plan->message_size), at = plan->inline_at;
    for (uint32_t i = 0; i < message->n_descriptors; i++) {
        struct message_descriptor *d = &message->descriptors[i];
        struct trap_item item = { .kind = TRAP_ITEM_EMPTY };
        if (!is_out_of_line(d))
            continue;
        if (d->memory && !d->memory->segment && d->memory->size <= inline_max) {
            item = (struct trap_item){ .kind = TRAP_ITEM_INLINE, .at = (uint32_t)at, .size = d->memory->size };
            memcpy(payload + at, d->memory->bytes, d->memory->size);
            at = fill_up(payload, at + d->memory->size);
        } else if (d->memory) {
            item = ship_segment(thread, d->memory);
        }
        memcpy(payload + item_at, &item, sizeof(item));
        item_at += sizeof(item);
        memory_free(thread->ipc, d->memory);
        d->memory = NULL;
    }
}

/* A payload that does not fit into the page goes as one segment. */
static bool ship_large(struct ipc_thread *thread, uint8_t *payload, uint64_t total)
{
    struct ipc *ipc = thread->ipc;
    segment_handle segment = thread->takes_no_segments ? 0 : ipc->ops->segment_make(ipc->host, payload, total);
    ipc->steps += (uint32_t)(total / HOST_BYTES_OF_A_STEP);
    thread->reply.segment = segment ? ipc->ops->segment_send(ipc->host, thread->task, segment, total) : 0;
    if (segment)
        ipc->ops->segment_drop(ipc->host, segment);
    return thread->reply.segment != 0;
}

/* Zeroes: what nobody writes is no secret of machd's. NULL without memory. */
static uint8_t *collector_room(struct collector *collector, uint64_t size)
{
    uint64_t end = trap_round8(collector->size + size);
    if (end > collector->capacity) {
        uint64_t capacity = end > 2 * collector->capacity ? end : 2 * collector->capacity;
        uint8_t *bytes = alloc_bytes(capacity);
        if (!bytes)
            return NULL;
        if (collector->size)
            memcpy(bytes, collector->bytes, collector->size);
        alloc_free(collector->bytes);
        collector->bytes = bytes;
        collector->capacity = capacity;
    }
    uint8_t *room = collector->bytes + collector->size;
    memset(room, 0, end - collector->size);
    collector->size = end;
    return room;
}

/* What a payload may have of the page: auxiliary data have a place behind it. */
static uint64_t page_room(const struct ipc_thread *thread)
{
    return thread->call.aux_room ? TRAP_AUX_OFFSET : TRAP_DATA_SIZE;
}

uint8_t *deliver_room(struct ipc_thread *thread, uint64_t size)
{
    if (thread->collector)
        return collector_room(thread->collector, size);
    return size > page_room(thread) ? alloc_bytes(size) : thread->data;
}

bool deliver_room_done(struct ipc_thread *thread, uint8_t *room, uint64_t size)
{
    thread->reply.payload_size = size;
    thread->reply.segment = 0;
    if (!room)
        return false;
    if (thread->collector || size <= page_room(thread))
        return true;
    bool is_shipped = ship_large(thread, room, size);
    alloc_free(room);
    return is_shipped;
}

/* There is no room for the message: its memory goes with it. */
static void drop_items(struct ipc *ipc, struct message *message)
{
    for (uint32_t i = 0; i < message->n_descriptors; i++) {
        struct message_descriptor *d = &message->descriptors[i];
        if (is_out_of_line(d)) {
            memory_free(ipc, d->memory);
            d->memory = NULL;
        }
    }
}

static void ship(struct ipc_thread *thread, struct message *message, uint32_t size, const void *trailer,
                 uint32_t trailer_size, enum trap_delivered delivered)
{
    uint64_t inline_max = UINT64_MAX;
    struct plan plan = make_plan(message, size + trailer_size, inline_max);
    if (plan.total > page_room(thread))
        plan = make_plan(message, size + trailer_size, inline_max = INLINE_ITEM_MAX);
    uint8_t *payload = deliver_room(thread, plan.total);
    thread->reply.delivered = delivered;
    thread->reply.message_size = plan.message_size;
    thread->reply.n_items = plan.n_items;
    if (payload) {
        memcpy(payload, message->bytes, size);
        if (trailer_size)
            memcpy(payload + size, trailer, trailer_size);
        if (plan.n_items)
            ship_items(thread, message, &plan, inline_max, payload);
    } else {
        drop_items(thread->ipc, message);
    }
    if (deliver_room_done(thread, payload, plan.total))
        return;
    thread->reply.delivered = TRAP_DELIVERED_NOTHING;
    thread->reply.result = MACH_RCV_INVALID_DATA;
}

/* ---- trailers ---- */

static uint32_t trailer_size_of(uint32_t option)
{
    switch (GET_RCV_ELEMENTS(option)) {
    case MACH_RCV_TRAILER_NULL: return sizeof(mach_msg_trailer_t);
    case MACH_RCV_TRAILER_SEQNO: return sizeof(mach_msg_seqno_trailer_t);
    case MACH_RCV_TRAILER_SENDER: return sizeof(mach_msg_security_trailer_t);
    case MACH_RCV_TRAILER_AUDIT: return sizeof(mach_msg_audit_trailer_t);
    case MACH_RCV_TRAILER_CTX: return sizeof(mach_msg_context_trailer_t);
    }
    return sizeof(mach_msg_mac_trailer_t);
}

static uint32_t make_trailer(const struct ipc_thread *thread, const struct port *port,
                             const struct token *token, uint32_t seqno, mach_msg_mac_trailer_t *trailer)
{
    uint32_t size = trailer_size_of(thread->call.msg.option);
    memset(trailer, 0, sizeof(*trailer));
    trailer->msgh_trailer_size = size;
    trailer->msgh_seqno = seqno;
    trailer->msgh_sender = token->security;
    trailer->msgh_audit = token->audit;
    trailer->msgh_context = port->context;
    return size;
}

bool deliver_fits(const struct ipc_thread *thread, const struct message *message)
{
    bool fits_aux = thread->call.aux_room == 0 || message->aux_size <= thread->call.aux_room;
    return fits_aux &&
           thread->call.msg.rcv_size >= (uint64_t)message->size + trailer_size_of(thread->call.msg.option);
}

/* ---- rights and memory ---- */

/* The right has got a name: what waits for its port may have to wait for somebody else now (T53, T105). is_back: it is given
 * back to its sender. */
static void tell_link(struct ipc_thread *thread, struct right right, bool is_back)
{
    if (right.type == MACH_MSG_TYPE_PORT_SEND_ONCE)
        link_reply_right_out(thread->ipc, right.port, is_back ? NULL : thread);
    else if (right.type == MACH_MSG_TYPE_PORT_RECEIVE)
        link_right_out(thread->ipc, right.port, is_back ? NULL : thread);
}

/* The name that the right gets; NULL and a bit in *bits_p when there is no room for it: the right is then destroyed. */
static mach_port_name_t put_right_as(struct ipc_thread *thread, struct right right, bool as_it_is,
                                     bool is_back, kern_return_t *bits_p)
{
    mach_port_name_t name = MACH_PORT_NULL;
    bool is_live = port_is_live(right.port);
    kern_return_t kr = as_it_is ? space_insert_as_it_is(thread->ipc, thread->space, right, &name)
                                : space_insert(thread->ipc, thread->space, right, &name);
    if (kr == KERN_SUCCESS) {
        if (is_live)
            tell_link(thread, right, is_back);
        return name;
    }
    *bits_p |= kr == KERN_NO_SPACE ? MACH_MSG_IPC_SPACE : MACH_MSG_IPC_KERNEL;
    right_release(thread->ipc, right);
    return MACH_PORT_NULL;
}

static mach_port_name_t put_right(struct ipc_thread *thread, struct right right, bool is_back,
                                  kern_return_t *bits_p)
{
    return put_right_as(thread, right, false, is_back, bits_p);
}

/* A receive right in a message is in transit until now. */
static mach_port_name_t put_carried(struct ipc_thread *thread, struct port *port, uint8_t disposition,
                                    bool is_back, kern_return_t *bits_p)
{
    if (disposition == MACH_MSG_TYPE_PORT_RECEIVE && port_is_live(port))
        port->state = PORT_IN_LIMBO;
    return put_right(thread, (struct right){ port, disposition }, is_back, bits_p);
}

/* A right that stays was copied for its own space, and the answer has come to another one: nobody gets it (P201). */
static void keep_at_home(struct ipc_thread *thread, struct message_descriptor *d)
{
    if (d->only_in == 0 || d->only_in == thread->space->serial)
        return;
    right_release(thread->ipc, (struct right){ d->port, d->disposition });
    d->port = NULL;
}

static void put_port_descriptor(struct ipc_thread *thread, struct message_descriptor *d, uint8_t *bytes,
                                bool is_back, kern_return_t *bits_p)
{
    keep_at_home(thread, d);
    mach_msg_port_descriptor_t out = {
        .name = d->as_it_is
                    ? put_right_as(thread, (struct right){ d->port, d->disposition }, true, is_back, bits_p)
                    : put_carried(thread, d->port, d->disposition, is_back, bits_p),
        .disposition = d->disposition,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    memcpy(bytes + d->offset, &out, sizeof(out));
}

/* The descriptor is not taken as such: what it carries is destroyed (P138). */
static void drop_guarded_descriptor(struct ipc_thread *thread, struct message_descriptor *d, uint8_t *bytes)
{
    mach_msg_guarded_port_descriptor_t out = { .disposition = MACH_MSG_TYPE_PORT_RECEIVE,
                                               .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR };
    right_release(thread->ipc, (struct right){ d->port, d->disposition });
    memcpy(bytes + d->offset, &out, sizeof(out));
}

/* A new guard, which nobody but the owner of the buffer can know, if the sender wished one: what arrives does not move on; what
 * comes back does (P137, P123). */
static bool guard_anew(const struct ipc_thread *thread, struct port *port, uint8_t flags, bool is_back)
{
    if (!(flags & MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE) || !port_is_live(port) ||
        port->state != PORT_IN_SPACE)
        return false;
    port->guarded = true;
    port->immovable_receive = !is_back;
    port->context = is_back ? thread->call.send_at : thread->call.rcv_at;
    return true;
}

static void put_guarded_descriptor(struct ipc_thread *thread, struct message_descriptor *d, uint8_t *bytes,
                                   bool is_back, kern_return_t *bits_p)
{
    if (!is_back && !(thread->call.msg.option & MACH_RCV_GUARDED_DESC)) {
        drop_guarded_descriptor(thread, d, bytes);
        return;
    }
    mach_msg_guarded_port_descriptor_t out = {
        .name = put_carried(thread, d->port, d->disposition, is_back, bits_p),
        .flags = MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND,
        .disposition = d->disposition,
        .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
    };
    if (MACH_PORT_VALID(out.name) && guard_anew(thread, d->port, d->guard_flags, is_back)) {
        out.flags = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE;
        out.context = d->port->context;
    }
    memcpy(bytes + d->offset, &out, sizeof(out));
}

static void put_memory_descriptor(struct message_descriptor *d, uint8_t *bytes)
{
    mach_msg_ool_descriptor_t out = {
        .deallocate = d->copy == MACH_MSG_VIRTUAL_COPY,
        .copy = d->copy,
        .type = d->type,
        .size = d->memory ? (mach_msg_size_t)d->memory->size : 0,
    };
    memcpy(bytes + d->offset, &out, sizeof(out));
}

/* The rights become names, the array memory. Without memory for it all its rights are destroyed (P134). */
static void put_ports_descriptor(struct ipc_thread *thread, struct message *message,
                                 struct message_descriptor *d, bool is_back, kern_return_t *bits_p)
{
    struct port **ports = d->ports;
    uint32_t count = d->count;
    struct memory *memory =
        count ? memory_new(thread->ipc, message->account, (uint64_t)count * sizeof(uint32_t)) : NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (memory) {
            ((uint32_t *)memory->bytes)[i] = put_carried(thread, ports[i], d->disposition, is_back, bits_p);
        } else if (port_is_real(ports[i])) {
            right_release(thread->ipc, (struct right){ ports[i], d->disposition });
        }
    }
    thread->ipc->steps += count;
    if (count && !memory)
        *bits_p |= MACH_MSG_VM_KERNEL;
    mach_msg_ool_ports_descriptor_t out = {
        .deallocate = 1,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .disposition = d->disposition,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .count = count,
    };
    memcpy(message->bytes + d->offset, &out, sizeof(out));
    alloc_free(ports);
    d->memory = memory;
}

static void put_body(struct ipc_thread *thread, struct message *message, bool is_back, kern_return_t *bits_p)
{
    for (uint32_t i = 0; i < message->n_descriptors; i++) {
        struct message_descriptor *d = &message->descriptors[i];
        thread->ipc->steps++;
        switch (d->type) {
        case MACH_MSG_PORT_DESCRIPTOR: put_port_descriptor(thread, d, message->bytes, is_back, bits_p); break;
        case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
            put_guarded_descriptor(thread, d, message->bytes, is_back, bits_p);
            break;
        case MACH_MSG_OOL_DESCRIPTOR:
        case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: put_memory_descriptor(d, message->bytes); break;
        case MACH_MSG_OOL_PORTS_DESCRIPTOR: put_ports_descriptor(thread, message, d, is_back, bits_p); break;
        }
    }
}

/* ---- the ways to deliver ---- */

/* Armed send-possible requests fire when a message is received (P76). */
static void fire_send_possible(struct ipc *ipc, struct port *port)
{
    for (struct list *node; (node = list_first(&port->armed)); ipc->steps++) {
        struct request *request = list_entry(node, struct request, armed);
        note_send_possible(ipc, request->notify, entry_name(request->entry));
        request_drop(ipc, request->entry);
    }
}

/* The receiver's name for the port, and the destination right's quiet end (P149). */
static mach_port_name_t consume_dest(struct ipc_thread *thread, struct port *port, struct message *message)
{
    mach_port_name_t name = MACH_PORT_NULL;
    struct right dest = message->dest;
    message->dest = (struct right){ 0 };
    if (port_is_dead(port))
        name = MACH_PORT_DEAD;
    else if (port->state == PORT_IN_SPACE && port->space == thread->space)
        name = port->name;
    if (dest.type == MACH_MSG_TYPE_PORT_SEND_ONCE)
        right_use_once(thread->ipc, dest.port);
    else
        right_release(thread->ipc, dest);
    return name;
}

static uint32_t received_bits(const struct message *message)
{
    uint32_t bits = MACH_MSGH_BITS_SET_PORTS(message->reply.type, message->dest.type, 0);
    return message->is_complex ? bits | MACH_MSGH_BITS_COMPLEX : bits;
}

static mach_msg_header_t turned_header(const struct message *message)
{
    return (mach_msg_header_t){
        .msgh_bits = received_bits(message),
        .msgh_size = message->size,
        .msgh_voucher_port = message->voucher.type ? MACH_PORT_NULL : message->voucher_data,
        .msgh_id = message->id,
    };
}

/* The reply right leaves its name again. */
static void take_back_reply(struct ipc_thread *thread, struct message *message, mach_port_name_t name)
{
    uint8_t type = message->reply.type;
    if (MACH_PORT_VALID(name))
        message->reply = right_copyin(thread->ipc, space_peek(thread->space, name),
                                      type == MACH_MSG_TYPE_PORT_SEND ? MACH_MSG_TYPE_MOVE_SEND
                                                                      : MACH_MSG_TYPE_MOVE_SEND_ONCE);
    else
        message->reply.port = name == MACH_PORT_DEAD ? PORT_DEAD : NULL;
}

/* P151. */
static kern_return_t put_voucher(struct ipc_thread *thread, struct message *message, mach_msg_header_t *header)
{
    struct right voucher = message->voucher;
    if (voucher.type == 0)
        return KERN_SUCCESS;
    if (thread->call.msg.option & MACH_RCV_VOUCHER) {
        kern_return_t kr = space_insert(thread->ipc, thread->space, voucher, &header->msgh_voucher_port);
        if (kr != KERN_SUCCESS)
            return kr;
        header->msgh_bits |= (uint32_t)voucher.type << 16;
    } else {
        right_release(thread->ipc, voucher);
    }
    message->voucher = (struct right){ 0 };
    return KERN_SUCCESS;
}

/* The reply right gets its name first, then the voucher (P152). KERN_SUCCESS, or the bits of P155; then nothing has
 * changed. */
static kern_return_t put_header(struct ipc_thread *thread, struct message *message, mach_msg_header_t *header)
{
    struct right reply = message->reply;
    bool is_live = port_is_live(reply.port);
    kern_return_t kr = space_insert(thread->ipc, thread->space, reply, &header->msgh_remote_port);
    if (kr == KERN_SUCCESS) {
        kr = put_voucher(thread, message, header);
        if (kr != KERN_SUCCESS)
            take_back_reply(thread, message, header->msgh_remote_port);
    }
    if (kr != KERN_SUCCESS)
        return kr == KERN_NO_SPACE ? MACH_MSG_IPC_SPACE : MACH_MSG_IPC_KERNEL;
    message->reply = (struct right){ 0 };
    if (is_live)
        tell_link(thread, reply, false);
    return KERN_SUCCESS;
}

/* Who has no room for them loses them (P161). */
static void put_aux(struct ipc_thread *thread, const struct message *message)
{
    if (!thread->call.aux_room || thread->reply.delivered != TRAP_DELIVERED_RECEIVED || !message->aux)
        return;
    memcpy(thread->data + TRAP_AUX_OFFSET, message->aux, message->aux_size);
    thread->reply.value[0] = message->aux_size;
}

void deliver_message(struct ipc_thread *thread, struct port *port, struct message *message, uint32_t seqno)
{
    mach_msg_mac_trailer_t trailer;
    uint32_t trailer_size = make_trailer(thread, port, &message->token, seqno, &trailer);
    mach_msg_header_t header = turned_header(message);
    kern_return_t bits = put_header(thread, message, &header);
    if (bits != KERN_SUCCESS) {
        deliver_header(thread, port, message, seqno, MACH_RCV_HEADER_ERROR | bits);
        return;
    }
    fire_send_possible(thread->ipc, port);
    header.msgh_local_port = consume_dest(thread, port, message);
    put_body(thread, message, false, &bits);
    memcpy(message->bytes, &header, sizeof(header));
    thread->space->n_received++;
    if (thread->ipc->tap)
        thread->ipc->tap(thread->ipc->tap_context, message, thread, port);
    thread->reply.result = 0;
    ship(thread, message, message->size, &trailer, trailer_size, TRAP_DELIVERED_RECEIVED);
    put_aux(thread, message);
    if (thread->reply.delivered != TRAP_DELIVERED_NOTHING && (bits | thread->reply.result))
        thread->reply.result |= MACH_RCV_BODY_ERROR | bits;
    message_free(thread->ipc, message);
}

uint32_t deliver_promised(const struct ipc_thread *thread, const struct port *port,
                          const struct message *message, uint32_t seqno, uint8_t *to, uint64_t room)
{
    mach_msg_mac_trailer_t trailer;
    uint32_t trailer_size = make_trailer(thread, port, &message->token, seqno, &trailer);
    mach_msg_header_t header = turned_header(message);
    if (room < (uint64_t)message->size + trailer_size)
        return 0;
    header.msgh_local_port = port->name;
    memcpy(to, message->bytes, message->size);
    memcpy(to, &header, sizeof(header));
    memcpy(to + message->size, &trailer, trailer_size);
    return message->size + trailer_size;
}

static void refuse_size(struct ipc_thread *thread, const struct message *message)
{
    refuse_with(thread, MACH_RCV_TOO_LARGE, REFUSED_RECEIVE_TOO_LARGE, thread->call.msg.rcv_name,
                message->size + trailer_size_of(thread->call.msg.option), thread->call.msg.rcv_size);
}

void deliver_header(struct ipc_thread *thread, struct port *port, struct message *message, uint32_t seqno,
                    kern_return_t code)
{
    mach_msg_mac_trailer_t trailer;
    uint32_t trailer_size = make_trailer(thread, port, &token_of_kernel, seqno, &trailer);
    uint32_t rcv_size = thread->call.msg.rcv_size;
    mach_msg_header_t header = turned_header(message);
    bool was_live = port_is_live(message->reply.port);
    if (code == MACH_RCV_TOO_LARGE)
        refuse_size(thread, message);
    else
        refuse(thread, code, REFUSED_RECEIVE_NO_NAME, MACH_PORT_NULL);
    header.msgh_size = sizeof(header);
    header.msgh_voucher_port = MACH_PORT_NULL;
    header.msgh_remote_port = was_live || !message->reply.port ? MACH_PORT_NULL : MACH_PORT_DEAD;
    header.msgh_local_port = consume_dest(thread, port, message);
    message_sink(thread->ipc, message, thread->space);
    thread->reply.result = (uint32_t)code;
    if (rcv_size < sizeof(header)) {
        thread->reply.result = MACH_RCV_INVALID_DATA;
        return;
    }
    if (trailer_size > rcv_size - sizeof(header))
        trailer_size = rcv_size - sizeof(header);
    uint32_t size = (uint32_t)sizeof(header) + trailer_size;
    uint8_t *payload = deliver_room(thread, size);
    if (!deliver_room_done(thread, payload, size))
        return;
    memcpy(payload, &header, sizeof(header));
    memcpy(payload + sizeof(header), &trailer, trailer_size);
    thread->reply.delivered = TRAP_DELIVERED_RECEIVED;
    thread->reply.n_items = 0;
    thread->reply.message_size = size;
}

void deliver_size(struct ipc_thread *thread, const struct port *port, const struct message *message)
{
    thread->reply.result = MACH_RCV_TOO_LARGE;
    refuse_size(thread, message);
    thread->reply.delivered = TRAP_DELIVERED_SIZE;
    thread->reply.value[0] = message->size;
    thread->reply.value[1] = port->name;
}

void deliver_back(struct ipc_thread *thread, struct message *message, kern_return_t code)
{
    kern_return_t bits = 0;
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS_SET_PORTS(message->dest.type, message->reply.type, message->voucher.type),
        .msgh_size = message->size,
        .msgh_voucher_port = message->voucher_data,
        .msgh_id = message->id,
    };
    if (message->is_complex)
        header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    header.msgh_remote_port = put_right(thread, message->dest, true, &bits);
    header.msgh_local_port = put_right(thread, message->reply, true, &bits);
    if (message->voucher.type)
        header.msgh_voucher_port = put_right(thread, message->voucher, true, &bits);
    message->dest = message->reply = message->voucher = (struct right){ 0 };
    put_body(thread, message, true, &bits);
    memcpy(message->bytes, &header, sizeof(header));
    thread->reply.result = 0;
    ship(thread, message, message->size, NULL, 0, TRAP_DELIVERED_RETURNED);
    thread->reply.result |= (uint32_t)(code | bits);
    message_free(thread->ipc, message);
}
