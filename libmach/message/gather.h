/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/gather.h - a message on its way out: from the program's memory to a payload (wire/trap.h)
 *
 *     gather_init(&gather);
 *     mr = gather_message(&gather, thread, msg, send_size);     writes page->req's n_items, segment,
 * payload_size, flags, and the payload
 *     ... the trap ...
 *     gather_settle(&gather, thread, reply n_taken);
 *     gather_fini(&gather);
 */
#pragma once

#include <mach/message.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libmach/message/transport.h"

#define GATHER_FEW 8

/* What one out-of-line descriptor points to. */
struct gather_region {
    uint64_t address;
    uint64_t size; /* bytes */
    bool deallocate;
    uint32_t loan; /* the borrowed segment that it was written to; 0: none */
};

/* What mach_msg2 is told beside the message, and takes for the beginning of it. */
struct gather_head {
    mach_msg_header_t header;
    uint32_t n_descriptors; /* if the header says that there are any */
};

struct gather {
    const struct gather_head *head; /* NULL: the message has its own */
    uint64_t room;                  /* of the page */
    uint32_t n_regions;
    mach_port_name_t dest;
    struct gather_region *region;
    struct gather_region few[GATHER_FEW];
    void *scratch; /* mmap'd, when the regions are many or the message is large */
    size_t scratch_size;
};

static inline void gather_init(struct gather *gather)
{
    gather->head = NULL;
    gather->room = TRAP_DATA_SIZE;
    gather->n_regions = 0;
    gather->scratch = NULL;
}

/* MACH_MSG_SUCCESS, or MACH_SEND_NO_BUFFER when there is no memory for it. What cannot be read is flagged for
 * the kernel, which decides in its own order (P101). A size that the kernel will refuse gives an empty
 * payload. */
mach_msg_return_t gather_message(struct gather *gather, struct lib_thread *thread, const void *msg,
                                 mach_msg_size_t size);

/* Of the first n_taken regions, unmaps the pages of those that were sent with deallocate (P129, P133). Gives back what was
 * borrowed for the others. */
void gather_settle(const struct gather *gather, struct lib_thread *thread, uint32_t n_taken);

void gather_release(struct gather *gather);

static inline void gather_fini(struct gather *gather)
{
    if (gather->scratch != NULL)
        gather_release(gather);
}
