/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/page.c - trap pages: each step of the input makes one request, or lets something happen to the world
 *
 * Requests are half sensible (known names, known numbers) so that they get past the first checks, and any
 * part of them may be raw. The invariants are checked after each step, and at the end nothing may be left.
 */
#include <mach/mach.h>
#include <string.h>

#include "fuzz/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 200 };

static const uint16_t numbers[] = {
    TRAP_PORT_ALLOCATE,     TRAP_PORT_DEALLOCATE,    TRAP_PORT_MOD_REFS,       TRAP_PORT_MOVE_MEMBER,
    TRAP_PORT_INSERT_RIGHT, TRAP_PORT_INSERT_MEMBER, TRAP_PORT_EXTRACT_MEMBER, TRAP_PORT_CONSTRUCT,
    TRAP_PORT_DESTRUCT,     TRAP_REPLY_PORT,         TRAP_PORT_GUARD,          TRAP_PORT_UNGUARD,
    TRAP_TASK_FOR_PID,      TRAP_SPECIAL_REPLY_PORT, TRAP_PORT_TYPE,           TRAP_PORT_REQUEST_NOTIFICATION,
};

/* First numbers of the subsystems whose routines the kernel serves. */
static const uint16_t subsystems[] = { 200, 400, 617, 3200, 3400, 3600, 4800, 7000, 64, 2400 };

static uint64_t argument(struct input *in, const struct world_task *task)
{
    uint8_t kind = input_byte(in);

    if (kind < 0x60)
        return kind % 12;
    if (kind < 0xe0)
        return input_name(in, task);
    return input_number(in, kind < 0xf0 ? 4 : 8);
}

static void simple_trap(struct input *in, struct world_task *task, struct trap_page *page)
{
    struct trap_request request = { .number =
                                        numbers[input_byte(in) % (sizeof(numbers) / sizeof(numbers[0]))] };

    request.arg[0] = task->name[0];
    for (int i = 1; i < 7; i++)
        request.arg[i] = argument(in, task);
    page->req = request;
}

/* ---- messages ---- */

struct writer {
    uint8_t bytes[1024];
    uint32_t size, n_items, n_item_bytes;
    struct trap_item item[4];
};

static void put(struct writer *w, const void *bytes, size_t size)
{
    if (w->size + size > sizeof(w->bytes))
        return;
    memcpy(w->bytes + w->size, bytes, size);
    w->size += (uint32_t)size;
}

static void put_item(struct input *in, struct writer *w, struct world_task *task)
{
    struct trap_item item = { .kind = input_byte(in) % 5 };
    uint8_t bytes[64] = { 0 };

    item.size = item.kind == TRAP_ITEM_EMPTY ? 0 : input_byte(in);
    if (item.kind == TRAP_ITEM_SEGMENT)
        item.at = world_segment(task, bytes, input_byte(in) % sizeof(bytes));
    w->item[w->n_items++] = item;
}

static void put_descriptor(struct input *in, struct writer *w, struct world_task *task)
{
    mach_msg_type_descriptor_t none = { .type = input_byte(in) };
    mach_msg_port_descriptor_t port = { .name = input_name(in, task),
                                        .disposition =
                                            (uint8_t)(MACH_MSG_TYPE_MOVE_RECEIVE + input_byte(in) % 7) };
    mach_msg_ool_descriptor_t memory = { .size = input_byte(in), .deallocate = port.name & 1 };
    mach_msg_ool_ports_descriptor_t ports = { .count = input_byte(in) % 8, .disposition = port.disposition };

    mach_msg_guarded_port_descriptor_t guarded = { .name = port.name,
                                                   .context = memory.size % 12,
                                                   .flags = (none.type / 6) % 5,
                                                   .disposition = port.disposition & 1
                                                                      ? port.disposition
                                                                      : MACH_MSG_TYPE_MOVE_RECEIVE,
                                                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR };

    switch (none.type % 6) {
    case MACH_MSG_PORT_DESCRIPTOR:
        port.type = MACH_MSG_PORT_DESCRIPTOR;
        put(w, &port, sizeof(port));
        return;
    case MACH_MSG_OOL_DESCRIPTOR:
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR:
        memory.type = none.type % 6;
        put(w, &memory, sizeof(memory));
        put_item(in, w, task);
        return;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        ports.type = MACH_MSG_OOL_PORTS_DESCRIPTOR;
        put(w, &ports, sizeof(ports));
        put_item(in, w, task);
        return;
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR: put(w, &guarded, sizeof(guarded)); return;
    default: put(w, &none, sizeof(none));
    }
}

static void put_message(struct input *in, struct writer *w, struct world_task *task)
{
    uint8_t how = input_byte(in), n_descriptors = how % 4, raw[64];
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_RECEIVE + input_byte(in) % 8,
                                    input_byte(in) % 3 ? 0 : MACH_MSG_TYPE_MOVE_RECEIVE + input_byte(in) % 8),
        .msgh_remote_port = input_name(in, task),
        .msgh_local_port = input_name(in, task),
        .msgh_voucher_port = how & 0x40 ? input_name(in, task) : MACH_PORT_NULL,
    };

    header.msgh_id =
        subsystems[input_byte(in) % (sizeof(subsystems) / sizeof(subsystems[0]))] + input_byte(in) % 64;
    if (n_descriptors)
        header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    if (how & 0x80)
        header.msgh_bits = (uint32_t)input_number(in, 4);
    put(w, &header, sizeof(header));
    if (n_descriptors) {
        put(w, &(mach_msg_body_t){ n_descriptors }, sizeof(mach_msg_body_t));
        for (uint8_t i = 0; i < n_descriptors; i++)
            put_descriptor(in, w, task);
    }
    if (how & 0x20)
        put(w, &(NDR_record_t){ .int_rep = 1 }, sizeof(NDR_record_t));
    put(w, raw, input_bytes(in, raw, input_byte(in) % sizeof(raw)));
}

/* The items stand behind the message, and inline bytes behind them, unless the input has them lie. */
static void put_items(struct input *in, struct writer *w, uint8_t lie)
{
    uint32_t at = (uint32_t)trap_round8(w->size), end = at + w->n_items * (uint32_t)sizeof(struct trap_item);

    w->size = at;
    for (uint32_t i = 0; i < w->n_items; i++) {
        if (w->item[i].kind == TRAP_ITEM_INLINE) {
            w->item[i].at = lie & 1 ? (uint32_t)input_number(in, 2) : end;
            end += (uint32_t)w->item[i].size;
        }
        put(w, &w->item[i], sizeof(w->item[i]));
    }
    if (end > w->size && end <= sizeof(w->bytes))
        w->size = end;
}

static void message_trap(struct input *in, struct world_task *task, struct trap_page *page)
{
    static const uint32_t options[] = { MACH_SEND_MSG,
                                        MACH_RCV_MSG,
                                        MACH_SEND_MSG | MACH_RCV_MSG,
                                        MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                                        MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                                        MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_SEND_TIMEOUT };
    struct writer w = { 0 };
    uint8_t lie = input_byte(in);
    struct trap_request request = { .number = TRAP_MSG };

    request.msg.option = options[input_byte(in) % 6];
    if (lie & 0x10)
        request.msg.option |= (uint32_t)input_number(in, 4);
    if (request.msg.option & MACH_SEND_MSG)
        put_message(in, &w, task);
    request.msg.send_size = lie & 2 ? (uint32_t)input_number(in, 2) : w.size;
    put_items(in, &w, lie);
    request.n_items = lie & 4 ? input_byte(in) : w.n_items;
    request.payload_size = lie & 8 ? (uint32_t)input_number(in, 2) : w.size;
    request.msg.rcv_name = input_name(in, task);
    request.msg.rcv_size = lie & 0x20 ? (uint32_t)input_number(in, 2) : 1024;
    request.msg.timeout = input_byte(in);
    request.msg.notify = lie & 0x40 ? input_name(in, task) : 0;
    request.msg.flags = lie & 0x80 ? (uint32_t)input_number(in, 2) : 0;
    if (request.msg.flags & TRAP_MSG_AUX) {
        request.arg[0] = input_number(in, 2);
        request.arg[1] = input_number(in, 2);
    }
    memcpy(trap_data(page), w.bytes, sizeof(w.bytes));
    if (request.payload_size > 0 && input_byte(in) > 0xc0)
        request.segment = world_segment(task, w.bytes, w.size);
    page->req = request;
}

/* ---- steps ---- */

static void raw_trap(struct input *in, struct trap_page *page)
{
    size_t at = input_number(in, 2) % (TRAP_PAGE_SIZE - 64);

    input_bytes(in, (uint8_t *)page + at, 16 + input_byte(in) % 48);
    if (input_byte(in) & 1)
        input_bytes(in, &page->req, sizeof(page->req));
}

static void step(struct input *in)
{
    uint8_t what = input_byte(in), who = input_byte(in);
    struct world_task *task = world_task(who);
    struct world_thread *thread = &task->thread[who / WORLD_TASKS % WORLD_THREADS];

    switch (what % 16) {
    case 0 ... 4: simple_trap(in, task, thread->page); break;
    case 5 ... 10: message_trap(in, task, thread->page); break;
    case 11: raw_trap(in, thread->page); break;
    case 12: world_pass_time(1ull << (input_byte(in) % 40)); return;
    case 13: world_work(); return;
    case 14: world_task_again(task, world_task(input_byte(in))); return;
    case 15: world_thread_again(task, thread); return;
    }
    world_trap(task, thread);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, data + size };

    world_begin();
    for (int i = 0; i < STEPS_MAX && input_left(&in) > 0; i++)
        step(&in);
    world_end();
    return 0;
}
