/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/gather.c - a message and its memory become a payload
 *
 * Three shapes, by size:
 *   page      message, items and memory fit the page: nothing but copies
 *   segment   they do not: one memory file with all of it, written in one pass
 * and in both, single regions of more than 8 KiB go into a segment of their own, which the receiver maps
 * instead of copying. Messages may have thousands of descriptors: all lists but a short first one are mapped,
 * never on the stack or the heap (a handler may send messages).
 */
#include "libmach/message/gather.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/message/guard.h"
#include "libmach/message/trap.h"
#include "libmach/message/walk.h"

#define INLINE_REGION_MAX 8192u
#define OWN_SEGMENT_MANY 16u /* more large regions than this: only the very large get segments of their own */
#define OWN_SEGMENT_VERY_LARGE (1u << 20)
#define PIECE (64u << 10)     /* written at a time while the receiver copies */
#define PORTS_MAX 917504u     /* P110: the kernel refuses longer arrays unread */
#define MESSAGE_MAX 50331580u /* P101 */

static void *map(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

void gather_release(struct gather *gather)
{
    munmap(gather->scratch, gather->scratch_size);
    gather->scratch = NULL;
}

/* Copies the message; on a fault says which part was missing (P101 steps 3 and 6). */
static bool copy_bytes(struct trap_request *req, void *to, const void *msg, mach_msg_size_t size)
{
    if (guard_copy(to, msg, size))
        return true;
    mach_msg_header_t header;
    req->msg.flags |=
        guard_copy(&header, msg, sizeof header) ? TRAP_MSG_UNREADABLE_BODY : TRAP_MSG_UNREADABLE_HEADER;
    if (req->msg.flags & TRAP_MSG_UNREADABLE_BODY) {
        memcpy(to, &header, sizeof header);
        memset((char *)to + sizeof header, 0, size - sizeof header);
    } else {
        memset(to, 0, size);
    }
    return false;
}

static bool copy_message(const struct gather *gather, struct trap_request *req, void *to, const void *msg,
                         mach_msg_size_t size)
{
    bool is_whole = copy_bytes(req, to, msg, size);
    mach_msg_base_t *base = to;
    if (gather->head == NULL)
        return is_whole;
    base->header = gather->head->header;
    if ((base->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) && size >= sizeof *base)
        base->body.msgh_descriptor_count = gather->head->n_descriptors;
    return is_whole;
}

/* ---- regions ---- */

static uint32_t count_regions(void *message, mach_msg_size_t size)
{
    uint32_t n = 0;
    struct walk walk = walk_begin(message, size);
    for (const mach_msg_descriptor_t *d; (d = walk_next(&walk)) != NULL;)
        n += is_out_of_line(d);
    return n;
}

static void list_regions(struct gather *gather, void *message, mach_msg_size_t size)
{
    struct walk walk = walk_begin(message, size);
    gather->n_regions = 0;
    gather->dest = ((mach_msg_header_t *)message)->msgh_remote_port;
    for (const mach_msg_descriptor_t *d; (d = walk_next(&walk)) != NULL;) {
        if (!is_out_of_line(d))
            continue;
        struct gather_region *region = &gather->region[gather->n_regions++];
        region->address = (uint64_t)(uintptr_t)d->out_of_line.address;
        region->size = walk_region_size(d);
        region->deallocate = d->out_of_line.deallocate != 0;
        region->loan = 0;
        if (!is_memory(d) && d->ool_ports.count > PORTS_MAX)
            region->size = 0;
    }
}

/* Regions above the result get a segment of their own. */
static uint64_t inline_limit(const struct gather *gather)
{
    uint32_t n_large = 0;
    for (uint32_t i = 0; i < gather->n_regions; i++)
        n_large += gather->region[i].size > INLINE_REGION_MAX;
    return n_large > OWN_SEGMENT_MANY ? OWN_SEGMENT_VERY_LARGE : INLINE_REGION_MAX;
}

static uint64_t inline_size(const struct gather *gather, uint64_t limit)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < gather->n_regions; i++)
        if (gather->region[i].size <= limit)
            size += trap_round8(gather->region[i].size);
    return size;
}

/* Asks for a segment to write. The page's payload, as far as it is built, stays; its request is written anew. */
static uint8_t *borrow(struct lib_thread *thread, const struct gather *gather, uint64_t size, uint32_t *id_p,
                       _Atomic uint64_t **progress_p)
{
    struct trap_request *req = &thread->page->req;
    struct trap_request outer = *req;
    struct trap_frame frame = { thread };
    req->number = TRAP_SEGMENT_BORROW;
    req->n_items = req->segment = req->payload_size = 0;
    req->arg[0] = gather->dest;
    req->arg[1] = size;
    bool made = trap_make(&frame);
    *req = outer;
    return made ? transport_segment_borrowed(thread, thread->page->reply.value, id_p, progress_p) : NULL;
}

/* In pieces, if somebody copies them while we write. False: the region cannot be read. */
static bool write_borrowed(uint8_t *to, const struct gather_region *region, _Atomic uint64_t *progress)
{
    const uint8_t *from = (const uint8_t *)(uintptr_t)region->address;
    uint64_t piece = progress != NULL ? PIECE : region->size;
    for (uint64_t at = 0; at < region->size;) {
        uint64_t n = region->size - at < piece ? region->size - at : piece;
        if (!guard_copy(to + at, from + at, n))
            return false;
        at += n;
        if (progress != NULL)
            atomic_store_explicit(progress, (uint64_t)region->loan << 32 | at, memory_order_release);
    }
    return true;
}

/* An item for a region that travels in its own segment. False: no memory. */
static bool give_region(struct lib_thread *thread, const struct gather *gather, struct gather_region *region,
                        struct trap_item *item)
{
    struct transport_part part = { (const void *)(uintptr_t)region->address, region->size };
    int bad = -1;
    item->kind = TRAP_ITEM_SEGMENT;
    item->size = region->size;
    _Atomic uint64_t *progress = NULL;
    uint8_t *to = borrow(thread, gather, region->size, &region->loan, &progress);
    if (to != NULL) {
        item->at = region->loan;
        if (!write_borrowed(to, region, progress))
            item->kind = TRAP_ITEM_UNREADABLE;
        return true;
    }
    region->loan = 0;
    item->at = transport_segment_give(thread, &part, 1, &bad);
    if (item->at != 0)
        return true;
    item->kind = TRAP_ITEM_UNREADABLE;
    return bad >= 0;
}

/* ---- shapes ---- */

/* `data` holds the message already, and all of the rest fits behind it. */
static bool fill_page(struct gather *gather, struct lib_thread *thread, mach_msg_size_t size, uint64_t limit)
{
    struct trap_request *req = &thread->page->req;
    uint8_t *data = trap_data(thread->page);
    struct trap_item *item = (struct trap_item *)(data + trap_round8(size));
    uint64_t at = trap_round8(size) + gather->n_regions * sizeof *item;
    for (uint32_t i = 0; i < gather->n_regions; i++) {
        struct gather_region *region = &gather->region[i];
        item[i] = (struct trap_item){ .kind = TRAP_ITEM_EMPTY, .size = region->size };
        if (region->size > limit) {
            if (!give_region(thread, gather, region, &item[i]))
                return false;
        } else if (region->size > 0) {
            bool read = guard_copy(data + at, (const void *)(uintptr_t)region->address, region->size);
            item[i].kind = read ? TRAP_ITEM_INLINE : TRAP_ITEM_UNREADABLE;
            item[i].at = (uint32_t)at;
            at += trap_round8(region->size);
        }
    }
    req->n_items = gather->n_regions;
    req->payload_size = (uint32_t)at;
    return true;
}

struct layout {
    uint8_t *message;
    struct trap_item *item;
    struct transport_part *part; /* message with items first, then per region its bytes and its padding */
};

static const uint8_t zeroes[8];

/* Items and parts for a payload in a segment. Its size, or 0 when there is no memory. */
static uint64_t lay_out(struct gather *gather, struct lib_thread *thread, struct layout *layout,
                        mach_msg_size_t size, uint64_t limit)
{
    uint64_t at = trap_round8(size) + gather->n_regions * sizeof *layout->item;
    layout->part[0] = (struct transport_part){ layout->message, at };
    for (uint32_t i = 0; i < gather->n_regions; i++) {
        struct gather_region *region = &gather->region[i];
        struct trap_item *item = &layout->item[i];
        struct transport_part *part = &layout->part[1 + 2 * i];
        part[0] = part[1] = (struct transport_part){ zeroes, 0 };
        *item = (struct trap_item){ .kind = TRAP_ITEM_EMPTY, .size = region->size };
        if (region->size > limit) {
            if (!give_region(thread, gather, region, item))
                return 0;
        } else if (region->size > 0) {
            item->kind = TRAP_ITEM_INLINE;
            item->at = (uint32_t)at;
            part[0] = (struct transport_part){ (const void *)(uintptr_t)region->address, region->size };
            part[1].size = trap_round8(region->size) - region->size;
            at += trap_round8(region->size);
        }
    }
    return at;
}

/* One part after the other that cannot be read is left out (zeroes stay in its place) until the rest goes. */
static uint32_t give_payload(struct gather *gather, struct lib_thread *thread, struct layout *layout)
{
    for (;;) {
        int bad = -1;
        uint32_t id = transport_segment_give(thread, layout->part, 1 + 2 * gather->n_regions, &bad);
        if (id != 0 || bad < 1 || bad % 2 == 0)
            return id;
        struct trap_item *item = &layout->item[(bad - 1) / 2];
        for (uint32_t i = (uint32_t)(bad - 1) / 2 + 1; i < gather->n_regions; i++)
            if (layout->item[i].kind == TRAP_ITEM_INLINE)
                layout->item[i].at -= (uint32_t)trap_round8(item->size);
        item->kind = TRAP_ITEM_UNREADABLE;
        layout->part[bad].size = layout->part[bad + 1].size = 0;
    }
}

/* The message alone is too large for the page, or with its memory. */
static mach_msg_return_t fill_segment(struct gather *gather, struct lib_thread *thread, struct layout *layout,
                                      mach_msg_size_t size, uint64_t limit)
{
    struct trap_request *req = &thread->page->req;
    uint64_t payload = lay_out(gather, thread, layout, size, limit);
    if (payload == 0 || payload > UINT32_MAX)
        return MACH_SEND_NO_BUFFER;
    uint32_t id = give_payload(gather, thread, layout);
    if (id == 0)
        return MACH_SEND_NO_BUFFER;
    uint64_t used = 0;
    for (uint32_t i = 0; i < 1 + 2 * gather->n_regions; i++)
        used += layout->part[i].size;
    req->n_items = gather->n_regions;
    req->segment = id;
    req->payload_size = (uint32_t)used;
    return MACH_MSG_SUCCESS;
}

/* Room for the copy of the message and its items, the parts, and the regions. */
static bool make_scratch(struct gather *gather, struct layout *layout, mach_msg_size_t size, uint32_t n)
{
    size_t head = trap_round8(size) + n * sizeof(struct trap_item);
    size_t parts = (1 + 2 * (size_t)n) * sizeof(struct transport_part);
    gather->scratch_size = head + parts + n * sizeof(struct gather_region);
    gather->scratch = map(gather->scratch_size);
    if (gather->scratch == NULL)
        return false;
    layout->message = gather->scratch;
    layout->item = (struct trap_item *)(layout->message + trap_round8(size));
    layout->part = (struct transport_part *)(layout->message + head);
    gather->region = (struct gather_region *)(layout->message + head + parts);
    return true;
}

/* `copy` is where the message stands now: in the page, or, too large for it, in a mapping of the caller's. */
static mach_msg_return_t gather_large(struct gather *gather, struct lib_thread *thread, const void *copy,
                                      mach_msg_size_t size, uint32_t n)
{
    struct layout layout;
    if (!make_scratch(gather, &layout, size, n))
        return MACH_SEND_NO_BUFFER;
    memcpy(layout.message, copy, size);
    list_regions(gather, layout.message, size);
    return fill_segment(gather, thread, &layout, size, inline_limit(gather));
}

static mach_msg_return_t gather_complex(struct gather *gather, struct lib_thread *thread, mach_msg_size_t size)
{
    uint8_t *data = trap_data(thread->page);
    uint32_t n = count_regions(data, size);
    if (n == 0)
        return MACH_MSG_SUCCESS;
    if (n <= GATHER_FEW) {
        gather->region = gather->few;
        list_regions(gather, data, size);
        uint64_t limit = inline_limit(gather);
        uint64_t total = trap_round8(size) + n * sizeof(struct trap_item) + inline_size(gather, limit);
        if (total <= gather->room)
            return fill_page(gather, thread, size, limit) ? MACH_MSG_SUCCESS : MACH_SEND_NO_BUFFER;
    }
    return gather_large(gather, thread, data, size, n);
}

/* A message that does not fit the page: copied once, since the program may change it while we look. */
static mach_msg_return_t gather_far(struct gather *gather, struct lib_thread *thread, const void *msg,
                                    mach_msg_size_t size)
{
    void *copy = map(size);
    if (copy == NULL)
        return MACH_SEND_NO_BUFFER;
    mach_msg_return_t mr = MACH_MSG_SUCCESS;
    if (copy_message(gather, &thread->page->req, copy, msg, size))
        mr = gather_large(gather, thread, copy, size, count_regions(copy, size));
    else
        memcpy(trap_data(thread->page), copy, sizeof(mach_msg_header_t));
    munmap(copy, size);
    return mr;
}

mach_msg_return_t gather_message(struct gather *gather, struct lib_thread *thread, const void *msg,
                                 mach_msg_size_t size)
{
    struct trap_request *req = &thread->page->req;
    if (size < sizeof(mach_msg_header_t) || size % 4 != 0 || size > MESSAGE_MAX)
        return MACH_MSG_SUCCESS;
    req->payload_size = (uint32_t)trap_round8(size);
    if (size > gather->room) {
        req->payload_size = sizeof(mach_msg_header_t);
        return gather_far(gather, thread, msg, size);
    }
    uint8_t *data = trap_data(thread->page);
    if (!copy_message(gather, req, data, msg, size) ||
        !(((mach_msg_header_t *)data)->msgh_bits & MACH_MSGH_BITS_COMPLEX))
        return MACH_MSG_SUCCESS;
    return gather_complex(gather, thread, size);
}

static void deallocate(const struct gather_region *region)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = region->address & ~(page - 1);
    uintptr_t end = (region->address + region->size + page - 1) & ~(page - 1);
    transport_memory_free((void *)start, end - start);
}

void gather_settle(const struct gather *gather, struct lib_thread *thread, uint32_t n_taken)
{
    for (uint32_t i = 0; i < gather->n_regions; i++) {
        const struct gather_region *region = &gather->region[i];
        if (i >= n_taken && region->loan != 0)
            transport_segment_done(thread, region->loan);
        if (i < n_taken && region->deallocate && region->size != 0)
            deallocate(region);
    }
}
