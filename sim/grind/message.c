/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/message.c - mach_msg with anything in it */
#include "sim/grind/grind.h"

#include <string.h>

/* ---- the builder ---- */

void build_bytes(struct builder *builder, const void *bytes, uint32_t size)
{
    if (size > builder->room - builder->at)
        return;
    memcpy(builder->data + builder->at, bytes, size);
    builder->at += size;
}

void build_word(struct builder *builder, uint32_t word)
{
    build_bytes(builder, &word, sizeof(word));
}

void build_begin(struct builder *builder, struct actor *actor, mach_port_name_t dest, uint32_t how,
                 mach_port_name_t reply, uint32_t reply_how, int32_t id, bool is_complex)
{
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS(how, reply_how) | (is_complex ? MACH_MSGH_BITS_COMPLEX : 0),
        .msgh_remote_port = dest,
        .msgh_local_port = reply,
        .msgh_id = id,
    };
    if (actor->task->is_hostile && chance(4))
        header.msgh_bits = (uint32_t)draw_bits();
    if (chance(3))
        header.msgh_voucher_port = name_of(actor->task, ANY);
    if (chance(8)) {
        header.msgh_voucher_port = name_of(actor->task, VOUCHERS);
        header.msgh_bits |= (uint32_t)DRAW_FROM(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MOVE_SEND) << 16;
    }
    *builder = (struct builder){ .data = trap_data(actor->page), .room = 4096 };
    build_bytes(builder, &header, sizeof(header));
}

void build_port(struct builder *builder, mach_port_name_t name, uint32_t how)
{
    mach_msg_port_descriptor_t d = { .name = name,
                                     .disposition = (uint8_t)how,
                                     .type = MACH_MSG_PORT_DESCRIPTOR };
    build_bytes(builder, &d, sizeof(d));
}

/* Where the descriptor's bytes are: behind the message, in a segment, or nowhere. */
static void add_item(struct builder *builder, struct actor *actor, const void *bytes, uint32_t size)
{
    struct trap_item *item = &builder->items[builder->n_items];
    memcpy(builder->blob[builder->n_items++], bytes, size);
    *item = (struct trap_item){ .kind = TRAP_ITEM_INLINE, .size = size };
    if (size == 0)
        item->kind = TRAP_ITEM_EMPTY;
    else if (chance(25))
        *item = (struct trap_item){ TRAP_ITEM_SEGMENT, segment_new(actor->task, bytes, size), size };
    else if (chance(4))
        item->kind = (uint32_t)DRAW_FROM(TRAP_ITEM_UNREADABLE, TRAP_ITEM_EMPTY, 77);
    if (chance(4))
        item->size = DRAW_FROM(0, 1, size / 2, UINT64_MAX, (uint64_t)1 << 32);
}

static void add_memory(struct builder *builder, struct actor *actor)
{
    uint8_t bytes[512];
    uint32_t size = (uint32_t)DRAW_FROM(0, 1, 7, 64, 500);
    mach_msg_ool_descriptor_t d = {
        .deallocate = chance(30),
        .copy = chance(96) ? draw(2) : draw(5),
        .type = chance(90) ? MACH_MSG_OOL_DESCRIPTOR : MACH_MSG_OOL_VOLATILE_DESCRIPTOR,
        .size = chance(96) ? size : (uint32_t)DRAW_FROM(8192, UINT32_MAX, 1u << 20),
    };
    memset(bytes, (int)draw(256), sizeof(bytes));
    build_bytes(builder, &d, sizeof(d));
    add_item(builder, actor, bytes, size);
}

static void add_array(struct builder *builder, struct actor *actor)
{
    mach_port_name_t names[8];
    uint32_t count = draw(5);
    mach_port_name_t first = name_of(actor->task, chance(80) ? SENDABLE : ANY);
    mach_msg_ool_ports_descriptor_t d = {
        .deallocate = chance(30),
        .copy = chance(96) ? draw(2) : draw(5),
        .disposition = disposition_for(actor->task, first, false),
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .count = chance(96) ? count : (uint32_t)DRAW_FROM(100, 16383, 917505, UINT32_MAX),
    };
    for (uint32_t i = 0; i < count; i++)
        names[i] = i == 0 || chance(60) ? first : name_of(actor->task, ANY);
    build_bytes(builder, &d, sizeof(d));
    add_item(builder, actor, names, count * (uint32_t)sizeof(names[0]));
}

static void add_guarded(struct builder *builder, struct actor *actor)
{
    mach_msg_guarded_port_descriptor_t d = {
        .context = DRAW_FROM(0, 7),
        .flags = (uint16_t)draw(5),
        .disposition = chance(90) ? MACH_MSG_TYPE_MOVE_RECEIVE : 17 + draw(5),
        .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
        .name = name_of(actor->task, RECEIVABLE),
    };
    build_bytes(builder, &d, sizeof(d));
}

static void add_descriptor(struct builder *builder, struct actor *actor)
{
    mach_port_name_t name;
    switch (draw(12)) {
    case 0:
    case 1: add_memory(builder, actor); return;
    case 2:
    case 3: add_array(builder, actor); return;
    case 4: add_guarded(builder, actor); return;
    case 5:
        if (actor->task->is_hostile) {
            uint64_t junk[2] = { draw_bits(), draw_bits() };
            build_bytes(builder, junk, 12);
            return;
        }
    }
    name = name_of(actor->task, chance(30) ? RECEIVABLE : SENDABLE);
    build_port(builder, name, disposition_for(actor->task, name, false));
}

/* Items and inline bytes behind the message, then the request. */
static uint32_t place_items(struct builder *builder)
{
    uint32_t size = builder->at;
    uint32_t item_at = (uint32_t)trap_round8(size),
             at = item_at + builder->n_items * (uint32_t)sizeof(struct trap_item);
    for (uint32_t i = 0; i < builder->n_items; i++) {
        struct trap_item *item = &builder->items[i];
        if (item->kind == TRAP_ITEM_INLINE) {
            item->at = at;
            if (item->size <= sizeof(builder->blob[i])) {
                memcpy(builder->data + at, builder->blob[i], item->size);
                at += (uint32_t)trap_round8(item->size);
            }
        }
        memcpy(builder->data + item_at + i * sizeof(*item), item, sizeof(*item));
    }
    return at;
}

static void fill_receive(struct trap_msg *msg, struct actor *actor, uint32_t option)
{
    msg->option = option;
    msg->rcv_size = chance(80) ? 4096 : (uint32_t)DRAW_FROM(100000, 200, 64, 32, 24, 16, 8, 0);
    if (msg->rcv_name == MACH_PORT_NULL)
        msg->rcv_name = name_of(actor->task, RECEIVABLE);
}

/* As of mach_msg2, with or without auxiliary data. */
static void make_second(struct trap_request *request)
{
    uint32_t kinds = chance(80) ? (uint32_t)DRAW_FROM(2, 4, 8, 16) : draw(64);
    request->msg.flags |= TRAP_MSG_2 | kinds << TRAP_MSG_2_SHIFT;
    if (chance(50))
        return;
    request->msg.flags |= TRAP_MSG_AUX;
    request->arg[0] = DRAW_FROM(0, 7, 8, 100, 1024, 1025, UINT64_MAX);
    request->arg[1] = DRAW_FROM(0, 1, 8, 100, 1024, UINT64_MAX);
}

void build_end(struct builder *builder, struct actor *actor, uint32_t option, uint32_t timeout)
{
    struct trap_request *request = &actor->page->req;
    mach_port_name_t rcv_name = request->msg.rcv_name;
    uint32_t size = builder->at, total = place_items(builder);
    *request = (struct trap_request){ .number = TRAP_MSG, .n_items = builder->n_items, .payload_size = total };
    request->msg = (struct trap_msg){ .send_size = size, .timeout = timeout, .rcv_name = rcv_name };
    fill_receive(&request->msg, actor, option);
    if (chance(4)) {
        request->segment = segment_new(actor->task, builder->data, total);
        if (chance(20))
            request->payload_size += 1 + draw(100);
    }
    if (chance(2))
        request->msg.flags = draw(4);
    if (chance(5))
        make_second(request);
    if (chance(2))
        request->msg.send_size = (uint32_t)DRAW_FROM(0, 20, 24, 27, size + 4, UINT32_MAX, 50331584);
}

/* ---- one message ---- */

static uint32_t draw_options(bool sends, bool receives)
{
    static const uint32_t extra[] = {
        MACH_RCV_LARGE,
        MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY,
        MACH_SEND_INTERRUPT | MACH_RCV_INTERRUPT,
        MACH_SEND_NOTIFY,
        MACH_RCV_GUARDED_DESC,
        MACH_SEND_SYNC_OVERRIDE,
        MACH_RCV_SYNC_WAIT,
        MACH_RCV_VOUCHER,
        MACH_SEND_OVERRIDE,
        MACH_MSG_STRICT_REPLY,
    };
    uint32_t option = (sends ? MACH_SEND_MSG : 0) | (receives ? MACH_RCV_MSG : 0) | draw(9) << 24;
    for (unsigned i = 0; i < sizeof(extra) / sizeof(extra[0]); i++)
        if (chance(8))
            option |= extra[i];
    if (chance(85))
        option |= MACH_SEND_TIMEOUT;
    if (chance(75))
        option |= MACH_RCV_TIMEOUT;
    return option;
}

static void build_message(struct builder *builder, struct actor *actor)
{
    const struct being *task = actor->task;
    mach_port_name_t dest = name_of(task, SENDABLE), reply = MACH_PORT_NULL;
    uint32_t how = disposition_for(task, dest, true), reply_how = 0, n = chance(60) ? 1 + draw(4) : 0;
    bool is_complex = n > 0 || chance(5);
    if (chance(40)) {
        reply = chance(10) ? dest : name_of(task, chance(80) ? RECEIVABLE : SENDABLE);
        reply_how = disposition_for(task, reply, true);
    }
    build_begin(builder, actor, dest, how, reply, reply_how, (int32_t)draw(80), is_complex);
    if (is_complex)
        build_word(builder, chance(97) ? n : n + draw(5));
    for (uint32_t i = 0; i < n; i++)
        add_descriptor(builder, actor);
    for (uint32_t i = draw(8); i > 0; i--)
        build_word(builder, (uint32_t)draw_bits());
    tell("sends to 0x%x by %u, reply 0x%x by %u, %u descriptors", dest, how, reply, reply_how, n);
}

static void tell_descriptors(const struct actor *actor)
{
    const struct trap_request *request = &actor->page->req;
    const uint8_t *data = trap_data(actor->page);
    uint32_t count, at = sizeof(mach_msg_base_t);
    if (!world.is_told || !(((const mach_msg_header_t *)data)->msgh_bits & MACH_MSGH_BITS_COMPLEX))
        return;
    memcpy(&count, data + sizeof(mach_msg_header_t), sizeof(count));
    for (uint32_t i = 0; i < count && i < 8 && at + 12 <= request->msg.send_size; i++) {
        uint8_t type = data[at + 11], how = data[at + 10];
        uint32_t first;
        memcpy(&first, data + at, sizeof(first));
        if (type == MACH_MSG_PORT_DESCRIPTOR)
            tell("; port 0x%x by %u", first, how);
        else if (type == MACH_MSG_GUARDED_PORT_DESCRIPTOR)
            tell("; guarded port, context 0x%x", first);
        else
            tell("; descriptor of type %u", type);
        at += type == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    }
}

void step_message(struct actor *actor)
{
    static struct builder builder;
    bool sends = chance(75), receives = !sends || chance(35);
    uint32_t option = draw_options(sends, receives), timeout = chance(70) ? 0 : 1 + draw(10);
    struct trap_request *request = &actor->page->req;
    request->msg.rcv_name = MACH_PORT_NULL;
    if (sends) {
        build_message(&builder, actor);
        build_end(&builder, actor, option, timeout);
        tell_descriptors(actor);
    } else {
        *request = (struct trap_request){ .number = TRAP_MSG, .msg.timeout = timeout };
        if (chance(40))
            request->msg.rcv_name = name_of(actor->task, SETS);
        fill_receive(&request->msg, actor, option);
    }
    request->msg.notify = chance(50) ? name_of(actor->task, SENDABLE) : 0;
    if (receives)
        tell("%s from 0x%x, at most %u bytes", sends ? ", then receives" : "receives", request->msg.rcv_name,
             request->msg.rcv_size);
    tell(" (options 0x%x, timeout %u)", option, timeout);
    actor_trap(actor, NULL);
}
