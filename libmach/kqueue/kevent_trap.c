/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/kevent_trap.c - one trap: records from changes, events and messages from records (wire/kevent.h) */
#include "libmach/kqueue/kevent_trap.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "libmach/message/guard.h"
#include "libmach/message/scatter.h"
#include "libmach/message/trap.h"

/* ---- in ---- */

/* T147: what the program's word says now. */
static void read_word(struct kevent_record *record)
{
    uint64_t at = record->event.ext[EV_EXTIDX_WL_ADDR];
    if (record->event.filter != EVFILT_WORKLOOP || at == 0)
        return;
    bool is_there = guard_copy(&record->word.value, (const void *)(uintptr_t)at, sizeof record->word.value);
    record->word.state = is_there ? KEVENT_WORD_READ : KEVENT_WORD_UNREADABLE;
}

static int write_changes(struct trap_page *page, const struct kevent_trap *trap)
{
    struct kevent_record *record = (struct kevent_record *)trap_data(page);
    for (uint32_t i = 0; i < trap->n_changes; i++) {
        memset(&record[i], 0, sizeof record[i]);
        if (!guard_copy(&record[i].event, &trap->changes[i], sizeof record[i].event))
            return EFAULT;
        read_word(&record[i]);
    }
    return 0;
}

static void write_request(struct trap_page *page, const struct kevent_trap *trap)
{
    const uint64_t kevent[] = { trap->kind,     trap->id,        trap->flags,  trap->n_changes,
                                trap->n_events, trap->area_size, trap->timeout };
    const uint64_t park[] = { trap->n_changes, trap->n_events, trap->area_size, trap->timeout };
    bool is_park = trap->number == TRAP_WORKQ_PARK;
    page->req.number = trap->number;
    page->req.n_items = 0;
    page->req.segment = 0;
    page->req.payload_size = (uint32_t)(trap->n_changes * sizeof(struct kevent_record));
    memcpy(page->req.arg, is_park ? park : kevent, is_park ? sizeof park : sizeof kevent);
}

/* ---- out ---- */

struct payload {
    uint8_t *bytes;
    uint64_t size;
};

static void *place_for(struct kevent_trap *trap, const struct kevent_record *record)
{
    uint32_t size = record->message.size;
    if (!(record->message.flags & KEVENT_IN_AREA))
        return (void *)(uintptr_t)record->event.ext[0];
    if (size > trap->area_size - trap->area_used)
        return NULL;
    trap->area_used += size;
    return trap->from_end ? trap->area + trap->area_size - trap->area_used
                          : trap->area + trap->area_used - size;
}

/* T126. */
static void take_message(struct kevent_trap *trap, struct lib_thread *thread, const struct payload *payload,
                         struct kevent_record *record)
{
    void *to = place_for(trap, record);
    struct scatter message = { .bytes = payload->bytes + record->message.at,
                               .size = payload->size - record->message.at,
                               .message_size = record->message.size,
                               .n_items = record->message.n_items,
                               .result = record->event.fflags };
    record->event.ext[0] = (uintptr_t)to;
    record->event.fflags = (uint32_t)scatter_payload(thread, &message, to, record->message.size);
}

static int take_events(struct kevent_trap *trap, struct lib_thread *thread, const struct payload *payload,
                       uint32_t n)
{
    int error = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct kevent_record record;
        memcpy(&record, payload->bytes + i * sizeof record, sizeof record);
        if (record.message.size > 0)
            take_message(trap, thread, payload, &record);
        if (!guard_copy(&trap->events[i], &record.event, sizeof record.event))
            error = EFAULT; /* the messages of the others are taken all the same: they have left the kernel */
    }
    trap->n_told = n;
    return error;
}

static void take_sources(const struct payload *payload, uint32_t first, uint32_t n)
{
    for (uint32_t i = first; i < first + n; i++) {
        struct kevent_record record;
        memcpy(&record, payload->bytes + i * sizeof record, sizeof record);
        transport_source(&record);
    }
}

static int take_payload(struct kevent_trap *trap, struct lib_thread *thread, const struct trap_reply *reply)
{
    uint32_t n_events = (uint32_t)reply->value[0], n_sources = (uint32_t)(reply->value[0] >> 32);
    struct payload payload = { trap_data(thread->page), TRAP_DATA_SIZE };
    if (n_events + n_sources == 0)
        return 0;
    if (reply->segment != 0) {
        thread->page->reply.segment = 0;
        payload.size = reply->payload_size;
        payload.bytes = transport_segment_map(thread, reply->segment, reply->payload_size);
        if (payload.bytes == NULL)
            return ENOMEM;
    }
    take_sources(&payload, n_events, n_sources);
    int error = take_events(trap, thread, &payload, n_events);
    if (reply->segment != 0)
        munmap(payload.bytes, scatter_round_to_page(payload.size));
    return error;
}

int kevent_errno(uint32_t result)
{
    return result == KERN_NOT_SUPPORTED ? ENOTSUP : (int)result;
}

static int take_reply(struct kevent_trap *trap, struct lib_thread *thread)
{
    struct trap_reply reply = thread->page->reply;
    bool is_park = trap->number == TRAP_WORKQ_PARK;
    trap->workloop = is_park ? reply.value[1] : 0;
    trap->reply = (uint32_t)reply.value[2];
    int error = take_payload(trap, thread, &reply);
    return reply.result != 0 ? kevent_errno(reply.result) : error;
}

int kevent_trap_make(struct kevent_trap *trap)
{
    struct trap_frame frame;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    trap->n_told = trap->reply = 0;
    trap->area_used = 0;
    if (page == NULL)
        return ENOTCONN;
    int error = write_changes(page, trap);
    if (error == 0) {
        write_request(page, trap);
        error = trap_make(&frame) ? take_reply(trap, frame.thread) : ENOTCONN;
    }
    trap_end(&frame);
    return error;
}
