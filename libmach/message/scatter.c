/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/scatter.c - a payload becomes a message and memory of the program
 *
 * Inline bytes of all descriptors share one mapping, cut at pages, so that each can be given back by itself
 * with vm_deallocate and a message costs one system call. Segments are mapped privately: they are the
 * receiver's own from then on.
 */
#include "libmach/message/scatter.h"

#include <mach/mach_init.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/message/guard.h"
#include "libmach/message/trap.h"
#include "libmach/message/walk.h"

struct payload {
    uint8_t *bytes;
    uint64_t size;
    const struct trap_item *item;
    uint32_t n_items;
    uint8_t *fresh, *fresh_end; /* what is left of the mapping for inline bytes */
};

uint64_t scatter_round_to_page(uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) & ~(page - 1);
}

static void map_fresh(struct payload *payload)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < payload->n_items; i++)
        if (payload->item[i].kind == TRAP_ITEM_INLINE)
            size += scatter_round_to_page(payload->item[i].size);
    if (size == 0)
        return;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return;
    payload->fresh = at;
    payload->fresh_end = payload->fresh + size;
}

/* The memory of one item in a place of its own; NULL if it cannot be had. */
static void *take_item(struct lib_thread *thread, struct payload *payload, const struct trap_item *item)
{
    if (item->kind == TRAP_ITEM_SEGMENT)
        return transport_segment_map(thread, item->at, item->size);
    if (item->kind != TRAP_ITEM_INLINE || item->at > payload->size || item->size > payload->size - item->at)
        return NULL;
    uint64_t room = scatter_round_to_page(item->size);
    if ((uint64_t)(payload->fresh_end - payload->fresh) < room)
        return NULL;
    void *at = payload->fresh;
    memcpy(at, payload->bytes + item->at, item->size);
    payload->fresh += room;
    return at;
}

/* P134: the names of an array that cannot be delivered must not stay in the space unseen. */
static void destroy_names(struct payload *payload, const struct trap_item *item, uint32_t disposition)
{
    if (item->kind != TRAP_ITEM_INLINE || item->at > payload->size || item->size > payload->size - item->at)
        return;
    const mach_port_name_t *name = (const mach_port_name_t *)(payload->bytes + item->at);
    for (uint64_t i = 0; i < item->size / sizeof *name; i++) {
        if (!MACH_PORT_VALID(name[i]))
            continue;
        if (disposition == MACH_MSG_TYPE_PORT_RECEIVE)
            TRAP_KR(TRAP_PORT_MOD_REFS, NULL, mach_task_self_, name[i], MACH_PORT_RIGHT_RECEIVE, (uint64_t)-1);
        else
            TRAP_KR(TRAP_PORT_DEALLOCATE, NULL, mach_task_self_, name[i]);
    }
}

/* Fills one descriptor; false if its memory could not be mapped. */
static bool fill(struct lib_thread *thread, struct payload *payload, mach_msg_descriptor_t *d,
                 const struct trap_item *item)
{
    d->out_of_line.address = NULL;
    if (item->size == 0 && is_memory(d))
        d->out_of_line.size = 0; /* also what could not be had */
    if (item->kind == TRAP_ITEM_EMPTY || item->size == 0)
        return true;
    d->out_of_line.address = take_item(thread, payload, item);
    if (d->out_of_line.address != NULL)
        return true;
    if (is_memory(d))
        d->out_of_line.size = 0;
    else
        destroy_names(payload, item, d->ool_ports.disposition);
    return false;
}

static bool fill_all(struct lib_thread *thread, struct payload *payload, uint32_t message_size)
{
    bool whole = true;
    uint32_t i = 0;
    map_fresh(payload);
    struct walk walk = walk_begin(payload->bytes, message_size);
    for (mach_msg_descriptor_t *d; i < payload->n_items && (d = walk_next(&walk)) != NULL;)
        if (is_out_of_line(d) && !fill(thread, payload, d, &payload->item[i++]))
            whole = false;
    if (payload->fresh != payload->fresh_end)
        munmap(payload->fresh, (size_t)(payload->fresh_end - payload->fresh));
    return whole;
}

static mach_msg_return_t without_space(uint32_t result)
{
    if (result == MACH_MSG_SUCCESS)
        result = MACH_RCV_BODY_ERROR;
    return (mach_msg_return_t)(result | MACH_MSG_VM_SPACE);
}

mach_msg_return_t scatter_payload(struct lib_thread *thread, const struct scatter *message, void *to,
                                  mach_msg_size_t limit)
{
    struct payload payload = { .bytes = message->bytes, .size = message->size, .n_items = message->n_items };
    mach_msg_return_t mr = (mach_msg_return_t)message->result;
    payload.item = (const struct trap_item *)(payload.bytes + trap_round8(message->message_size));
    if (payload.n_items > 0 && !fill_all(thread, &payload, message->message_size))
        mr = without_space(message->result);
    mach_msg_size_t size = message->message_size < limit ? message->message_size : limit;
    return guard_copy(to, payload.bytes, size) ? mr : MACH_RCV_INVALID_DATA;
}

/* Anything but a short plain message. */
static mach_msg_return_t scatter_large(struct lib_thread *thread, void *to, mach_msg_size_t limit)
{
    const struct trap_reply reply = thread->page->reply;
    struct scatter message = { .bytes = trap_data(thread->page),
                               .size = TRAP_DATA_SIZE,
                               .message_size = reply.message_size,
                               .n_items = reply.n_items,
                               .result = reply.result };
    if (reply.segment == 0)
        return scatter_payload(thread, &message, to, limit);
    thread->page->reply.segment = 0;
    message.size = reply.payload_size;
    message.bytes = transport_segment_map(thread, reply.segment, reply.payload_size);
    if (message.bytes == NULL)
        return MACH_RCV_INVALID_DATA;
    mach_msg_return_t mr = scatter_payload(thread, &message, to, limit);
    munmap(message.bytes, scatter_round_to_page(message.size));
    return mr;
}

mach_msg_return_t scatter_message(struct lib_thread *thread, void *to, mach_msg_size_t limit)
{
    const struct trap_reply *reply = &thread->page->reply;
    if (reply->n_items != 0 || reply->segment != 0 || reply->message_size > TRAP_DATA_SIZE)
        return scatter_large(thread, to, limit);
    mach_msg_size_t size = reply->message_size < limit ? reply->message_size : limit;
    if (!guard_copy(to, trap_data(thread->page), size))
        return MACH_RCV_INVALID_DATA;
    return (mach_msg_return_t)reply->result;
}

mach_msg_return_t scatter_size(struct lib_thread *thread, mach_msg_header_t *to, mach_msg_size_t rcv_size,
                               mach_msg_option_t option)
{
    const struct trap_reply *reply = &thread->page->reply;
    mach_msg_size_t size = (mach_msg_size_t)reply->value[0];
    mach_port_name_t name = (mach_port_name_t)reply->value[1];
    if (rcv_size >= 8 && !guard_copy(&to->msgh_size, &size, sizeof size))
        return MACH_RCV_INVALID_DATA;
    if ((option & MACH_RCV_LARGE_IDENTITY) && rcv_size >= 16 &&
        !guard_copy(&to->msgh_local_port, &name, sizeof name))
        return MACH_RCV_INVALID_DATA;
    return (mach_msg_return_t)reply->result;
}
